"""Decides how files come to lie on disk: whole or not at all, and never over somebody else's.

Nothing is synced to the platter. A killed process loses no finished write, and what a power cut
tears, the next run finds unequal and writes again.
"""

import errno
import json
import os
import secrets
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from generator.errors import DiskError

MANIFEST_NAME = ".archatlas-manifest.json"

_PARTIAL_PREFIX, _PARTIAL_SUFFIX = ".archatlas-", ".partial"
_CHUNK_BYTES = 1 << 20
_CONTROL_OR_SURROGATE = frozenset({"Cc", "Cs"})
_NO_PERMISSION = "make it writable or choose another folder, then run again"
_NO_SPACE = "free some disk space, then run again"
_NEXT_STEP = {
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: _NO_PERMISSION,
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.ENAMETOOLONG: "choose a shorter name or another folder, then run again",
}

Content = bytes | Path  # the bytes themselves, or the file to copy them from


@dataclass(frozen=True)
class PublishReport:
    """What publishing changed, as sorted posix uris below the folder."""

    written: tuple[str, ...]
    deleted: tuple[str, ...]
    kept: tuple[str, ...]  # wanted, but the user's own file, folder or link is in the way


class _State(Enum):
    EQUAL = auto()
    DUE = auto()  # missing, or ours with other bytes
    FOREIGN = auto()


def write_if_changed(path: Path, content: bytes) -> bool:
    """Replace the file in one step; return False, touching nothing, when it is equal already.

    A link at the path is replaced, not followed. Missing folders are made.
    """
    with explained(path):
        if _is_regular(path) and _is_equal(path, content):
            return False
        _write(path, content)
    return True


def publish(
    files: Mapping[str, Content],
    folder: Path,
    manifest_name: str = MANIFEST_NAME,
    notes: Path | None = None,
) -> PublishReport:
    """Make the folder hold these files, beside whatever the user keeps there.

    Args:
        files: what to publish, by posix uri.
        folder: where to.
        manifest_name: of the file that says what is ours.
        notes: a file about which copies were equal to what they are copied from: neither is read
            again as long as nobody touched them.

    A file is ours when the manifest names it or when its bytes are the wanted ones. Only ours are
    replaced or deleted, and no link below the folder is followed. The manifest names a file before
    it is first written, so the next run completes one that was killed.

    A damaged manifest counts as empty: what still equals the wanted bytes is ours again, the rest
    is kept and reported, for a stale file can be deleted by hand but a lost one not brought back.

    Raises:
        ValueError: a uri does not name a file below the folder; nothing was touched.
        DiskError: a source is missing or the disk refused; running again continues.
    """
    _require_safe(files, manifest_name)
    with explained(folder):
        known, looks = _read_notes(notes), _looks_of(folder, files if notes else {})
        _require_sources({uri: files[uri] for uri in files.keys() - looks.keys()})
        manifest = folder / manifest_name
        ours = _read_manifest(manifest)
        _sweep(folder, ours)
        deleted = _delete(folder, ours - files.keys())
        blocked = _obstructed(folder, files)
        states = {
            uri: _State.FOREIGN
            if uri in blocked
            else _State.EQUAL
            if uri in looks and looks[uri] == known.get(uri)
            else _state(folder / uri, files[uri], is_ours=uri in ours)
            for uri in files
        }
        wanted = {uri for uri, state in states.items() if state is not _State.FOREIGN}
        due = sorted(uri for uri, state in states.items() if state is _State.DUE)
        if due:
            write_if_changed(manifest, _manifest_bytes(ours | wanted))
        for uri in due:
            with explained(folder / uri):
                _write(folder / uri, files[uri])
        write_if_changed(manifest, _manifest_bytes(wanted))
    if notes:
        equal = {uri: looks[uri] for uri in looks if states[uri] is _State.EQUAL}
        # First how they look, then what they hold: who touches one in between is found out.
        written = _looks_of(folder, {uri: files[uri] for uri in due})
        equal |= {
            uri: look
            for uri, look in written.items()
            if _state(folder / uri, files[uri], is_ours=True) is _State.EQUAL
        }
        with suppress(DiskError):  # what cannot be noted is read again
            noted = json.dumps(equal, ensure_ascii=False, sort_keys=True)
            write_if_changed(notes, noted.encode())
    return PublishReport(tuple(due), tuple(deleted), tuple(sorted(files.keys() - wanted)))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what the disk refused, where, and what to do about it.

    Raises:
        DiskError: in place of the system's own error.
    """
    try:
        yield
    except OSError as error:
        next_step = _NEXT_STEP.get(
            error.errno or 0, "check the disk and the folder, then run again"
        )
        raise DiskError(f"{path}: {error}; {next_step}") from error


def _require_safe(uris: Collection[str], manifest_name: str) -> None:
    taken = {manifest_name, *uris}
    for uri in uris:
        # Some file systems ignore case, so the manifest is protected in every spelling.
        if not _is_safe(uri) or uri.casefold() == manifest_name.casefold():
            raise ValueError(f"{uri!r} cannot be published: it must name a file below the folder")
    for clash in taken & _folders(uris):
        uri = next(uri for uri in uris if clash in _parents(uri))
        raise ValueError(f"{uri!r} cannot be published: {clash!r} is a file already")


def _is_safe(uri: str) -> bool:
    segments = uri.split("/")
    return (
        {"", ".", ".."}.isdisjoint(segments)
        and "\\" not in uri
        and (
            (uri.isascii() and uri.isprintable())
            or not any(unicodedata.category(char) in _CONTROL_OR_SURROGATE for char in uri)
        )
        and not _is_partial(segments[-1])
    )


def _is_partial(name: str) -> bool:
    return name.startswith(_PARTIAL_PREFIX) and name.endswith(_PARTIAL_SUFFIX)


def _folders(uris: Iterable[str]) -> set[str]:
    """Name all folders that files lie in: few, where there are many files."""
    homes = {uri.rpartition("/")[0] for uri in uris}
    return {folder for home in homes for folder in (home, *_parents(home)) if folder}


def _parents(uri: str) -> list[str]:
    """Name the folders a uri lies in, innermost first."""
    segments = uri.split("/")
    return ["/".join(segments[:depth]) for depth in range(len(segments) - 1, 0, -1)]


def _require_sources(files: Mapping[str, Content]) -> None:
    for uri, content in files.items():
        if isinstance(content, Path) and not os.path.isfile(content):  # noqa: PTH113 - many of them
            raise DiskError(f"{content}: no file to publish as {uri}; capture the model again")


def _read_manifest(manifest: Path) -> frozenset[str]:
    try:
        listed = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return frozenset()
    except (ValueError, RecursionError):  # damaged
        return frozenset()
    if not isinstance(listed, list):
        return frozenset()
    # Anyone may have edited it, and what it names gets deleted.
    return frozenset(uri for uri in listed if isinstance(uri, str) and _is_safe(uri))


def _manifest_bytes(uris: Iterable[str]) -> bytes:
    return (json.dumps(sorted(uris), indent=0, ensure_ascii=False) + "\n").encode()


def _sweep(folder: Path, uris: Collection[str]) -> None:
    """Remove the half-written files that a killed run left beside those the manifest names."""
    homes = {uri.rpartition("/")[0] for uri in set(uris) - _obstructed(folder, uris)}
    for home in homes | {""}:
        with suppress(FileNotFoundError):
            for name in os.listdir(folder / home):  # noqa: PTH208 - many of them
                if _is_partial(name):
                    (folder / home / name).unlink(missing_ok=True)


def _delete(folder: Path, uris: Iterable[str]) -> list[str]:
    deleted = []
    for uri in sorted(uris):
        if _obstructed(folder, [uri]):
            continue
        if _is_regular(folder / uri):
            (folder / uri).unlink()
            deleted.append(uri)
        for parent in _parents(uri):
            with suppress(OSError):  # not empty, or gone
                (folder / parent).rmdir()
    return deleted


def _state(path: Path, content: Content, *, is_ours: bool) -> _State:
    if not os.path.lexists(path):
        return _State.DUE
    if not _is_regular(path):
        return _State.FOREIGN
    if _is_equal(path, content):
        return _State.EQUAL
    return _State.DUE if is_ours else _State.FOREIGN


def _looks_of(folder: Path, files: Mapping[str, Content]) -> dict[str, str]:
    """Return what would change with the content of copies, or of the files they are copied from."""
    looks = {}
    for uri, source in files.items():
        with suppress(OSError):
            if isinstance(source, Path):
                status = os.lstat(f"{folder}/{uri}"), os.stat(source)  # noqa: PTH116 - many of them
                if stat.S_ISREG(status[1].st_mode):
                    looks[uri] = " ".join([str(source), *map(_look, status)])
    return looks


def _look(status: os.stat_result) -> str:
    return f"{status.st_mode} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _read_notes(notes: Path | None) -> dict[str, str]:
    """Return how copies and their sources looked when they were equal; damaged ones say nothing."""
    try:
        found = json.loads(notes.read_text(encoding="utf-8")) if notes else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _obstructed(folder: Path, uris: Collection[str]) -> set[str]:
    """Return the uris that a link, or something that is no folder, keeps from the folder."""
    obstacles = {parent for parent in _folders(uris) if _is_obstacle(folder / parent)}
    if not obstacles:
        return set()
    return {uri for uri in uris if not obstacles.isdisjoint(_parents(uri))}


def _is_obstacle(path: Path) -> bool:
    try:
        return not stat.S_ISDIR(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _is_equal(path: Path, content: Content) -> bool:
    if isinstance(content, bytes):
        return path.stat().st_size == len(content) and path.read_bytes() == content
    if path.stat().st_size != content.stat().st_size:
        return False
    with path.open("rb") as ours, content.open("rb") as theirs:
        while chunk := ours.read(_CHUNK_BYTES):
            if chunk != theirs.read(_CHUNK_BYTES):
                return False
    return True


def _write(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{_PARTIAL_PREFIX}{secrets.token_hex(8)}{_PARTIAL_SUFFIX}")
    try:
        with partial.open("xb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                with content.open("rb") as source:
                    shutil.copyfileobj(source, file, _CHUNK_BYTES)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
