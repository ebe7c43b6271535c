"""Claims about how one fact of several models is written."""

import pytest

from generator.analysis.message import Message
from generator.render.fact_table import Mark, ratio, trait_row
from generator.render.traits import Better, Trait


def test_words_have_no_ratio() -> None:
    """They differ, or they do not."""
    first, second = (Trait("year", Message("year"), year, year) for year in ("2012", "2014"))
    assert trait_row([first, second]).differs
    row = trait_row([first, first])
    assert not row.differs
    assert {cell.ratio for cell in row.cells} == {""}


@pytest.mark.parametrize(
    ("value", "first", "text"),
    [
        (1, 3, "×0.333"),
        (5, 5, "×1"),
        (50, 16, "×3.13"),
        (13, 10, "×1.3"),
        (100, 1, "×100"),
        (1001, 1000, "×1.00"),
        (12_345, 1, "×12\u202f345"),
        (1, 12_345, "÷12\u202f345"),
        (0, 3, ""),
        (3, 0, ""),
    ],
)
def test_ratios_have_three_digits_and_no_exponent(value: int, first: int, text: str) -> None:
    """Nothing is a multiple of nothing."""
    assert ratio(value, first) == text


def trait(value: float | None, better: Better | None) -> Trait:
    """Return one model's value of a fact."""
    return Trait("fact", Message("fact"), str(value), str(value), value, better)


@pytest.mark.parametrize(
    ("values", "better", "marks"),
    [
        ([1, 2, 3], Better.LESS, [Mark.BEST, None, Mark.WORST]),
        ([1, 2, 3], Better.MORE, [Mark.WORST, None, Mark.BEST]),
        ([2, 1, 1], Better.LESS, [Mark.WORST, Mark.BEST, Mark.BEST]),
        ([None, 2, 1], Better.LESS, [None, Mark.WORST, Mark.BEST]),
        ([None, 2, None], Better.LESS, [None, None, None]),
        ([1, 1, 1], Better.LESS, [None, None, None]),
        ([1, 2, 3], None, [None, None, None]),
    ],
)
def test_best_and_worst_are_marked_where_one_is_better(
    values: list[float | None], better: Better | None, marks: list[Mark | None]
) -> None:
    """All that share the place; none where nothing can be told apart."""
    row = trait_row([trait(value, better) for value in values])
    assert [cell.mark for cell in row.cells] == marks


@pytest.mark.parametrize(
    ("values", "better", "ratios"),
    [
        ([2, 4, 2], Better.LESS, ["", "×2", "="]),
        ([70.5, 71.25, 69], Better.MORE, ["", "+0.75", "−1.50"]),
        ([None, 2], Better.LESS, ["", ""]),
        ([2, None], Better.LESS, ["", ""]),
    ],
)
def test_costs_are_held_in_times_and_accuracies_in_points(
    values: list[float | None], better: Better, ratios: list[str]
) -> None:
    """Against the first model, where both are known."""
    row = trait_row([trait(value, better) for value in values])
    assert [cell.ratio for cell in row.cells] == ratios
