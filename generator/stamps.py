"""Decides when files count as unchanged: by content, read anew only once the disk was touched.

A file's times say whether somebody may have changed it, its content whether anybody did. The times
of change cannot be set by hand, as those of modification can.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from generator.errors import DiskError
from generator.files import write_if_changed

ABSENT = "absent"

_SMALL_BYTES = 1 << 20


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's content.

    Raises:
        OSError: it is absent, or cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path, notes: Path) -> str:
    """Return a digest of a file's content, or say that there is no file.

    Args:
        path: the file.
        notes: a folder; what large files held is noted there, and how they looked then.
    """
    try:
        if path.stat().st_size <= _SMALL_BYTES:
            return digest_of(path)
        looks = looks_of([path])
        note = notes / hashlib.sha256(str(path).encode()).hexdigest()[:32]
        seen, _, stamp = read_note(note).partition(" ")
        if seen != looks or not stamp:
            stamp = digest_of(path)
            write_note(note, f"{looks} {stamp}")
    except OSError:
        return ABSENT
    return stamp


def looks_of(paths: Iterable[Path | str]) -> str:
    """Digest the sizes and times of files, which changing their content would change.

    Raises:
        OSError: one of them is absent.
    """
    digest = hashlib.sha256()
    for path in paths:
        status = os.stat(path)  # noqa: PTH116 - many of them
        digest.update(f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n".encode())
    return digest.hexdigest()


def looks_below(folder: Path) -> str:
    """Digest names, sizes and times of all files below a folder; there may be none."""
    digest = hashlib.sha256()
    for path in sorted(_files_below(str(folder))):
        try:
            status = os.stat(path)  # noqa: PTH116 - many of them
            looks = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        except OSError:  # a link to nothing
            looks = ABSENT
        digest.update(f"{path} {looks}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _files_below(folder: str) -> Iterator[str]:
    for home, _, names in os.walk(folder):
        yield from (os.path.join(home, name) for name in names)  # noqa: PTH118 - many of them


def read_note(path: Path) -> str:
    """Return what was noted; nothing where there is no note, or none that can be read."""
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def write_note(path: Path, text: str) -> None:
    """Note something for the next time; what cannot be noted is found out again then."""
    with suppress(DiskError):
        write_if_changed(path, text.encode())
