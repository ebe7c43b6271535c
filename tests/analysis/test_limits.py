"""Claims about how much a network may grow."""

import pytest

from generator.analysis.difference import Delta, Difference, Measure, Structure
from generator.analysis.limits import Excess, excesses, parse_limit


@pytest.mark.parametrize(
    ("text", "old", "most"),
    [
        ("+2%", 100, 102),
        ("+0.5%", 1000, 1005),
        ("-10%", 100, 90),
        ("+0%", 7, 7),
        ("+500K", 1, 500_001),
        ("-1", 5, 4),
        ("5M", 1, 5_000_000),
        ("1.5G", 1, 1_500_000_000),
        (" 2T ", 1, 2 * 10**12),
        ("12", 1, 12),
    ],
)
def test_limits_are_read_as_they_are_meant(text: str, old: int, most: int) -> None:
    """With a sign they add to the old size; without one they are the size."""
    assert parse_limit(text).most(old) == most


@pytest.mark.parametrize("text", ["", "much", "5m", "+", "1,5M", "--1%", "+2%%", "5 MB", "1e6"])
def test_what_is_no_limit_is_told_how_to_write_one(text: str) -> None:
    """What is wrong, and what next."""
    with pytest.raises(ValueError, match=r"no limit; write \+2%, \+500K or 5M"):
        parse_limit(text)


def test_a_share_needs_a_sign() -> None:
    """Else 2% might be meant of the old size, or on top of it."""
    with pytest.raises(ValueError, match=r"'2%': a share needs a sign; write \+2%"):
        parse_limit("2%")


def _found(old: int | None, new: int | None) -> Difference:
    nothing = Structure("", (), (), (), {})
    return Difference(nothing, nothing, (), (), (Delta(Measure.MACS, old, new),), ())


@pytest.mark.parametrize(
    ("old", "new", "text", "is_passed"),
    [
        (100, 102, "+2%", False),
        (100, 103, "+2%", True),
        (100, 90, "-10%", False),
        (100, 91, "-10%", True),
        (100, 5, "5", False),
        (None, 6, "5", True),
        (None, 5, "5", False),
        (None, 5, "+2%", True),
        (100, None, "5M", True),
    ],
)
def test_a_limit_is_passed_by_what_is_larger_or_unknown(
    old: int | None, new: int | None, text: str, *, is_passed: bool
) -> None:
    """To reach it is allowed."""
    limit = parse_limit(text)
    passed = excesses(_found(old, new), {Measure.MACS: limit})
    assert passed == ((Excess(Delta(Measure.MACS, old, new), limit),) if is_passed else ())


def test_no_limit_is_never_passed() -> None:
    """Only what was asked for is held."""
    assert excesses(_found(1, 10**9), {}) == ()
