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
from collections.abc import Iterable, Iterator, Mapping
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
    with _explained(path):
        if _is_regular(path) and _is_equal(path, content):
            return False
        _write(path, content)
    return True


def publish(
    files: Mapping[str, Content],
    folder: Path,
    manifest_name: str = MANIFEST_NAME,
) -> PublishReport:
    """Make the folder hold these files, beside whatever the user keeps there.

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
    with _explained(folder):
        _require_sources(files)
        manifest = folder / manifest_name
        ours = _read_manifest(manifest)
        _sweep(folder, ours)
        deleted = _delete(folder, ours - files.keys())
        states = {uri: _state(folder, uri, files[uri], is_ours=uri in ours) for uri in files}
        wanted = {uri for uri, state in states.items() if state is not _State.FOREIGN}
        due = sorted(uri for uri, state in states.items() if state is _State.DUE)
        if due:
            write_if_changed(manifest, _manifest_bytes(ours | wanted))
        for uri in due:
            with _explained(folder / uri):
                _write(folder / uri, files[uri])
        write_if_changed(manifest, _manifest_bytes(wanted))
    return PublishReport(tuple(due), tuple(deleted), tuple(sorted(files.keys() - wanted)))


def _require_safe(uris: Iterable[str], manifest_name: str) -> None:
    taken = {manifest_name, *uris}
    for uri in uris:
        # Some file systems ignore case, so the manifest is protected in every spelling.
        if not _is_safe(uri) or uri.casefold() == manifest_name.casefold():
            raise ValueError(f"{uri!r} cannot be published: it must name a file below the folder")
        if clash := taken.intersection(_parents(uri)):
            raise ValueError(f"{uri!r} cannot be published: {clash.pop()!r} is a file already")


def _is_safe(uri: str) -> bool:
    segments = uri.split("/")
    return (
        {"", ".", ".."}.isdisjoint(segments)
        and "\\" not in uri
        and not any(unicodedata.category(char) in _CONTROL_OR_SURROGATE for char in uri)
        and not _is_partial(segments[-1])
    )


def _is_partial(name: str) -> bool:
    return name.startswith(_PARTIAL_PREFIX) and name.endswith(_PARTIAL_SUFFIX)


def _parents(uri: str) -> list[str]:
    """Name the folders a uri lies in, innermost first."""
    segments = uri.split("/")
    return ["/".join(segments[:depth]) for depth in range(len(segments) - 1, 0, -1)]


def _require_sources(files: Mapping[str, Content]) -> None:
    for uri, content in files.items():
        if isinstance(content, Path) and not content.is_file():
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


def _sweep(folder: Path, uris: Iterable[str]) -> None:
    """Remove the half-written files that a killed run left beside those the manifest names."""
    homes = {(folder / uri).parent for uri in uris if not _is_obstructed(folder, uri)}
    for home in homes | {folder}:
        for partial in home.glob(f"{_PARTIAL_PREFIX}*{_PARTIAL_SUFFIX}"):
            partial.unlink(missing_ok=True)


def _delete(folder: Path, uris: Iterable[str]) -> list[str]:
    deleted = []
    for uri in sorted(uris):
        if _is_obstructed(folder, uri):
            continue
        if _is_regular(folder / uri):
            (folder / uri).unlink()
            deleted.append(uri)
        for parent in _parents(uri):
            with suppress(OSError):  # not empty, or gone
                (folder / parent).rmdir()
    return deleted


def _state(folder: Path, uri: str, content: Content, *, is_ours: bool) -> _State:
    path = folder / uri
    if _is_obstructed(folder, uri):
        return _State.FOREIGN
    if not os.path.lexists(path):
        return _State.DUE
    if not _is_regular(path):
        return _State.FOREIGN
    if _is_equal(path, content):
        return _State.EQUAL
    return _State.DUE if is_ours else _State.FOREIGN


def _is_obstructed(folder: Path, uri: str) -> bool:
    """Tell whether a link, or something that is no folder, stands between folder and uri."""
    above = (folder / parent for parent in _parents(uri))
    return any(os.path.lexists(path) and (path.is_symlink() or not path.is_dir()) for path in above)


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


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what could not be written, where, and what to do about it."""
    try:
        yield
    except OSError as error:
        next_step = _NEXT_STEP.get(
            error.errno or 0, "check the disk and the folder, then run again"
        )
        raise DiskError(f"{path}: {error}; {next_step}") from error
