"""Claims about how one fact of several models is written."""

import pytest

from generator.analysis.message import Message
from generator.render import formats
from generator.render.fact_table import number_row, ratio, text_row


def test_ratios_are_against_the_first() -> None:
    """Which has none itself."""
    row = number_row(Message("MACs"), [2000, 3000, None], formats.count)
    assert [(cell.text, cell.exact, cell.ratio) for cell in row.cells] == [
        ("2\u202fK", "2\u202f000", ""),
        ("3\u202fK", "3\u202f000", "×1.5"),
        ("–", "–", ""),
    ]
    assert row.differs


def test_words_have_no_ratio() -> None:
    """They differ, or they do not."""
    assert text_row(Message("year"), ["2012", "2014"]).differs
    row = text_row(Message("year"), ["2012", "2012"])
    assert not row.differs
    assert {cell.ratio for cell in row.cells} == {""}


@pytest.mark.parametrize(
    ("value", "first", "text"),
    [(1, 3, "×0.333"), (5, 5, "×1"), (12_345, 1, "×12\u202f345"), (0, 3, ""), (3, 0, "")],
)
def test_ratios_have_three_digits_and_no_exponent(value: int, first: int, text: str) -> None:
    """Nothing is a multiple of nothing."""
    assert ratio(value, first) == text
