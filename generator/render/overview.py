"""Decides what the page about all models together shows: a row each, budgets, the front."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.analysis.lineage import lineage
from generator.analysis.message import Message
from generator.analysis.pareto import Candidate, dominated, front
from generator.diagram.palette import family_colours
from generator.records import BatchTiming, Surroundings
from generator.render.bubbles import Point, Scatter, scatter
from generator.render.glance import Glance

COSTS = ("params", "macs", "peak_activation_bytes")
"""What decides, beside accuracy, whether one model dominates another."""
_CHART_COSTS = ("macs",)
_SIZE = (960.0, 540.0)


@dataclass(frozen=True)
class Entry:
    """One model's row."""

    page: Glance
    latency: BatchTiming | None
    """For one input."""
    dominators: tuple[Glance, ...]
    """The models that are nowhere worse and somewhere better, the most accurate first."""
    is_best: bool
    """Whether no other dominates it; false as well where that cannot be judged."""


@dataclass(frozen=True)
class Budget:
    """A limit that readers may set."""

    key: str
    name: Message
    low: float
    high: float
    """The smallest and the largest value of all models."""
    is_least: bool = False
    """Whether it demands at least so much, on an even scale; others allow at most, on a log one."""


@dataclass(frozen=True)
class FamilyChip:
    """A family and its colour on the chart; none where no accuracy is known."""

    name: str
    colour: str | None


@dataclass(frozen=True)
class Setting:
    """What times were measured on, and of which models."""

    surroundings: Surroundings
    models: tuple[Glance, ...]


@dataclass(frozen=True)
class Overview:
    """All models together."""

    entries: tuple[Entry, ...]
    families: tuple[FamilyChip, ...]
    years: tuple[float, float] | None
    budgets: tuple[Budget, ...]
    points: tuple[Point, ...]
    """The models whose accuracy is known."""
    best: tuple[str, ...]
    """Slugs of those that no other beats in accuracy and MACs."""
    colours: Mapping[str, str]
    """Of families, as in the drawing of their descent."""
    settings: tuple[Setting, ...]

    @cached_property
    def chart(self) -> Scatter | None:
        """Return accuracy against MACs."""
        return scatter(self.points, self.best, _SIZE, self.colours)

    @cached_property
    def small_chart(self) -> Scatter | None:
        """Return it for a page about other things; nothing where it would compare nothing."""
        several = len(self.points) > 1
        return scatter(self.points, self.best, colours=self.colours) if several else None

    @property
    def is_timed(self) -> bool:
        """Say whether any time was measured."""
        return bool(self.settings)

    @property
    def is_processor_only(self) -> bool:
        """Say whether all times were measured without an accelerator."""
        return all(setting.surroundings.device == "cpu" for setting in self.settings)


def overview(pages: Sequence[Glance]) -> Overview:
    """Prepare the page about models, in the order given."""
    points = _points(pages)
    colours = family_colours(lineage([page.spec for page in pages]).families)
    return Overview(
        entries=_entries(pages),
        families=_families(pages, points, colours),
        years=_span(page.spec.year for page in pages),
        budgets=tuple(_budgets(pages)),
        points=points,
        best=front(candidates(pages), _CHART_COSTS),
        colours=colours,
        settings=_settings(pages),
    )


def dominance_file(pages: Sequence[Glance]) -> dict[str, object]:
    """Return who dominates whom as data, for the page: data/dominance.json.

    Models are named by their place in `models`. null: a number is not known, so nobody can judge.
    """
    found = candidates(pages)
    return {
        "models": [candidate.slug for candidate in found],
        "table": {"costs": COSTS, "dominators": _by_place(found, COSTS)},
        "chart": {"costs": _CHART_COSTS, "dominators": _by_place(found, _CHART_COSTS)},
    }


def candidates(pages: Iterable[Glance]) -> list[Candidate]:
    """Return what models offer, and what they cost."""
    return [
        Candidate(
            slug=page.spec.slug,
            accuracy=page.row.top1 or None,
            costs={cost: getattr(page.row, cost) or None for cost in COSTS},
        )
        for page in pages
    ]


def _by_place(found: Sequence[Candidate], costs: Sequence[str]) -> list[list[int] | None]:
    places = {candidate.slug: place for place, candidate in enumerate(found)}
    beaten = dominated(found, costs)
    judged = beaten.keys() | set(front(found, costs))
    return [
        [places[slug] for slug in beaten.get(candidate.slug, ())]
        if candidate.slug in judged
        else None
        for candidate in found
    ]


def _entries(pages: Sequence[Glance]) -> tuple[Entry, ...]:
    by_slug = {page.spec.slug: page for page in pages}
    found = candidates(pages)
    beaten = dominated(found, COSTS)
    best = set(front(found, COSTS))
    return tuple(
        Entry(
            page=page,
            latency=page.timing.of_batch(1) if page.timing else None,
            dominators=tuple(by_slug[other] for other in beaten.get(slug, ())),
            is_best=slug in best,
        )
        for slug, page in by_slug.items()
    )


def _points(pages: Iterable[Glance]) -> tuple[Point, ...]:
    return tuple(
        Point(
            slug=page.spec.slug,
            title=page.spec.title,
            family=page.spec.family,
            macs=page.totals.macs,
            params=page.totals.params,
            top1=reference.top1,
            tag=reference.weights_tag,
        )
        for page in pages
        if (reference := page.record.reference) and reference.top1 and page.totals.macs
    )


def _families(
    pages: Iterable[Glance], points: Iterable[Point], colours: Mapping[str, str]
) -> tuple[FamilyChip, ...]:
    charted = {point.family for point in points}
    names = dict.fromkeys(page.spec.family for page in pages)
    return tuple(FamilyChip(name, colours[name] if name in charted else None) for name in names)


def _budgets(pages: Sequence[Glance]) -> Iterable[Budget]:
    """Yield a budget for each quantity that models differ in."""
    names = {
        "params": Message("Parameters"),
        "macs": Message("MACs"),
        "peak_activation_bytes": Message("Peak memory"),
        "top1": Message("Top-1"),
    }
    for key, name in names.items():
        span = _span(getattr(page.row, key) for page in pages)
        if span and span[0] < span[1]:
            yield Budget(key, name, *span, is_least=key == "top1")


def _span(values: Iterable[float | None]) -> tuple[float, float] | None:
    known = [value for value in values if value]
    return (min(known), max(known)) if known else None


def _settings(pages: Iterable[Glance]) -> tuple[Setting, ...]:
    """Gather the models that were timed on the same machine."""
    found: dict[Surroundings, list[Glance]] = {}
    for page in pages:
        if page.timing and page.timing.surroundings and page.timing.batches:
            found.setdefault(page.timing.surroundings, []).append(page)
    return tuple(Setting(surroundings, tuple(models)) for surroundings, models in found.items())
