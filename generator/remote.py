"""Decides what of the store is kept at another address too, and how it travels there and back.

    <address>/captures/<digest>/…   as in the state folder, the record last
    <address>/heads/<slug>.json     last of all: until it is there, nothing has changed

Whatever arrives is read through before it counts, so that an upload that broke off, or a file that
was damaged on its way, is a capture that is not there. Any address that fsspec knows will do.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from generator import store
from generator.captures import RECORD, listed
from generator.errors import ArchatlasError, RequestError, StoreError
from generator.files import explained
from generator.stamps import read_note, write_note
from generator.store import Head

_SECRET = re.compile(r"(?<=://)[^/@]*@")
_EXTRA = "pip install 'archatlas[remote]'"
_AT_ONCE = 200
"""Heads that are asked for in one go: drivers that can, fetch them side by side."""


@dataclass(frozen=True)
class Remote:
    """A store somewhere else."""

    address: str
    files: Any
    """The driver: an fsspec file system."""
    root: str
    """The address as the driver writes it."""

    def path(self, *parts: str) -> str:
        """Return where something lies."""
        return "/".join((self.root, *parts))

    @property
    def is_flat(self) -> bool:
        """Say whether it has buckets and keys, where folders need not, and must not, be made."""
        return not self.root.startswith("/")

    def make(self, folder: str) -> None:
        """Make a folder where there are such."""
        if not self.is_flat:
            self.files.makedirs(self.path(folder), exist_ok=True)


def connect(address: str, root: Path) -> Remote:
    """Reach a store, and make sure that it can be read.

    Args:
        address: such as s3://bucket/prefix, sftp://host/folder, or a folder.
        root: the project's folder, which a relative folder is named in.

    Raises:
        RequestError: its driver is missing, nobody answers, or access is refused.
    """
    where = address if "://" in address else (root / address).resolve().as_posix()
    with _reaching(where):
        from fsspec.core import url_to_fs  # noqa: PLC0415 - only who asks for a store needs it

        files, path = url_to_fs(where)
        remote = Remote(where, files, path.rstrip("/"))
        try:
            _require_place(remote)
        except FileNotFoundError as error:
            raise RequestError(
                f"store {shown(where)}: there is no such place ({error}); make it first, or name "
                "another in 'store'"
            ) from error
    return remote


def push(remote: Remote, state: Path, slug: str) -> None:
    """Upload a model's present capture, if it is not there, then point the model at it.

    Raises:
        RequestError: the store cannot be reached or written to; what was there, is.
        StoreError: there is no such capture here.
    """
    head = store.head_of(state, slug).elsewhere()
    if read_note(_note(state, slug)) == _seal(remote, head):
        return
    capture = store.load(state, slug)
    names = [*(artifact.file for artifact in capture.record.artifacts), RECORD]
    try:
        with _reaching(remote.address):
            _upload(remote, head.capture, {name: capture.folder / name for name in names})
            remote.make("heads")
            remote.files.pipe_file(_head_path(remote, slug), head.model_dump_json().encode())
    except FileNotFoundError as error:
        raise RequestError(
            f"store {shown(remote.address)}: {error}; the place is gone: make it again, then run "
            "again: finished captures are kept"
        ) from error
    write_note(_note(state, slug), _seal(remote, head))


def is_shared(remote: Remote, state: Path, slug: str) -> bool:
    """Say whether what a model has here came from the store, or went there; or it has nothing."""
    try:
        return read_note(_note(state, slug)) == _seal(remote, store.head_of(state, slug))
    except StoreError:
        return True


def heads(remote: Remote, slugs: Iterable[str]) -> dict[str, Head]:
    """Return what models have there; those that have nothing, or nothing legible, are left out.

    Raises:
        RequestError: the store cannot be reached.
    """
    waiting = [(slug, _head_path(remote, slug)) for slug in slugs]
    found: dict[str, Head] = {}
    for start in range(0, len(waiting), _AT_ONCE):
        asked = waiting[start : start + _AT_ONCE]
        with _reaching(remote.address):
            contents = remote.files.cat([path for _, path in asked], on_error="return")
        for slug, path in asked:
            content = contents.get(path)
            if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                with _reaching(remote.address):
                    raise content
            with suppress(ValidationError):
                if isinstance(content, bytes):
                    found[slug] = Head.model_validate_json(content)
    return found


def pull(remote: Remote, state: Path, slug: str, head: Head) -> bool:
    """Fetch the capture that a head names, and give it to the model; say whether it came whole.

    Where the model has it already, nothing is fetched. One that is damaged is taken out
    of the store, so that the next one to have it uploads it.

    Raises:
        RequestError: the store cannot be reached.
        DiskError: there is no room for it here.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", head.capture) or _has(state, slug, head):
        return False
    making = store.begin(state)
    try:
        with _reaching(remote.address):
            _download(remote, head.capture, making)
        store.adopt(state, making, slug, head)
    except (FileNotFoundError, StoreError):
        with suppress(Exception):  # who may only read cannot, and need not
            remote.files.rm_file(remote.path("captures", head.capture, RECORD))
        return False
    write_note(_note(state, slug), _seal(remote, head))
    return True


def deposit(remote: Remote, folder: str, name: str, content: bytes) -> None:
    """Put something there that is named after its content, unless it is there already.

    Raises:
        RequestError: the store cannot be reached or written to.
    """
    path = remote.path(folder, name)
    with _reaching(remote.address):
        if _sizes(remote, remote.path(folder)).get(path) != len(content):
            remote.make(folder)
            remote.files.pipe_file(path, content)


def fetch(remote: Remote, folder: str, name: str, name_of: Callable[[bytes], str]) -> bytes:
    """Return what was deposited there.

    Raises:
        RequestError: it is not there, or is damaged; or the store cannot be reached.
    """
    try:
        with _reaching(remote.address):
            content: bytes = remote.files.cat_file(remote.path(folder, name))
    except FileNotFoundError:
        content = b""
    if name_of(content) != name:
        raise RequestError(
            f"store {shown(remote.address)}: {folder}/{name} is not there, or damaged"
        )
    return content


def shown(address: str) -> str:
    """Return an address without the password that may stand in it."""
    return _SECRET.sub("", address)


def _head_path(remote: Remote, slug: str) -> str:
    return remote.path("heads", f"{slug}.json")


def _has(state: Path, slug: str, head: Head) -> bool:
    try:
        return store.head_of(state, slug) == head and bool(store.load(state, slug))
    except StoreError:
        return False


def _note(state: Path, slug: str) -> Path:
    """Return where it says which capture of a model the store has."""
    return state / "shared" / slug


def _seal(remote: Remote, head: Head) -> str:
    return store.key_of({"store": remote.address, "head": head.elsewhere().model_dump()})


def _require_place(remote: Remote) -> None:
    """Make a folder that is missing; a bucket is nothing we make.

    Raises:
        FileNotFoundError: there is no such bucket.
    """
    files = remote.files
    bucket, _, prefix = remote.root.partition("/")
    if remote.is_flat and prefix:
        files.ls(bucket)
    elif remote.is_flat or files.exists(remote.root):
        files.ls(remote.root)
    else:
        files.makedirs(remote.root, exist_ok=True)


def _upload(remote: Remote, digest: str, paths: Mapping[str, Path]) -> None:
    """Put a capture there, its record last, unless all of it is there already."""
    folder = remote.path("captures", digest)
    there = _sizes(remote, folder)
    due = {n: p for n, p in paths.items() if there.get(f"{folder}/{n}") != p.stat().st_size}
    if RECORD in due:
        due = dict(paths)  # without a record, nobody vouches for the rest
    if not due:
        return
    for place in sorted({f"captures/{digest}/{name}".rpartition("/")[0] for name in due}):
        remote.make(place)
    first = {name: path for name, path in due.items() if name != RECORD}
    for names in (list(first), [RECORD]):
        sources = [str(paths[name]) for name in names]
        remote.files.put(sources, [f"{folder}/{name}" for name in names])


def _download(remote: Remote, digest: str, making: Path) -> None:
    """Fetch a capture, its record first, which names the rest.

    Raises:
        FileNotFoundError: part of it is not there.
        StoreError: its record is illegible.
    """
    folder = remote.path("captures", digest)
    content = remote.files.cat_file(f"{folder}/{RECORD}")
    files = listed(content)
    targets = [making / name for name in files]
    with explained(making):
        (making / RECORD).write_bytes(content)
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
    if files:
        remote.files.get([f"{folder}/{name}" for name in files], [str(path) for path in targets])


def _sizes(remote: Remote, folder: str) -> dict[str, int]:
    remote.files.invalidate_cache()  # what others wrote meanwhile has to be seen
    try:
        found = remote.files.find(folder, detail=True)
    except FileNotFoundError:
        return {}
    return {path: facts["size"] for path, facts in found.items()}


@contextmanager
def _reaching(address: str) -> Iterator[None]:
    """Say what went wrong on the way to a store, and what to do about it.

    Raises:
        RequestError: in place of whatever the driver raises.
        FileNotFoundError: one of the files is not there, while the store is.
    """
    try:
        yield
    except (ArchatlasError, FileNotFoundError):
        raise
    except ImportError as error:
        raise RequestError(f"store {shown(address)}: {error}; {_EXTRA}") from error
    except Exception as error:  # every driver has errors of its own
        said = shown(str(error)) or type(error).__name__
        raise RequestError(
            f"store {shown(address)}: {said}; check the address and your access to it, then run "
            "again: finished captures are kept"
        ) from error
