"""Decides how much a network may grow before a check fails."""

import re
from dataclasses import dataclass
from fractions import Fraction

from generator.analysis.difference import Delta, Difference, Measure

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_FORM = re.compile(r"(?P<sign>[+-]?)(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[KMGT%]?)")


@dataclass(frozen=True)
class Limit:
    """What one size may be at most: in itself, or compared with the old one."""

    text: str
    amount: Fraction
    is_relative: bool
    """Whether it is added to the old size."""
    is_share: bool = False
    """Whether it is a share of the old size, 0.02 for +2%."""

    def most(self, old: int) -> Fraction:
        """Return the largest size that is allowed."""
        if self.is_share:
            return old * (1 + self.amount)
        return old + self.amount if self.is_relative else self.amount


@dataclass(frozen=True)
class Excess:
    """A size beyond its limit; without a size, nobody can tell."""

    delta: Delta
    limit: Limit


def parse_limit(text: str) -> Limit:
    """Read +2%, +500K, -1% or 5M.

    Raises:
        ValueError: what is wrong with it, and how it is written.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no limit; write +2%, +500K or 5M")
    sign, number, unit = found["sign"], Fraction(found["number"]), found["unit"]
    if unit == "%" and not sign:
        raise ValueError(f"'{text}': a share needs a sign; write +{text.strip()}")
    amount = -number if sign == "-" else number
    if unit == "%":
        return Limit(text, amount / 100, is_relative=True, is_share=True)
    return Limit(text, amount * _UNITS[unit], is_relative=bool(sign))


def excesses(found: Difference, limits: dict[Measure, Limit]) -> tuple[Excess, ...]:
    """Return every size that is larger than it may be, or is not known."""
    deltas = {delta.measure: delta for delta in found.deltas}
    return tuple(
        Excess(deltas[measure], limit)
        for measure, limit in limits.items()
        if not _keeps(deltas[measure], limit)
    )


def _keeps(delta: Delta, limit: Limit) -> bool:
    if delta.new is None or (limit.is_relative and delta.old is None):
        return False
    return delta.new <= limit.most(delta.old or 0)
