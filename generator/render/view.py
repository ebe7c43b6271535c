"""Decides what the pages about all models see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.records import Picture
from generator.render.charts import Point, Scatter, scatter
from generator.render.comparison_page import ComparisonPage
from generator.render.glossary_page import Chapter, glossary_chapters
from generator.render.lineage_page import LineagePage, lineage_page
from generator.render.model_page import ModelPage


@dataclass(frozen=True)
class Family:
    """Models of one family, in order of years."""

    name: str
    models: tuple[ModelPage, ...]


@dataclass(frozen=True)
class SiteView:
    """What the pages about all models see."""

    title: str
    models: tuple[ModelPage, ...]
    families: tuple[Family, ...]
    pictures: tuple[Picture, ...]
    comparisons: tuple[ComparisonPage, ...]
    scatter: Scatter | None
    lineage: LineagePage
    glossary: tuple[Chapter, ...]
    netron_version: str | None
    netron_problem: str | None


def site_view(
    title: str,
    pages: Sequence[ModelPage],
    comparisons: Sequence[ComparisonPage],
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
    return SiteView(
        title=title,
        models=tuple(pages),
        families=_families(pages),
        pictures=_pictures(pages),
        comparisons=tuple(comparisons),
        scatter=scatter(_points(pages)),
        lineage=lineage_page([page.spec for page in pages]),
        glossary=glossary_chapters(page.spec for page in pages),
        netron_version=netron,
        netron_problem=problem,
    )


def _families(pages: Iterable[ModelPage]) -> tuple[Family, ...]:
    members: dict[str, list[ModelPage]] = {}
    for page in pages:
        members.setdefault(page.spec.family, []).append(page)
    return tuple(
        Family(name, tuple(sorted(group, key=lambda page: page.spec.year or 9999)))
        for name, group in members.items()
    )


def _pictures(pages: Iterable[ModelPage]) -> tuple[Picture, ...]:
    """Return every input picture once."""
    return tuple({p.id: p for page in pages for p in page.record.pictures}.values())


def _points(pages: Iterable[ModelPage]) -> list[Point]:
    return [
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
    ]
