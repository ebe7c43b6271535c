"""Decides where the guided tour stops: one network a family, from the first year to the last."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from generator.analysis.asking import Exercise, Level
from generator.records import Change, ModelSpec
from generator.render.glance import Glance
from generator.render.model_page import ModelPage
from generator.zoo.families import by_year


@dataclass(frozen=True)
class Stop:
    """One network of the tour, and what there is to see."""

    number: int
    spec: ModelSpec
    page: ModelPage
    changes: tuple[tuple[Change, str], ...]
    """What it took from others of this site, with their titles."""
    comparison: str | None
    """Address of the page that compares it with one it came from, below compare/."""
    exercise: Exercise | None
    """A question to take along."""


def stops(specs: Sequence[ModelSpec], pages: Sequence[Glance]) -> tuple[ModelSpec, ...]:
    """Return the first network of every family that has a story to tell, in order of years.

    Args:
        specs: what is known of the models, their stories included.
        pages: what is said of them.
    """
    seen = {page.spec.slug: page for page in pages}
    first: dict[str, ModelSpec] = {}
    for spec in by_year(specs):
        if spec.summary and spec.year and seen[spec.slug].record.is_captured:
            first.setdefault(spec.family, spec)
    return tuple(first.values())


def tour(
    specs: Sequence[ModelSpec],
    pages: Sequence[Glance],
    compared: Sequence[str],
    look_at: Callable[[str], ModelPage],
) -> tuple[Stop, ...]:
    """Return what there is to see at each stop.

    Args:
        specs: what is known of the models, their stories included.
        pages: what is said of them.
        compared: addresses of the comparisons with a page of their own.
        look_at: returns what a model's own page shows.
    """
    titles = {spec.slug: spec.title for spec in specs}
    asked: Counter[str] = Counter()
    return tuple(
        _stop(number, spec, look_at(spec.slug), titles, compared, asked)
        for number, spec in enumerate(stops(specs, pages), start=1)
    )


def _stop(  # noqa: PLR0913 - what a stop is made from
    number: int,
    spec: ModelSpec,
    page: ModelPage,
    titles: Mapping[str, str],
    compared: Sequence[str],
    asked: Counter[str],
) -> Stop:
    known = [change for change in spec.changes if change.since in titles]
    return Stop(
        number=number,
        spec=spec,
        page=page,
        changes=tuple((change, titles[change.since]) for change in known),
        comparison=_comparison(spec, known, compared),
        exercise=_exercise(page.exercises, asked),
    )


def _comparison(spec: ModelSpec, known: Sequence[Change], compared: Sequence[str]) -> str | None:
    """Return the comparison with a predecessor, or any in which it comes last."""
    wanted = [f"{change.since}-vs-{spec.slug}" for change in known]
    exact = next((uri for uri in wanted if uri in compared), None)
    return exact or next((uri for uri in compared if uri.endswith(f"-vs-{spec.slug}")), None)


def _exercise(found: Sequence[Exercise], asked: Counter[str]) -> Exercise | None:
    """Prefer a question that earlier stops asked least; among those, the last that is not hard.

    The later ones of a level ask for what the network is about, and none has a single step.
    """
    several = [one for one in reversed(found) if one.level is not Level.EASY]
    several.sort(key=lambda one: (asked[one.question.template], one.level is Level.HARD))
    if not several:
        return None
    asked[several[0].question.template] += 1
    return several[0]
