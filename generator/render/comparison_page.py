"""Decides what a side-by-side page shows: why, facts, what changed, stages, drawings, maps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from generator.analysis.difference import Structure, difference, structure
from generator.analysis.footprint import aligned_stages
from generator.analysis.message import Message
from generator.diagram.palette import SERIES_COLOURS
from generator.records import Text
from generator.render.difference_page import DifferencePage, difference_page
from generator.render.fact_table import FactRow, trait_row
from generator.render.growth import Growth, growth
from generator.render.map_rows import MapTable, map_table
from generator.render.model_page import ModelPage
from generator.render.stage_bars import StageBars, stage_bars
from generator.render.stage_table import StageRow
from generator.render.story import StoryPart, story_part
from generator.render.traits import traits
from generator.stories.stories import Story


@dataclass(frozen=True)
class AlignedStage:
    """What every model does at one output stride."""

    name: str
    stages: tuple[StageRow | None, ...]


@dataclass(frozen=True)
class Step:
    """What changed from one model to the next; nothing is found where a graph is missing."""

    old: ModelPage
    new: ModelPage
    found: DifferencePage | None
    bars: StageBars | None

    @property
    def untraced(self) -> tuple[ModelPage, ...]:
        """Return the models without a graph."""
        return tuple(page for page in (self.old, self.new) if not page.record.nodes)


@dataclass(frozen=True)
class ComparisonPage:
    """Models side by side, the first one being the baseline."""

    uri: str
    title: str
    models: tuple[ModelPage, ...]
    colours: tuple[str, ...]
    """Of each model's line and of the mark beside its name."""
    remarks: tuple[Message, ...]
    """What keeps the models from being compared in full."""
    story: StoryPart | None
    facts: tuple[FactRow, ...]
    stages: tuple[AlignedStage, ...]
    steps: tuple[Step, ...]
    growth: Growth | None
    maps: MapTable | None

    @property
    def query(self) -> str:
        """Return what the page of any comparison is asked, to begin with these models."""
        return f"?m={','.join(page.spec.slug for page in self.models)}"


@dataclass(frozen=True)
class Listed:
    """What other pages say of a comparison."""

    uri: str
    title: str
    heading: Text | None
    """What its story is called."""
    lead: Text | None
    """The first sentence of its story."""


def listed(page: ComparisonPage) -> Listed:
    """Return what other pages say of a comparison."""
    story = page.story
    heading, lead = (story.title, story.lead) if story else (None, None)
    return Listed(page.uri, page.title, heading, lead)


def comparison_page(models: Sequence[ModelPage], story: Story | None = None) -> ComparisonPage:
    """Prepare the page of some models, in the order given."""
    found = {page.spec.slug: structure(page.spec.title, page.record) for page in models}
    columns = [traits(page.spec, page.record) for page in models]
    return ComparisonPage(
        uri="-vs-".join(page.spec.slug for page in models),
        title=" vs ".join(page.spec.title for page in models),
        models=tuple(models),
        colours=tuple(SERIES_COLOURS[place % len(SERIES_COLOURS)] for place in range(len(models))),
        remarks=tuple(_remarks(models)),
        story=story_part(story, found) if story else None,
        facts=tuple(map(trait_row, zip(*columns, strict=True))),
        stages=_aligned(models),
        steps=tuple(_step(old, new, found) for old, new in pairwise(models)),
        growth=growth([(page.spec.title, page.record) for page in models]),
        maps=map_table(models),
    )


def _remarks(models: Sequence[ModelPage]) -> Iterator[Message]:
    if len({page.record.input_shape for page in models}) > 1:
        yield Message(
            "The models see inputs of different sizes: MACs, activations and strides are each "
            "counted for the model's own input."
        )
    for page in models:
        failures = page.record.failures
        if failures:
            said = ", ".join(f"{one.kind}: {one.message or one.error}" for one in failures)
            yield Message(
                "{model} was not captured completely: {problems}",
                model=page.spec.title,
                problems=said,
            )


def _step(old: ModelPage, new: ModelPage, found: Mapping[str, Structure]) -> Step:
    step = Step(old, new, None, None)
    if step.untraced:
        return step
    what = difference(found[old.spec.slug], found[new.spec.slug])
    page = difference_page(what)
    return Step(old, new, page, stage_bars(what, page.deltas))


def _aligned(models: Sequence[ModelPage]) -> tuple[AlignedStage, ...]:
    return tuple(
        AlignedStage(name, stages)
        for name, stages in aligned_stages([page.stages for page in models])
    )
