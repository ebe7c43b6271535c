"""Decides how changes are attributed to stages: a bar for every stage and size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.analysis.difference import Difference, Measure, StageDelta
from generator.analysis.message import Message
from generator.render import formats
from generator.render.difference_page import DeltaRow, measure_name, signed, stage_words

_HALF = 50.0
"""Units from the middle, where nothing changes, to either side of a bar's box."""
_MEASURES: tuple[tuple[Measure, Callable[[StageDelta], int], Callable[[int | None], str]], ...] = (
    (Measure.PARAMS, lambda stage: stage.params, formats.count),
    (Measure.MACS, lambda stage: stage.macs, formats.count),
    (Measure.ACTIVATIONS, lambda stage: stage.activations, formats.count),
    (Measure.RECEPTIVE_FIELD, lambda stage: stage.growth, formats.exact),
)


@dataclass(frozen=True)
class Bar:
    """One change: to the right of the middle what came, to the left what went."""

    text: str
    """With its sign."""
    x: float
    width: float
    is_more: bool


@dataclass(frozen=True)
class BarRow:
    """What came or went at one output stride, a bar a size."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class StageBars:
    """A change of four sizes, spread over the stages."""

    measures: tuple[Message, ...]
    rows: tuple[BarRow, ...]
    totals: tuple[DeltaRow, ...]
    """Of the same sizes, in the same order: what the stages add up to."""
    others: tuple[DeltaRow, ...]
    """Sizes that belong to no single stage."""


def stage_bars(found: Difference, deltas: Sequence[DeltaRow]) -> StageBars:
    """Lay out what changed where; in each column the largest change fills its half.

    Args:
        found: the difference.
        deltas: its totals, ready to be printed.
    """
    columns = [_column(found.stages, value, write) for _, value, write in _MEASURES]
    shown = [measure for measure, _, _ in _MEASURES]
    by_measure = {delta.measure: delta for delta in deltas}
    return StageBars(
        measures=tuple(map(measure_name, shown)),
        rows=tuple(
            BarRow(stage_words(stage.name), bars)
            for stage, bars in zip(found.stages, zip(*columns, strict=True), strict=True)
        ),
        totals=tuple(by_measure[measure] for measure in shown),
        others=tuple(delta for delta in deltas if delta.measure not in shown),
    )


def _column(
    stages: Sequence[StageDelta],
    value: Callable[[StageDelta], int],
    write: Callable[[int | None], str],
) -> list[Bar]:
    changes = [value(stage) for stage in stages]
    largest = max(map(abs, changes), default=0) or 1
    return [_bar(change, largest, write) for change in changes]


def _bar(change: int, largest: int, write: Callable[[int | None], str]) -> Bar:
    width = round(_HALF * abs(change) / largest, 2)
    return Bar(signed(change, write), _HALF if change > 0 else _HALF - width, width, change > 0)
