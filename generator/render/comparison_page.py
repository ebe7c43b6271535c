"""Decides what a side-by-side page shows: facts, stages by output stride, drawings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from generator.analysis.difference import difference, structure
from generator.analysis.footprint import aligned_stages
from generator.analysis.message import Message
from generator.render import formats
from generator.render.difference_page import DifferencePage, difference_page
from generator.render.fact_table import FactRow, number_row, text_row
from generator.render.model_page import ModelPage
from generator.render.stage_table import StageRow


@dataclass(frozen=True)
class AlignedStage:
    """What every model does at one output stride."""

    name: str
    stages: tuple[StageRow | None, ...]


@dataclass(frozen=True)
class Step:
    """What changed from one model to the next."""

    old: ModelPage
    new: ModelPage
    found: DifferencePage


@dataclass(frozen=True)
class ComparisonPage:
    """Models side by side, the first one being the baseline."""

    uri: str
    title: str
    models: tuple[ModelPage, ...]
    facts: tuple[FactRow, ...]
    stages: tuple[AlignedStage, ...]
    differences: tuple[Step, ...]


def comparison_page(models: Sequence[ModelPage]) -> ComparisonPage:
    """Prepare the page of some models, in the order given."""
    return ComparisonPage(
        uri="-vs-".join(page.spec.slug for page in models),
        title=" vs ".join(page.spec.title for page in models),
        models=tuple(models),
        facts=fact_rows(models),
        stages=_aligned(models),
        differences=tuple(_steps(models)),
    )


def _steps(models: Sequence[ModelPage]) -> Iterator[Step]:
    """Compare each model with the one before it, where both could be captured."""
    for old, new in pairwise(models):
        if old.record.nodes and new.record.nodes:
            before = structure(old.spec.title, old.record)
            after = structure(new.spec.title, new.record)
            yield Step(old, new, difference_page(difference(before, after)))


def fact_rows(models: Sequence[ModelPage]) -> tuple[FactRow, ...]:
    """Compare the single numbers of models, ratios against the first."""
    return (
        text_row(Message("year"), [str(page.spec.year or "–") for page in models]),
        text_row(Message("input"), [formats.sizes(page.record.input_shape) for page in models]),
        number_row(Message("parameters"), [page.totals.params for page in models], formats.count),
        number_row(Message("MACs"), [page.totals.macs for page in models], formats.count),
        number_row(
            Message("activations"), [page.totals.activations for page in models], formats.count
        ),
        number_row(
            Message("weight memory"),
            [page.totals.weight_bytes for page in models],
            formats.byte_count,
        ),
        number_row(Message("depth"), [page.totals.depth for page in models], formats.exact),
        text_row(Message("top-1 (published)"), [_accuracy(page) for page in models]),
        text_row(Message("weights used here"), [page.weights_used or "–" for page in models]),
    )


def _accuracy(page: ModelPage) -> str:
    reference = page.record.reference
    if reference is None or reference.top1 is None:
        return "–"
    return f"{reference.top1:.2f} % ({reference.weights_tag})"


def _aligned(models: Sequence[ModelPage]) -> tuple[AlignedStage, ...]:
    return tuple(
        AlignedStage(name, stages)
        for name, stages in aligned_stages([page.stages for page in models])
    )
