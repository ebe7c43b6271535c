"""Claims about descent: only steps that models name, and boxes that keep the order of descent."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lineages import FAMILIES, descendant

from generator.analysis.lineage import Lineage, lineage
from generator.records import ModelSpec
from generator.zoo.families import zoo_entries

_SLUGS = ("a", "b", "c", "d", "e")
_SPECS = st.lists(
    st.builds(
        lambda slug, since, year, family: descendant(slug, *since, year=year, family=family),
        st.sampled_from(_SLUGS),
        st.lists(st.sampled_from(_SLUGS), unique=True, max_size=3),
        st.sampled_from([None, 1990, 2000]),
        st.sampled_from(["F", "G"]),
    ),
    unique_by=lambda spec: spec.slug,
)


def steps(whole: Lineage) -> set[tuple[str, str]]:
    """Return every step as two slugs."""
    return {(step.source.slug, step.target.slug) for step in whole.steps}


def boxes(whole: Lineage) -> dict[tuple[int | None, str], list[tuple[str, int]]]:
    """Return slugs and generations of every box."""
    return {
        (box.year, box.family): [(m.spec.slug, m.generation) for m in box.members]
        for box in whole.boxes
    }


def test_models_of_a_family_and_year_share_a_box() -> None:
    """Each behind the one it continues; models without a year come last."""
    assert boxes(lineage(FAMILIES)) == {
        (1990, "Trees"): [("oak", 0), ("elm", 1), ("fir", 2)],
        (1995, "Plants"): [("fern", 0)],
        (1995, "Grasses"): [("reed", 0)],
        (2000, "Plants"): [("moss", 0)],
        (None, "Grasses"): [("weed", 0)],
    }
    assert lineage(FAMILIES).years == (1990, 1995, 2000, None)


def test_arrows_show_what_the_order_in_a_box_does_not() -> None:
    """A second parent in the box is one of them."""
    arrows = {(a.source.slug, a.target.slug) for a in lineage(FAMILIES).arrows}
    assert arrows == {
        *(("oak", "fir"), ("oak", "fern"), ("fern", "reed"), ("fern", "moss")),
        *(("fir", "moss"), ("moss", "weed")),
    }


def test_a_step_keeps_its_story() -> None:
    """As the later model tells it."""
    (step,) = lineage([descendant("a"), descendant("b", "a")]).steps
    assert (step.source.title, step.target.title) == ("A", "B")
    assert step.text.en == "Widens a."


def test_nothing_is_invented_across_a_gap() -> None:
    """Without the model in the middle there is no step from the first to the last."""
    assert lineage([descendant("a"), descendant("c", "b")]).steps == ()


@pytest.mark.parametrize(
    "specs",
    [
        [descendant("a", "a")],
        [descendant("a", "b"), descendant("b", "a")],
        [descendant("a", "b"), descendant("b", "c"), descendant("c", "b"), descendant("d", "c")],
    ],
    ids=["itself", "two", "two and company"],
)
def test_a_circle_loses_nobody(specs: list[ModelSpec]) -> None:
    """Whatever a model claims about itself, it is in its box once."""
    (box,) = lineage(specs).boxes
    assert sorted(member.spec.slug for member in box.members) == [spec.slug for spec in specs]


@given(specs=_SPECS)
def test_every_step_is_told_once(specs: list[ModelSpec]) -> None:
    """By an arrow, or by the order in a box; and every one was named by a model."""
    whole = lineage(specs)
    known = {spec.slug for spec in specs}
    named = {(c.since, s.slug) for s in specs for c in s.changes if c.since in known - {s.slug}}
    inside = {(m.after, m.spec.slug) for box in whole.boxes for m in box.members if m.after}
    arrows = [(arrow.source.slug, arrow.target.slug) for arrow in whole.arrows]
    assert steps(whole) == named
    assert sorted([*arrows, *inside]) == sorted(named)


@given(specs=_SPECS, seed=st.integers())
def test_every_model_stands_in_one_box(specs: list[ModelSpec], seed: int) -> None:
    """Of its family and year, whatever the order in which models come."""
    random.Random(seed).shuffle(specs)  # noqa: S311 - no secret
    placed = [(m.spec, box) for box in lineage(specs).boxes for m in box.members]
    assert sorted(spec.slug for spec, _ in placed) == sorted(spec.slug for spec in specs)
    assert all((spec.year, spec.family) == (box.year, box.family) for spec, box in placed)


def test_all_that_the_zoo_tells_is_drawn() -> None:
    """No predecessor of any entry is missing among them."""
    entries = zoo_entries()
    assert len(lineage(entries).steps) == sum(len(entry.changes) for entry in entries)
