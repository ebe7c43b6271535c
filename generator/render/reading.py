"""Decides which files are published records that this version can compare."""

import json
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from generator.analysis.difference import Measure, Structure
from generator.analysis.footprint import Spent, elsewhere, stage_name
from generator.analysis.pieces import Section
from generator.errors import RequestError
from generator.records import SCHEMA_VERSION
from generator.render.published import PublishedStage, PublishedTotals

_KEYS = frozenset({"schema_version", "slug", "totals", "layers"})
"""What every published record has had from the first."""
_AGAIN = "build that site again with this archatlas"


def read_structure(text: str, name: str) -> Structure:
    """Take from a published record what can be compared.

    Args:
        text: the file's content.
        name: what messages call it.

    Raises:
        RequestError: it is no record, or one of another version.
    """
    record = _record(text, name)
    version = record["schema_version"]
    if version != SCHEMA_VERSION:
        raise RequestError(
            f"{name}: schema version {version}, this archatlas reads {SCHEMA_VERSION}; {_AGAIN}"
        )
    if "structure" not in record:
        raise RequestError(
            f"{name}: written by an earlier archatlas, without 'structure'; {_AGAIN}"
        )
    try:
        return _structure(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RequestError(
            f"{name}: not as data/record.schema.json says ({where}: {first['msg']}); {_AGAIN}"
        ) from error


def _record(text: str, name: str) -> Mapping[str, object]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{name}: not valid JSON ({error}); {_EXPECTED}") from error
    if not isinstance(record, dict) or not record.keys() >= _KEYS:
        raise RequestError(f"{name}: no published record; {_EXPECTED}")
    return record


_EXPECTED = "name a models/<slug>/record.json of a built site"


def _structure(record: Mapping[str, object]) -> Structure:
    whole = PublishedTotals.model_validate(record["totals"])
    stages = TypeAdapter(tuple[PublishedStage, ...]).validate_python(record.get("stages"))
    spent = [
        Spent(
            name=stage_name(stage.stride, stage.resolution),
            stride=stage.stride,
            resolution=stage.resolution,
            channels=stage.channels,
            blocks=stage.blocks,
            params=stage.params,
            macs=stage.macs,
            activations=stage.activations,
            receptive_field=stage.receptive_field,
        )
        for stage in stages
    ]
    rest = elsewhere(spent, whole.params, whole.macs, whole.activations)
    return Structure(
        title=str(record.get("title") or record["slug"]),
        input_shape=TypeAdapter(tuple[int, ...]).validate_python(record.get("input_shape")),
        sections=TypeAdapter(tuple[Section, ...]).validate_python(record["structure"]),
        stages=(*spent, *rest),
        measures={measure: getattr(whole, measure.value) for measure in Measure},
    )
