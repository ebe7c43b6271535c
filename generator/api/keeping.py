"""Decides how captured models are kept in a folder: as a store, and beside it what they are."""

import shutil
from pathlib import Path

from pydantic import ValidationError

from generator import store
from generator.captures import Capture
from generator.errors import RequestError, StoreError
from generator.files import explained, write_if_changed
from generator.lock import only_one
from generator.records import ModelRecord, ModelSpec

_SPECS = "specs"


def keep(folder: Path, spec: ModelSpec, record: ModelRecord, files: Path) -> None:
    """Keep a model; one of the same slug that is there already is replaced.

    Raises:
        DiskError: the folder cannot take it; what was there is there still.
    """
    with only_one(folder, lambda: None):
        making = store.begin(folder)
        for artifact in record.artifacts:
            with explained(making / artifact.file):
                (making / artifact.file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(files / artifact.file, making / artifact.file)
        write_if_changed(_spec_path(folder, spec.slug), spec.model_dump_json(indent=1).encode())
        store.finish(folder, making, record, "", ())
        store.sweep(folder)


def kept(folder: Path) -> tuple[str, ...]:
    """Return the slugs of the models in a folder, sorted."""
    return tuple(sorted(path.stem for path in (folder / _SPECS).glob("*.json")))


def only(folder: Path, slug: str | None) -> str:
    """Return the slug that is asked for, or the only one.

    Raises:
        RequestError: it is not there, or there is not exactly one.
    """
    found = kept(folder)
    if slug in found or (slug is None and len(found) == 1):
        return slug or found[0]
    if not found:
        raise RequestError(f"{folder}: no capture is kept there; 'save' keeps one")
    raise RequestError(f"{folder}: {slug or 'several'}: name one of {', '.join(found)}")


def opened(folder: Path, slug: str) -> tuple[ModelSpec, Capture]:
    """Return a model and its capture.

    Raises:
        StoreError: it is damaged, or of another version.
    """
    try:
        spec = ModelSpec.model_validate_json(_spec_path(folder, slug).read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreError(f"{folder}: what is kept of {slug} is damaged; save it again") from error
    return spec, store.load(folder, slug)


def _spec_path(folder: Path, slug: str) -> Path:
    return folder / _SPECS / f"{slug}.json"
