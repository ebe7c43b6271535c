"""Decides what the pages about several models see, prepared only if one of them is made anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.memo import Memo, key_of
from generator.render.comparison_page import ComparisonPage, Listed, comparison_page, listed
from generator.render.drawings import BlockDrawing, Drawing
from generator.render.editions import Edition
from generator.render.exhibit import Exhibit
from generator.render.gallery import FamilyBlocks, gallery
from generator.render.glance import Glance
from generator.render.ingredients import code_digest
from generator.render.model_page import ModelPage
from generator.render.templates import Seen
from generator.render.view import SiteView
from generator.stories.stories import Story


@dataclass(frozen=True)
class Pairing:
    """Models that get a page of their own, side by side, and why."""

    exhibits: tuple[Exhibit, ...]
    story: Story | None
    memo: Memo

    @property
    def folder(self) -> str:
        """Where the page lies in the site."""
        return f"compare/{'-vs-'.join(exhibit.spec.slug for exhibit in self.exhibits)}/"

    @cached_property
    def key(self) -> str:
        """Digest everything that decides about the page."""
        told = self.story.model_dump_json() if self.story else None
        return key_of("comparison", [exhibit.bare_key for exhibit in self.exhibits], told)

    @cached_property
    def page(self) -> ComparisonPage:
        """What the page shows."""
        return comparison_page([exhibit.bare for exhibit in self.exhibits], self.story)

    @cached_property
    def listed(self) -> Listed:
        """What other pages say of it."""
        return self.memo.value(key_of("listed", self.key), lambda: listed(self.page))

    def seen(self, edition: Edition) -> Seen:
        """Return what templates of one comparison see."""
        shown = {"comparison": lambda: self.page, "designs": lambda: self.designs(edition)}
        return Seen(shown, self.key)

    def designs(self, edition: Edition) -> list[tuple[ModelPage, Drawing | None]]:
        """Return every model and the drawing of its design."""
        return [(exhibit.bare, exhibit.drawings(edition).design) for exhibit in self.exhibits]


@dataclass(frozen=True)
class Exhibition:
    """All models of the site."""

    title: str
    exhibits: Sequence[Exhibit]
    pairings: Sequence[Pairing]
    netron: str | None
    """The hosted viewer's version, if there is one."""
    problem: str | None
    """Why there is none."""
    memo: Memo

    @cached_property
    def key(self) -> str:
        """Digest everything that decides about pages on all models, but for what stories tell."""
        models = [exhibit.bare_key for exhibit in self.exhibits]
        pairings = [(pairing.listed.uri, pairing.listed.title) for pairing in self.pairings]
        facts = (self.title, self.netron, self.problem)
        return key_of("exhibition", code_digest(), models, pairings, *facts)

    @cached_property
    def view(self) -> SiteView:
        """What pages on all models see; the stories of the single models are not among it."""
        return SiteView(
            title=self.title,
            specs=tuple(exhibit.spec for exhibit in self.exhibits),
            comparisons=tuple(pairing.listed for pairing in self.pairings),
            netron_version=self.netron,
            netron_problem=self.problem,
            look=lambda: [self._glance(exhibit) for exhibit in self.exhibits],
            look_at=self._page,
        )

    def seen(self, edition: Edition) -> Seen:
        """Return what templates of the whole site see."""
        stories = [exhibit.spec.model_dump_json() for exhibit in self.exhibits]
        shown = {"site": lambda: self.view, "gallery": lambda: self.gallery(edition)}
        told = key_of(stories)
        compared = key_of([repr(pairing.listed) for pairing in self.pairings])
        return Seen(shown, self.key, {"lineage": told, "tour": told, "comparisons": compared})

    def gallery(self, edition: Edition) -> tuple[FamilyBlocks, ...]:
        """Return the blocks of all models, alike ones once."""
        drawn = {exhibit.spec.slug: self._blocks(exhibit, edition) for exhibit in self.exhibits}
        return gallery([exhibit.spec for exhibit in self.exhibits], drawn)

    def _glance(self, exhibit: Exhibit) -> Glance:
        seen = exhibit.glance
        exhibit.put_aside()
        return seen

    def _page(self, slug: str) -> ModelPage:
        exhibit = next(one for one in self.exhibits if one.spec.slug == slug)
        page = exhibit.bare
        exhibit.put_aside()
        return page

    def _blocks(self, exhibit: Exhibit, edition: Edition) -> tuple[BlockDrawing, ...]:
        found = exhibit.blocks(edition)
        exhibit.put_aside()
        return found
