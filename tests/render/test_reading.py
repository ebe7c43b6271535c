"""Claims about which files are records that can be compared, and that nothing is lost in them."""

import json
from typing import Any

import pytest
from conftest import RecordOf
from toys import ALL

from generator.analysis.difference import difference, structure
from generator.errors import RequestError
from generator.records import SCHEMA_VERSION, ModelRecord, ModelSpec, Origin
from generator.render.published import publish
from generator.render.reading import read_structure


def published(record: ModelRecord) -> dict[str, Any]:
    """Return record.json as a reader gets it."""
    spec = ModelSpec(
        slug=record.slug, title="Net", family="Toys", origin=Origin.USER, factory="toys:Net"
    )
    return dict(publish(spec, record).model_dump(mode="json"))


@pytest.mark.parametrize("name", ALL)
def test_a_published_record_holds_all_that_is_compared(record_of: RecordOf, name: str) -> None:
    """What is read back is what was published, to the last number."""
    record = record_of(name)
    built = structure("Net", record)
    again = read_structure(json.dumps(published(record)), "a.json")
    assert again == built
    assert difference(again, built).is_empty


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.json: not valid JSON"),
        ("[" * 100_000, "a.json: not valid JSON"),
        ("[]", "a.json: no published record; name a models/<slug>/record.json"),
        ("3", "a.json: no published record"),
        ('{"slug": "x"}', "a.json: no published record"),
    ],
)
def test_what_is_no_record_is_named(text: str, message: str) -> None:
    """With what to name instead."""
    with pytest.raises(RequestError, match=message):
        read_structure(text, "a.json")


def _changed(record: dict[str, Any], **values: object) -> str:
    return json.dumps({**record, **values})


def test_records_of_other_versions_are_told_apart(record_of: RecordOf) -> None:
    """Another schema, or none of the fields that a comparison needs: build again."""
    record = published(record_of("Plain"))
    newer = SCHEMA_VERSION + 1
    with pytest.raises(RequestError, match=f"a.json: schema version {newer}, .*build that site"):
        read_structure(_changed(record, schema_version=newer), "a.json")
    del record["structure"]
    with pytest.raises(RequestError, match=r"a.json: written by an earlier archatlas.*build that"):
        read_structure(json.dumps(record), "a.json")


@pytest.mark.parametrize("key", ["totals", "stages", "structure", "input_shape"])
def test_a_field_that_is_spoilt_is_named(record_of: RecordOf, key: str) -> None:
    """One message, no traceback."""
    record = published(record_of("Plain"))
    with pytest.raises(RequestError, match=r"a.json: not as data/record.schema.json says"):
        read_structure(_changed(record, **{key: [{"odd": 1}]}), "a.json")


def test_a_record_without_a_title_goes_by_its_slug(record_of: RecordOf) -> None:
    """Something must be said of it."""
    record = published(record_of("Plain"))
    assert read_structure(_changed(record, title=""), "a.json").title == "plain"
