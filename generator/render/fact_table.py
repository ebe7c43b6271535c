"""Decides how one fact of several models is written, the first one being the baseline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.analysis.message import Message
from generator.render import formats

_LONG = 999.5
"""From here on three digits would need an exponent."""


@dataclass(frozen=True)
class Cell:
    """One model's value of one fact."""

    text: str
    exact: str
    ratio: str
    """How many times the first model's value; empty for the first, or where it means nothing."""


@dataclass(frozen=True)
class FactRow:
    """One fact of every model."""

    name: Message
    cells: tuple[Cell, ...]
    differs: bool


def text_row(name: Message, values: Sequence[str]) -> FactRow:
    """Compare words."""
    return FactRow(name, tuple(Cell(value, value, "") for value in values), len(set(values)) > 1)


def number_row(
    name: Message, values: Sequence[int | None], write: Callable[[int | None], str]
) -> FactRow:
    """Compare numbers, with ratios against the first."""
    first = values[0]
    cells = tuple(
        Cell(write(value), formats.exact(value), ratio(value, first) if number else "")
        for number, value in enumerate(values)
    )
    return FactRow(name, cells, len(set(values)) > 1)


def ratio(value: int | None, first: int | None) -> str:
    """Write how many times the first number another is; empty where that means nothing."""
    if not value or not first:
        return ""
    times = value / first
    return f"×{times:.3g}" if times < _LONG else f"×{formats.exact(round(times))}"
