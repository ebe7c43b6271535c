"""Decides what the pages about all models see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.analysis.kinds import Kind
from generator.analysis.message import Message
from generator.records import ModelSpec, Picture
from generator.render.column import VERSION
from generator.render.comparison_page import Listed
from generator.render.duel import Duel, duel
from generator.render.glance import Glance, glance
from generator.render.glossary_page import Chapter, glossary_chapters
from generator.render.lineage_page import LineagePage, lineage_page
from generator.render.model_page import ModelPage
from generator.render.names import KINDS
from generator.render.overview import Overview, overview
from generator.render.tag_groups import TagGroup, tag_groups
from generator.render.tour import Stop, stops, tour
from generator.zoo.families import by_year

STORY = {"paper": None, "summary": None, "changes": (), "award": None, "departures": ()}
"""What a model's own pages tell, and the page about descent, but no other: empty there."""


_MANY = 100
"""Models from which on pages about all of them have to be thrifty."""
_CARDS = 60
"""How many the home page shows: a few screens."""


@dataclass(frozen=True)
class Family:
    """Models of one family, in order of years."""

    name: str
    models: tuple[ModelSpec, ...]


@dataclass(frozen=True)
class SiteView:
    """What the pages about all models see; each part is prepared when a page asks for it."""

    title: str
    specs: tuple[ModelSpec, ...]
    """The models, in the order they are shown."""
    comparisons: tuple[Listed, ...]
    """The groups with a page of their own."""
    netron_version: str | None
    netron_problem: str | None
    look: Callable[[], Sequence[Glance]]
    """Returns what is said of the models."""
    look_at: Callable[[str], ModelPage]
    """Returns what a model's own pages show, by its slug."""

    @cached_property
    def models(self) -> tuple[Glance, ...]:
        """Return what is said of the models."""
        return tuple(self.look())

    @property
    def is_large(self) -> bool:
        """Say whether there are too many models to draw, or to name in menus."""
        return len(self.specs) > _MANY

    @property
    def most_cards(self) -> int:
        """Return how many models the home page shows."""
        return _CARDS

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """Return the models by family."""
        return _families(map(without_story, self.specs))

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """Return every input picture once."""
        return tuple({p.id: p for page in self.models for p in page.record.pictures}.values())

    @cached_property
    def overview(self) -> Overview:
        """Return all models together."""
        return overview(self.models)

    @cached_property
    def legend(self) -> tuple[tuple[Kind, Message], ...]:
        """Return the kinds of work that the silhouettes are coloured by, and their names."""
        used = {brick.kind for page in self.models for brick in page.silhouette.bricks}
        return tuple((kind, name) for kind, name in KINDS.items() if kind in used)

    @cached_property
    def duel(self) -> Duel | None:
        """Return the two models that the home page begins with."""
        groups = [one.uri.split("-vs-") for one in self.comparisons]
        return duel(self.models, groups, self.look_at)

    @cached_property
    def lineage(self) -> LineagePage:
        """Return who took what from whom."""
        return lineage_page(self.specs)

    @cached_property
    def has_tour(self) -> bool:
        """Say whether a walk through the families has more than one stop."""
        return len(stops(self.specs, self.models)) > 1

    @cached_property
    def tour(self) -> tuple[Stop, ...]:
        """Return a walk through the families."""
        compared = [one.uri for one in self.comparisons]
        return tour(self.specs, self.models, compared, self.look_at)

    @cached_property
    def tags(self) -> tuple[TagGroup, ...]:
        """Return the models by the ideas that were found in them."""
        return tag_groups((page.spec, page.tags) for page in self.models)

    @cached_property
    def glossary(self) -> tuple[Chapter, ...]:
        """Return the words of the field."""
        return glossary_chapters(map(without_story, self.specs))

    @property
    def column_version(self) -> int:
        """Return which version of columns the comparison page reads."""
        return VERSION


def site_view(
    title: str,
    pages: Sequence[ModelPage],
    comparisons: Sequence[Listed],
    netron: str | None,
    problem: str | None,
) -> SiteView:
    """Gather what all models have together.

    Args:
        title: the site's name.
        pages: the models, in the order they are shown.
        comparisons: the groups with a page of their own.
        netron: the hosted viewer's version, if there is one.
        problem: why there is none.
    """
    specs = tuple(page.spec for page in pages)
    known = {page.spec.slug: page for page in pages}
    return SiteView(
        title=title,
        specs=specs,
        comparisons=tuple(comparisons),
        netron_version=netron,
        netron_problem=problem,
        look=lambda: [glance(page) for page in pages],
        look_at=known.__getitem__,
    )


def without_story(spec: ModelSpec) -> ModelSpec:
    """Leave out what single models' pages tell."""
    return spec.model_copy(update=STORY)


def _families(specs: Iterable[ModelSpec]) -> tuple[Family, ...]:
    members: dict[str, list[ModelSpec]] = {}
    for spec in specs:
        members.setdefault(spec.family, []).append(spec)
    return tuple(Family(name, by_year(group)) for name, group in members.items())
