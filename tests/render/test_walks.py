"""The tour, the ideas and the home page's pair are chosen from what the models are."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from conftest import RecordOf

from generator.analysis.asking import Level
from generator.records import Change, ModelSpec, Origin, Text
from generator.render.duel import SHOWN, duel
from generator.render.model_page import ModelPage, model_page
from generator.render.tag_groups import tag_groups
from generator.render.tour import tour
from generator.render.view import site_view

SAID = Text(en="It is new.", zh="新的。")


def page_of(record_of: RecordOf, name: str, year: int, **facts: object) -> ModelPage:
    """Prepare a toy net's page, a family each unless said otherwise."""
    known = {"family": name, "summary": SAID} | facts
    spec = ModelSpec(
        slug=name.lower(), title=name, year=year, origin=Origin.USER, factory="a:b", **known
    )
    return model_page(spec, record_of(name), "", has_netron=False)


def _known(pages: Sequence[ModelPage]) -> Callable[[str], ModelPage]:
    return {page.spec.slug: page for page in pages}.__getitem__


@pytest.fixture
def pages(record_of: RecordOf) -> list[ModelPage]:
    """Four families; the newest took something from the oldest, and one never ran."""
    since = (Change(since="plain", text=SAID), Change(since="elsewhere", text=SAID))
    return [
        page_of(record_of, "ResidualNet", 2015, changes=since),
        page_of(record_of, "Branches", 2014, family="Plain"),
        page_of(record_of, "Plain", 2012),
        page_of(record_of, "Raises", 2013),
    ]


def test_the_tour_stops_once_a_family_in_order_of_years(pages: list[ModelPage]) -> None:
    """What never ran is no stop, and only what this site shows is named."""
    stops = tour([page.spec for page in pages], pages, ["plain-vs-residualnet"], _known(pages))
    assert [stop.spec.slug for stop in stops] == ["plain", "residualnet"]
    last = stops[-1]
    assert [title for _, title in last.changes] == ["Plain"]
    assert last.comparison == "plain-vs-residualnet"
    assert last.exercise is not None
    assert last.exercise.level is Level.MEDIUM


def test_the_tour_does_not_ask_the_same_again(pages: list[ModelPage]) -> None:
    """While a network has something else to ask; nothing that takes a single step."""
    others = [
        replace(page, spec=page.spec.model_copy(update={"family": str(n)}))
        for n, page in enumerate(pages)
    ]
    stops = tour([page.spec for page in others], others, [], _known(others))
    asked = [stop.exercise.question.template for stop in stops if stop.exercise]
    assert len(asked) == 3
    assert len({*asked}) == len(asked)
    assert all(stop.exercise.level is not Level.EASY for stop in stops if stop.exercise)


def test_ideas_name_their_models_in_order_of_years(pages: list[ModelPage]) -> None:
    """An idea that nobody has is left out."""
    groups = {g.tag.id: g for g in tag_groups((page.spec, page.tags) for page in pages)}
    assert [spec.slug for spec in groups["residual"].specs] == ["residualnet"]
    assert "attention" not in groups
    for group in groups.values():
        years = [spec.year or 0 for spec in group.specs]
        assert years == sorted(years)


def test_the_home_page_begins_with_a_compared_pair(pages: list[ModelPage]) -> None:
    """One that could not be captured is passed over; with fewer than two there is none."""
    groups = [("raises", "plain"), ("branches", "residualnet", "plain")]
    found = duel(pages, groups, _known(pages))
    assert found is not None
    assert found.query == "?m=branches,residualnet"
    assert len(found.facts) == len(SHOWN)
    assert duel(pages[-2:], [], _known(pages)) is None
    assert duel([], [], _known(pages)) is None


def test_every_colour_of_a_silhouette_is_in_the_legend(pages: list[ModelPage]) -> None:
    """And nothing else."""
    view = site_view("Site", pages, [], None, None)
    drawn = {brick.kind for page in pages for brick in page.silhouette.bricks}
    assert len(drawn) > 2
    assert {kind for kind, _ in view.legend} == drawn
