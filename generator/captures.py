"""Decides whether a capture that lies on the disk is whole: each at the digest of its record."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from generator.errors import StoreError
from generator.records import REMEMBERED, Frozen, ModelRecord
from generator.stamps import digest_of, looks_of, read_note, write_note

RECORD = "record.json"


class Capture(Frozen):
    """A record and the folder its files are in."""

    record: ModelRecord
    folder: Path


@dataclass(frozen=True)
class Seal:
    """What is known of a capture that was read through, while none of its files was touched."""

    looks: str
    files: tuple[str, ...]
    slug: str
    schema_version: int
    is_captured: bool


def listed(content: bytes) -> tuple[str, ...]:
    """Return the files that a record names, all of them below its folder.

    Raises:
        StoreError: it is illegible, or names others.
    """
    try:
        names = tuple(artifact.file for artifact in record_of(content).artifacts)
    except ValueError as error:
        raise StoreError("a record is illegible; 'archatlas build' makes it anew") from error
    if not all(map(_is_below, names)):
        raise StoreError("a record names files outside its folder")
    return names


def read_capture(state: Path, digest: str) -> Capture | None:
    """Return a capture; none if it is not whole."""
    folder = state / "captures" / digest
    try:
        content = (folder / RECORD).read_bytes()
        record = record_of(content)
        is_whole = address_of(content) == digest and _holds(state, folder, record)
    except (OSError, ValueError):
        return None
    return Capture(record=record, folder=folder) if is_whole else None


@lru_cache(REMEMBERED)
def record_of(content: bytes) -> ModelRecord:
    """Read a record once, however often a build asks for it."""
    return ModelRecord.model_validate_json(content)


def _holds(state: Path, folder: Path, record: ModelRecord) -> bool:
    """Say whether a capture's files are those that were captured, to the last byte.

    Raises:
        OSError: one is absent.
    """
    if not all(_is_below(artifact.file) for artifact in record.artifacts):
        return False
    names = tuple(artifact.file for artifact in record.artifacts)
    known = unbroken(state, folder)
    if known is not None and known.files == names:
        return True
    looks = _looks(folder, names)
    is_whole = all(digest_of(folder / one.file) == one.sha256 for one in record.artifacts)
    if is_whole:
        seal = Seal(looks, names, record.slug, record.schema_version, record.is_captured)
        noted = json.dumps(vars(seal))
        write_note(state / "verified" / folder.name, f"{address_of(noted.encode())} {noted}")
    return is_whole


def unbroken(state: Path, folder: Path) -> Seal | None:
    """Return what is known of a capture; nothing if somebody may have touched it since."""
    digest, _, noted = read_note(state / "verified" / folder.name).partition(" ")
    if not noted or digest != address_of(noted.encode()):
        return None
    try:
        facts = json.loads(noted)
        seal = Seal(**{**facts, "files": tuple(facts["files"])})
        is_same = _looks(folder, seal.files) == seal.looks
    except (
        OSError,
        TypeError,
        ValueError,
        KeyError,
    ):  # a file is absent, or another version's note
        return None
    return seal if is_same else None


def _looks(folder: Path, names: Iterable[str]) -> str:
    """Digest how a capture's record and files look.

    Raises:
        OSError: one is absent.
    """
    return looks_of(f"{folder}/{name}" for name in (RECORD, *names))


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def address_of(content: bytes) -> str:
    """Return what content is addressed by."""
    return hashlib.sha256(content).hexdigest()[:32]
