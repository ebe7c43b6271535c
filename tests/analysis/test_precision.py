"""Claims about printed figures: how many digits they have, and whether a count fits them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.precision import Fit, fit, unit_of


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("3.8 × 10⁹", 3.8e9, 10**8),
        ("11.3 × 10⁹", 11.3e9, 10**8),
        ("25.0 × 10⁶", 25e6, 10**5),
        ("133 million", 133e6, 10**6),
        ("about 1.5 billion", 1.5e9, 10**8),
        ("68.9M", 68.9e6, 10**5),
        ("~5 G", 5e9, 10**9),
        ("25,636,712", 25_636_712, 1),
        ("340\u202f908", 340_908, 1),
        ("60 000", 60_000, 1),
    ],
)
def test_the_last_printed_digit_has_a_worth(printed: str, value: float, unit: int) -> None:
    """However the thousands are set apart and the power of ten is written."""
    assert unit_of(printed, value) == unit


def test_a_figure_without_a_number_is_refused() -> None:
    """A claim that prints none is a mistake in its entry."""
    with pytest.raises(ValueError, match="no number in 'many'"):
        unit_of("many", 5)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (3_800_000_000, Fit.EXACT),
        (3_749_999_999, Fit.NONE),
        (3_750_000_000, Fit.ROUNDED),
        (3_850_000_000, Fit.ROUNDED),
        (3_857_973_248, Fit.CUT_OFF),
        (3_899_999_999, Fit.CUT_OFF),
        (3_900_000_000, Fit.NONE),
    ],
)
def test_a_figure_is_rounded_or_cut_off(count: int, expected: Fit) -> None:
    """ResNet's 3.8 × 10⁹ stands for 3 857 973 248, which would round to 3.9."""
    assert fit(count, "3.8 × 10⁹", 3.8e9) is expected


@pytest.mark.parametrize("printed", ["< 25 M", "≤25 M", "less than 25 million", "under 25 M"])
@pytest.mark.parametrize(("count", "expected"), [(1, Fit.BELOW), (25_000_001, Fit.NONE)])
def test_a_bound_is_kept_or_broken(printed: str, count: int, expected: Fit) -> None:
    """It has no last digit."""
    assert fit(count, printed, 25e6) is expected


@given(count=st.integers(10**6, 10**12), decimals=st.integers(0, 2))
def test_a_count_fits_whatever_it_is_rounded_to(count: int, decimals: int) -> None:
    """Printed in millions with that many decimals, it is at most half a last digit away."""
    millions = round(Decimal(count) / 10**6, decimals)
    value = int(millions * 10**6)
    assert fit(count, f"{millions} M", value) in {Fit.EXACT, Fit.ROUNDED}
