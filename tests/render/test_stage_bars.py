"""Claims about the bars of a change: signs, lengths, and sums that are the totals."""

import pytest
from conftest import RecordOf
from toys import RUNNING

from generator.analysis.difference import Measure, difference, structure
from generator.render.difference_page import difference_page
from generator.render.stage_bars import Bar, StageBars, stage_bars


def bars(record_of: RecordOf, old: str, new: str) -> StageBars:
    """Lay out the difference of two toys."""
    found = difference(structure(old, record_of(old)), structure(new, record_of(new)))
    return stage_bars(found, difference_page(found).deltas)


def column(found: StageBars, place: int) -> list[Bar]:
    """Return the bars of one size."""
    return [row.bars[place] for row in found.rows]


@pytest.mark.parametrize("new", RUNNING)
def test_in_each_column_the_largest_change_fills_its_half(record_of: RecordOf, new: str) -> None:
    """What came lies right of the middle, what went left of it."""
    found = bars(record_of, "Plain", new)
    for place in range(4):
        widths = [bar.width for bar in column(found, place)]
        assert max(widths) == (50 if any(widths) else 0)
        for bar in column(found, place):
            assert bar.x == 50 if bar.is_more else bar.x + bar.width == pytest.approx(50)
            assert bar.text.startswith("+") == bar.is_more
            assert (bar.text == "=") == (bar.width == 0)


def test_a_model_and_itself_have_no_bars(record_of: RecordOf) -> None:
    """Every number is the sign for none."""
    found = bars(record_of, "ResidualNet", "ResidualNet")
    assert {bar.text for row in found.rows for bar in row.bars} == {"="}


def test_totals_stand_under_their_columns(record_of: RecordOf) -> None:
    """Sizes that belong to no single stage stand apart."""
    found = bars(record_of, "Plain", "ResidualNet")
    assert [total.measure for total in found.totals] == [
        *(Measure.PARAMS, Measure.MACS, Measure.ACTIVATIONS, Measure.RECEPTIVE_FIELD)
    ]
    assert [str(total.name) for total in found.totals] == list(map(str, found.measures))
    assert {other.measure for other in found.others} == {
        *(Measure.WEIGHT_BYTES, Measure.PEAK_BYTES, Measure.DEPTH)
    }


def test_the_head_is_named_for_readers(record_of: RecordOf) -> None:
    """As in the table of stages."""
    assert str(bars(record_of, "Plain", "ResidualNet").rows[-1].name) == "head"
