"""Decides how one fact of several models is written, the first one being the baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from generator.analysis.message import Message
from generator.render import formats
from generator.render.traits import Better, Trait

_LONG = 999.5
"""From here on three digits would need an exponent."""
_SHORT = 0.001
"""Below, how many times smaller a number is reads better than how small a share."""
_THREE_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)
"""As scripts round: 50 layers are ×3.13 of 16."""


class Mark(StrEnum):
    """What a value is among the others of its row."""

    BEST = "best"
    WORST = "worst"


@dataclass(frozen=True)
class Cell:
    """One model's value of one fact."""

    text: str
    exact: str
    ratio: str
    """How it stands to the first model's value; empty for the first, or where it means nothing."""
    mark: Mark | None = None


@dataclass(frozen=True)
class FactRow:
    """One fact of every model."""

    name: Message
    cells: tuple[Cell, ...]
    differs: bool


def trait_row(traits: Sequence[Trait]) -> FactRow:
    """Compare one fact of every model; assets/compare/facts.js does the same."""
    first, extremes = traits[0].value, _extremes(traits)
    cells = tuple(
        Cell(t.text, t.exact, _held(t, first) if number else "", extremes.get(t.value))
        for number, t in enumerate(traits)
    )
    return FactRow(traits[0].name, cells, len({trait.exact for trait in traits}) > 1)


def ratio(value: float | None, first: float | None) -> str:
    """Write how many times the first number another is; empty where that means nothing."""
    if not value or not first:
        return ""
    times = value / first
    if times < _SHORT:
        return f"÷{formats.exact(round(1 / times))}"
    short = _THREE_DIGITS.create_decimal(Decimal(times)).normalize()
    digits = f"{short:f}" if times < _LONG else formats.exact(round(times))
    # Nearly the same is not the same.
    return f"×{'1.00' if digits == '1' and value != first else digits}"


def _extremes(traits: Sequence[Trait]) -> dict[float | None, Mark]:
    """Return which values are best and worst; nothing where all are equal, or none is better."""
    values = sorted({trait.value for trait in traits if trait.value is not None})
    better = next((trait.better for trait in traits if trait.better), None)
    if better is None or len(values) < 2:  # noqa: PLR2004 - with one value nothing is better
        return {}
    best, worst = (values[0], values[-1]) if better is Better.LESS else (values[-1], values[0])
    return {best: Mark.BEST, worst: Mark.WORST}


def _held(trait: Trait, first: float | None) -> str:
    """Say how a value stands to the first one: costs in times, accuracies in points."""
    if trait.value is None or first is None:
        return ""
    if trait.value == first:
        return "="
    if trait.better is Better.MORE:
        points = trait.value - first
        return f"{'+' if points > 0 else '−'}{abs(points):.2f}"
    return ratio(trait.value, first)
