"""Decides whether a count is a printed figure, to the digits that were printed."""

import re
from enum import StrEnum
from fractions import Fraction

_NUMBER = re.compile(r"\d[\d\u202f\u2009\u00a0 ,]*(?:\.\d+)?")
_BOUNDS = ("<", "≤", "less than", "under", "fewer than")
_SEPARATORS = re.compile(r"[^\d.]")


class Fit(StrEnum):
    """How a count becomes a printed figure."""

    EXACT = "yes"
    BELOW = "below"
    ROUNDED = "rounded"
    CUT_OFF = "cut off"
    NONE = "differs"


def fit(count: int, printed: str, value: float) -> Fit:
    """Say how a count fits a figure: '3.8 × 10⁹' has two digits, '< 25 M' is a bound.

    Some authors round, some cut the other digits off, and a reader should know which.
    """
    claimed, unit = Fraction(value), unit_of(printed, value)
    if printed.lstrip().startswith(_BOUNDS):
        return Fit.BELOW if count <= claimed else Fit.NONE
    if count == claimed:
        return Fit.EXACT
    if abs(count - claimed) <= unit / 2:
        return Fit.ROUNDED
    return Fit.CUT_OFF if 0 < count - claimed < unit else Fit.NONE


def unit_of(printed: str, value: float) -> Fraction:
    """Return what one more in the last printed digit is worth: 10⁸ for '3.8 × 10⁹'.

    Raises:
        ValueError: the figure holds no number.
    """
    found = _NUMBER.search(printed)
    if found is None:
        raise ValueError(f"no number in {printed!r}")
    digits = _SEPARATORS.sub("", found[0])
    mantissa = Fraction(digits)
    decimals = len(digits.partition(".")[2])
    return Fraction(value) / mantissa / 10**decimals if mantissa else Fraction(1, 10**decimals)
