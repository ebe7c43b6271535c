"""Decides where captures live and when one still counts: content-addressed, atomic, resumable.

    <state>/captures/<key>/record.json, model.onnx, …   one finished capture, never changed
    <state>/heads/<slug>.json                           which capture a model has now

The key is made from everything known beforehand. What a capture found it depends on (a weights
file, the source of an own net) is noted in the head as dependencies, and compared next time.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
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
    """Which capture a model has."""

    key: str
    dependencies: tuple[Dependency, ...] = ()


class Capture(Frozen):
    """A record and the folder its files are in."""

    record: ModelRecord
    folder: Path


def key_of(facts: Mapping[str, object]) -> str:
    """Return the address of a capture made from these facts."""
    canonical = json.dumps(facts, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


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
    folder = state / "captures" / head.key
    try:
        content = (folder / RECORD).read_bytes()
        record = ModelRecord.model_validate_json(content)
    except (OSError, ValidationError) as error:
        raise StoreError(
            f"{slug}: its capture is damaged; 'archatlas build' makes it anew"
        ) from error
    missing = [a.file for a in record.artifacts if not _is_whole(folder / a.file, a.bytes)]
    if missing or record.slug != slug:
        raise StoreError(f"{slug}: its capture lacks {', '.join(missing[:3]) or 'its own slug'}")
    return Capture(record=record, folder=folder)


def begin(state: Path) -> Path:
    """Return a new empty folder for a capture in the making."""
    folder = state / "making" / uuid4().hex
    folder.mkdir(parents=True)
    return folder


def finish(
    state: Path, making: Path, record: ModelRecord, key: str, dependencies: Iterable[Path]
) -> None:
    """Move a capture to its address at once, then point the model at it."""
    text = record.model_dump_json(indent=1) + "\n"
    write_if_changed(making / RECORD, text.encode())
    target = state / "captures" / key
    if target.exists():  # the same key, captured again: its dependencies changed, or it failed
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    making.replace(target)
    head = Head(key=key, dependencies=depends_on(dependencies))
    write_if_changed(_head_path(state, record.slug), head.model_dump_json().encode())


def sweep(state: Path) -> None:
    """Remove what interrupted captures left behind; only the holder of the lock may call this."""
    shutil.rmtree(state / "making", ignore_errors=True)


def _read_head(state: Path, slug: str) -> Head:
    try:
        return Head.model_validate_json(_head_path(state, slug).read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreError(f"{slug}: not captured yet; run 'archatlas build'") from error


def _head_path(state: Path, slug: str) -> Path:
    return state / "heads" / f"{slug}.json"


def _is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
