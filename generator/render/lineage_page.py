"""Decides what the page about descent shows: a drawing, and every step in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import pass_context
from jinja2.runtime import Context

from generator.analysis.lineage import Lineage, Step, lineage
from generator.analysis.message import Message
from generator.diagram.lineage import lineage_dot
from generator.diagram.svg import draw
from generator.records import ModelSpec


@dataclass(frozen=True)
class Stories:
    """The steps that led to the models of one year."""

    year: int | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class LineagePage:
    """Who took what from whom, among the models of this site."""

    whole: Lineage
    stories: tuple[Stories, ...]


def lineage_page(specs: Sequence[ModelSpec]) -> LineagePage:
    """Gather the lineage of the models that a site shows."""
    whole = lineage(specs)
    years = dict.fromkeys(step.target.year for step in whole.steps)
    stories = tuple(
        Stories(year, tuple(step for step in whole.steps if step.target.year == year))
        for year in years
    )
    return LineagePage(whole, stories)


@pass_context
def lineage_drawing(context: Context, whole: Lineage) -> str:
    """Return the lineage as SVG, in the edition's language; its boxes link to the models' pages."""
    say, home = context["edition"].say, context["home"]
    dot = lineage_dot(whole, say, lambda slug: f"{home}models/{slug}/")
    description = Message("A column a year, a box a family. The text below tells the same.")
    return draw(dot, say(Message("Lineage of the networks")), say(description), role="group")
