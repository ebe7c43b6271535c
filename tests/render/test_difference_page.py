"""Claims about how a difference is laid out for readers and for programs."""

import json

import pytest
from conftest import RecordOf
from toys import ALL

from generator.analysis.difference import Difference, Measure, difference, structure
from generator.analysis.findings import Verdict
from generator.analysis.message import Message
from generator.render import formats
from generator.render.difference_page import (
    difference_data,
    difference_page,
    measure_name,
    signed,
    written,
)


def compare(record_of: RecordOf, old: str, new: str) -> Difference:
    """Compare two toys."""
    return difference(structure(old, record_of(old)), structure(new, record_of(new)))


def test_sizes_are_written_with_sign_and_share(record_of: RecordOf) -> None:
    """In full where they are small; what stays has a sign of its own."""
    page = difference_page(compare(record_of, "ResidualNet", "Plain"))
    rows = {row.measure: row for row in page.deltas}
    assert (page.old, page.new, page.is_empty) == ("ResidualNet", "Plain", False)
    params = rows[Measure.PARAMS]
    assert (params.name, params.old, params.new) == ("parameters", "459", "373")
    assert (params.change, params.share, params.differs) == ("−86", "−18.7\u202f%", True)
    assert list(rows) == list(Measure)


def test_what_stays_is_not_emphasised(record_of: RecordOf) -> None:
    """No row of two equal nets differs."""
    page = difference_page(compare(record_of, "Plain", "Plain"))
    assert page.is_empty
    assert not any(row.differs for row in (*page.deltas, *page.stages))
    assert {row.change for row in page.deltas} == {"="}
    assert page.findings == ()


def test_stages_are_named_for_readers(record_of: RecordOf) -> None:
    """Strides in digits, the rest in words that can be translated."""
    page = difference_page(compare(record_of, "ResidualNet", "Shared"))
    names = [row.name for row in page.stages]
    assert names == ["1", "2", "head", "not called"]
    assert all(isinstance(name, Message) for name in names[2:])


def test_findings_know_where_they_are(record_of: RecordOf) -> None:
    """Paths of both nets, for links to their layers."""
    page = difference_page(compare(record_of, "Plain", "ResidualNet"))
    gone = next(row for row in page.findings if row.verdict is Verdict.REMOVED)
    assert all(old is not None and new is None for old, new in gone.places)
    assert all(isinstance(row.text, Message) for row in page.findings)


@pytest.mark.parametrize("name", ALL)
def test_the_data_survives_json(record_of: RecordOf, name: str) -> None:
    """Nothing in it but numbers, texts, lists and objects."""
    data = difference_data(compare(record_of, "ResidualNet", name))
    again = json.loads(json.dumps(data, allow_nan=False))
    assert again["is_empty"] == (name == "ResidualNet")
    assert len(again["findings"]) == len(data["findings"])  # type: ignore[arg-type]


def test_the_data_says_what_the_sentences_say(record_of: RecordOf) -> None:
    """With the values apart, and the places counted."""
    data = json.loads(json.dumps(difference_data(compare(record_of, "Plain", "ResidualNet"))))
    removed = next(f for f in data["findings"] if f["pieces"] and f["verdict"] == "removed")
    assert removed["block"] is None
    assert removed["count"] == len(removed["places"])
    assert removed["text"].startswith("Removed: ")
    changes = data["totals"]["params"]
    assert changes == {"old": 373, "new": 459, "change": 86}
    assert sum(stage["params"] for stage in data["stages"]) == 86


@pytest.mark.parametrize(
    ("change", "text"), [(None, "–"), (0, "="), (1500, "+1.5\u202fK"), (-7, "−7")]
)
def test_changes_have_a_sign(change: int | None, text: str) -> None:
    """Also the one that is none."""
    assert signed(change, formats.count) == text


def test_every_size_has_a_name_and_a_unit() -> None:
    """Bytes are no counts."""
    assert {measure_name(measure) for measure in Measure} == {
        *("parameters", "MACs", "activations", "weight memory", "peak activation memory"),
        *("depth", "receptive field"),
    }
    assert written(Measure.PEAK_BYTES, 2000) == "2\u202fKB"
    assert written(Measure.DEPTH, None) == "–"
