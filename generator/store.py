"""Decides where captures live and when one still counts: content-addressed, atomic, resumable.

    <state>/captures/<digest>/record.json, model.onnx, …   one finished capture, never changed
    <state>/heads/<slug>.json                              which capture a model has now

A capture's address is the digest of its record, which holds the digests of all its files. Its head
says what it was made for, the key: everything known beforehand. What it turned out to depend on (a
weights file, the source of an own net) the head lists as dependencies, to be compared next time.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from generator.errors import StoreError
from generator.files import write_if_changed
from generator.records import Frozen, ModelRecord

RECORD = "record.json"
_SMALL_BYTES = 1 << 20


class Dependency(Frozen):
    """A file that decided about a capture, and how it looked then."""

    path: str
    stamp: str


class Head(Frozen):
    """Which capture a model has, and what it was made for."""

    key: str
    capture: str
    dependencies: tuple[Dependency, ...] = ()


class Capture(Frozen):
    """A record and the folder its files are in."""

    record: ModelRecord
    folder: Path


def key_of(facts: Mapping[str, object]) -> str:
    """Digest the facts that a capture is made from."""
    canonical = json.dumps(facts, sort_keys=True, default=str, separators=(",", ":"))
    return _digest(canonical.encode())


def stamp_of(path: Path) -> str:
    """Return a short text that changes when a file does, or says that there is none.

    Sources are stamped by content, so that a fresh checkout changes nothing; weights, too large to
    be read every time, by size and time.
    """
    try:
        status = path.stat()
        if status.st_size <= _SMALL_BYTES:
            return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "absent"
    return f"{status.st_size}-{status.st_mtime_ns}"


def depends_on(paths: Iterable[Path]) -> tuple[Dependency, ...]:
    """Note how files look now."""
    return tuple(Dependency(path=str(path), stamp=stamp_of(path)) for path in sorted(set(paths)))


def current(state: Path, slug: str, key: str) -> bool:
    """Say whether a model has a finished capture for this key whose dependencies did not change.

    A model that could not be captured is always tried again.
    """
    try:
        head = _read_head(state, slug)
        if head.key != key or any(stamp_of(Path(d.path)) != d.stamp for d in head.dependencies):
            return False
        return load(state, slug).record.is_captured
    except StoreError:
        return False


def load(state: Path, slug: str) -> Capture:
    """Read the capture a model has now.

    Raises:
        StoreError: there is none, or it is damaged or of another version.
    """
    head = _read_head(state, slug)
    capture = _read_capture(state / "captures" / head.capture)
    if capture is None or capture.record.slug != slug:
        raise StoreError(f"{slug}: its capture is damaged; 'archatlas build' makes it anew")
    return capture


def known(state: Path) -> set[str]:
    """Return the slugs of all models that were captured once, whatever became of it."""
    return {path.stem for path in (state / "heads").glob("*.json")}


def begin(state: Path) -> Path:
    """Return a new empty folder for a capture in the making."""
    folder = state / "making" / uuid4().hex
    folder.mkdir(parents=True)
    return folder


def finish(
    state: Path, making: Path, record: ModelRecord, key: str, dependencies: Iterable[Path]
) -> None:
    """Move a capture to its address at once, then point the model at it.

    Whenever this is interrupted, the model has its old capture or its new one.
    """
    content = (record.model_dump_json(indent=1) + "\n").encode()
    write_if_changed(making / RECORD, content)
    digest = _digest(content)
    target = state / "captures" / digest
    if _read_capture(target) is None:
        shutil.rmtree(target, ignore_errors=True)  # nothing, or damaged
        target.parent.mkdir(parents=True, exist_ok=True)
        making.replace(target)
    else:
        shutil.rmtree(making)
    head = Head(key=key, capture=digest, dependencies=depends_on(dependencies))
    write_if_changed(_head_path(state, record.slug), head.model_dump_json().encode())


def sweep(state: Path) -> None:
    """Remove interrupted captures and those no model has; only the lock's holder may call this."""
    shutil.rmtree(state / "making", ignore_errors=True)
    used = set()
    for slug in known(state):
        with suppress(StoreError):
            used.add(_read_head(state, slug).capture)
    for folder in (state / "captures").glob("*"):
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)


def _read_head(state: Path, slug: str) -> Head:
    try:
        return Head.model_validate_json(_head_path(state, slug).read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreError(f"{slug}: not captured yet; run 'archatlas build'") from error


def _head_path(state: Path, slug: str) -> Path:
    return state / "heads" / f"{slug}.json"


def _read_capture(folder: Path) -> Capture | None:
    """Return the capture in a folder; none if it is not whole."""
    try:
        content = (folder / RECORD).read_bytes()
        record = ModelRecord.model_validate_json(content)
    except (OSError, ValidationError):
        return None
    is_whole = _digest(content) == folder.name and all(
        _has_size(folder / artifact.file, artifact.bytes) for artifact in record.artifacts
    )
    return Capture(record=record, folder=folder) if is_whole else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
