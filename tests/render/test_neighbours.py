"""Readers can walk through history in both directions, and end where it ends."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from generator.records import ModelSpec, Origin
from generator.render.neighbours import neighbours


def spec(slug: str, year: int | None) -> ModelSpec:
    """Make a model of a year."""
    return ModelSpec(
        slug=slug, title=slug.upper(), family="F", year=year, origin=Origin.USER, factory="a:b"
    )


def test_neighbours_follow_the_years() -> None:
    """Of one year as listed; without a year at the end."""
    found = neighbours([spec("b", 2014), spec("none", None), spec("a", 1998), spec("c", 2014)])
    order = ["a", "b", "c", "none"]
    for before, after in pairwise(order):
        next_one, previous = found[before].next, found[after].previous
        assert next_one is not None
        assert previous is not None
        assert (next_one.slug, previous.slug) == (after, before)
    assert found["a"].previous is None
    assert found["none"].next is None


@given(st.lists(st.none() | st.integers(1990, 2026), max_size=12))
def test_the_walk_visits_every_model_once(years: list[int | None]) -> None:
    """From the first to the last, nobody is left out."""
    specs = [spec(f"m{number}", year) for number, year in enumerate(years)]
    found = neighbours(specs)
    starts = [slug for slug, around in found.items() if around.previous is None]
    assert len(starts) == min(1, len(specs))
    seen = []
    place = starts[0] if starts else None
    while place is not None:
        seen.append(place)
        following = found[place].next
        place = following.slug if following else None
    assert sorted(seen) == sorted(found)
