"""Decides what a side-by-side page shows: facts, stages by output stride, drawings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.analysis.message import Message
from generator.render import formats
from generator.render.model_page import ModelPage
from generator.render.stage_table import StageRow

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


@dataclass(frozen=True)
class AlignedStage:
    """What every model does at one output stride."""

    name: str
    stages: tuple[StageRow | None, ...]


@dataclass(frozen=True)
class ComparisonPage:
    """Models side by side, the first one being the baseline."""

    uri: str
    title: str
    models: tuple[ModelPage, ...]
    facts: tuple[FactRow, ...]
    stages: tuple[AlignedStage, ...]


def comparison_page(models: Sequence[ModelPage]) -> ComparisonPage:
    """Prepare the page of some models, in the order given."""
    return ComparisonPage(
        uri="-vs-".join(page.spec.slug for page in models),
        title=" vs ".join(page.spec.title for page in models),
        models=tuple(models),
        facts=fact_rows(models),
        stages=_aligned(models),
    )


def fact_rows(models: Sequence[ModelPage]) -> tuple[FactRow, ...]:
    """Compare the single numbers of models, ratios against the first."""
    return (
        _texts(Message("year"), [str(page.spec.year or "–") for page in models]),
        _texts(Message("input"), [formats.sizes(page.record.input_shape) for page in models]),
        _numbers(Message("parameters"), [page.totals.params for page in models], formats.count),
        _numbers(Message("MACs"), [page.totals.macs for page in models], formats.count),
        _numbers(
            Message("activations"), [page.totals.activations for page in models], formats.count
        ),
        _numbers(
            Message("weight memory"),
            [page.totals.weight_bytes for page in models],
            formats.byte_count,
        ),
        _numbers(Message("depth"), [page.totals.depth for page in models], formats.exact),
        _texts(Message("top-1 (published)"), [_accuracy(page) for page in models]),
        _texts(Message("weights used here"), [page.weights_used or "–" for page in models]),
    )


def _accuracy(page: ModelPage) -> str:
    reference = page.record.reference
    if reference is None or reference.top1 is None:
        return "–"
    return f"{reference.top1:.2f} % ({reference.weights_tag})"


def _texts(name: Message, values: list[str]) -> FactRow:
    return FactRow(name, tuple(Cell(value, value, "") for value in values), len(set(values)) > 1)


def _numbers(
    name: Message, values: list[int | None], write: Callable[[int | None], str]
) -> FactRow:
    first = values[0]
    cells = tuple(
        Cell(write(value), formats.exact(value), _ratio(value, first) if number else "")
        for number, value in enumerate(values)
    )
    return FactRow(name, cells, len(set(values)) > 1)


def _ratio(value: int | None, first: int | None) -> str:
    if not value or not first:
        return ""
    ratio = value / first
    return f"×{ratio:.3g}" if ratio < _LONG else f"×{formats.exact(round(ratio))}"


def _aligned(models: Sequence[ModelPage]) -> tuple[AlignedStage, ...]:
    """Put stages with the same output stride in one row; strides ascend, the head comes last."""
    by_name = [{stage.name: stage for stage in page.stages} for page in models]
    names = {name for stages in by_name for name in stages}
    return tuple(
        AlignedStage(name, tuple(stages.get(name) for stages in by_name))
        for name in sorted(names, key=_stage_order)
    )


def _stage_order(name: str) -> tuple[float, str]:
    return (int(name) if name.isdigit() else float("inf"), name)
