"""Decides where captures live and when one still counts: content-addressed, atomic, resumable.

    <state>/captures/<digest>/record.json, model.onnx, …   one finished capture, never changed
    <state>/heads/<slug>.json                              which capture a model has now
    <state>/verified/<digest>, <state>/digests/…           how files looked when last read through,
                                                           and what a record is asked for most

A capture's address is the digest of its record, which holds the digests of all its files. Its head
says what it was made for, the key: everything known beforehand. What it turned out to depend on (a
weights file, the source of an own net) the head lists as dependencies, to be compared next time.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from generator.captures import (
    RECORD,
    Capture,
    address_of,
    listed,
    read_capture,
    record_of,
    unbroken,
)
from generator.dependencies import Dependency, files_of
from generator.errors import StoreError
from generator.files import explained, write_if_changed
from generator.records import SCHEMA_VERSION, Frozen, ModelRecord
from generator.stamps import digest_of


class Head(Frozen):
    """Which capture a model has, and what it was made for."""

    key: str
    capture: str
    dependencies: tuple[Dependency, ...]

    def elsewhere(self) -> "Head":
        """Return what holds on any machine: other files of this one say nothing there."""
        kept = tuple(one for one in self.dependencies if one.is_portable)
        return self.model_copy(update={"dependencies": kept})


@dataclass(frozen=True)
class Whole:
    """A capture that is complete, without its record."""

    folder: Path
    is_captured: bool


def key_of(facts: Mapping[str, object]) -> str:
    """Digest the facts that a capture is made from."""
    canonical = json.dumps(facts, sort_keys=True, default=str, separators=(",", ":"))
    return address_of(canonical.encode())


def current(state: Path, slug: str, key: str) -> bool:
    """Say whether a model has a finished capture for this key whose dependencies did not change.

    A model that could not be captured is always tried again.
    """
    try:
        is_same = holds(state, _read_head(state, slug), key)
        return is_same and whole(state, slug).is_captured
    except StoreError:
        return False


def holds(state: Path, head: Head, key: str) -> bool:
    """Say whether a head was made for this key, and what it depends on did not change."""
    return head.key == key and all(d.is_same(state) for d in head.dependencies)


def load(state: Path, slug: str) -> Capture:
    """Read the capture a model has now.

    Raises:
        StoreError: there is none, or it is damaged or of another version.
    """
    head = _read_head(state, slug)
    capture = read_capture(state, head.capture)
    if capture is None or capture.record.slug != slug:
        raise StoreError(f"{slug}: its capture is damaged; 'archatlas build' makes it anew")
    if capture.record.schema_version != SCHEMA_VERSION:
        raise StoreError(
            f"{slug}: its capture was made by another version of archatlas; 'archatlas build' "
            "makes it anew"
        )
    return capture


def whole(state: Path, slug: str) -> Whole:
    """Return where the capture is that a model has now; one that lies untouched is not read.

    Raises:
        StoreError: there is none, or it is damaged or of another version.
    """
    digest = _read_head(state, slug).capture
    folder = state / "captures" / digest
    seal = unbroken(state, folder)
    if seal is None or (seal.slug, seal.schema_version) != (slug, SCHEMA_VERSION):
        return Whole(folder, load(state, slug).record.is_captured)
    return Whole(folder, seal.is_captured)


def head_of(state: Path, slug: str) -> Head:
    """Return which capture a model has now.

    Raises:
        StoreError: it has none.
    """
    return _read_head(state, slug)


def address(state: Path, slug: str) -> str | None:
    """Return the digest that a model's present capture is addressed by; none if it has none."""
    try:
        return _read_head(state, slug).capture
    except StoreError:
        return None


def sources_of(state: Path, slug: str) -> tuple[Path, ...]:
    """Return the files that a model's present capture depends on, as far as it has one."""
    try:
        return files_of(state, _read_head(state, slug).dependencies)
    except StoreError:
        return ()


def known(state: Path) -> set[str]:
    """Return the slugs of all models that were captured once, whatever became of it."""
    return {path.stem for path in (state / "heads").glob("*.json")}


def begin(state: Path) -> Path:
    """Return a new empty folder for a capture in the making.

    Raises:
        DiskError: it cannot be made.
    """
    folder = state / "making" / uuid4().hex
    with explained(folder):
        folder.mkdir(parents=True)
    return folder


def finish(
    state: Path, making: Path, record: ModelRecord, key: str, dependencies: Iterable[Dependency]
) -> None:
    """Move a capture to its address at once, then point the model at it.

    Whenever this is interrupted, the model has its old capture or its new one.

    Raises:
        DiskError: the disk refused; the model has its old capture.
    """
    content = (record.model_dump_json(indent=1) + "\n").encode()
    digest = address_of(content)
    target = state / "captures" / digest
    with explained(target):
        _drop_unlisted(making, record)
        write_if_changed(making / RECORD, content)
        if read_capture(state, digest) is None:
            shutil.rmtree(target, ignore_errors=True)  # nothing, or damaged
            target.parent.mkdir(parents=True, exist_ok=True)
            making.replace(target)
        else:
            shutil.rmtree(making)
    head = Head(key=key, capture=digest, dependencies=tuple(dependencies))
    write_if_changed(_head_path(state, record.slug), head.model_dump_json().encode())


def adopt(state: Path, making: Path, slug: str, head: Head) -> None:
    """Give a model a capture that was made elsewhere, its files being in a folder of `begin`.

    Raises:
        StoreError: it is not what its head says, or not whole.
        DiskError: the disk refused.
    """
    with explained(making):
        content = (making / RECORD).read_bytes()
    listed(content)
    record = record_of(content)
    files = {making / artifact.file: artifact.sha256 for artifact in record.artifacts}
    is_same = address_of(content) == head.capture and record.slug == slug
    try:
        is_whole = is_same and all(digest_of(path) == digest for path, digest in files.items())
    except OSError:
        is_whole = False
    if not is_whole:
        raise StoreError(f"{slug}: what was fetched is damaged; 'archatlas build' makes it anew")
    finish(state, making, record, head.key, head.dependencies)


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
    for note in (state / "verified").glob("*"):
        if note.name not in used:
            with suppress(OSError):
                note.unlink()


def _read_head(state: Path, slug: str) -> Head:
    try:
        return Head.model_validate_json(_head_path(state, slug).read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreError(f"{slug}: not captured yet; run 'archatlas build'") from error


def _head_path(state: Path, slug: str) -> Path:
    return state / "heads" / f"{slug}.json"


def _drop_unlisted(making: Path, record: ModelRecord) -> None:
    """Remove what a process that was stopped left half done."""
    listed = {artifact.file for artifact in record.artifacts}
    for path in making.rglob("*"):
        if not path.is_dir() and path.relative_to(making).as_posix() not in listed:
            path.unlink(missing_ok=True)
