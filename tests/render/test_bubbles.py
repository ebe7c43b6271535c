"""Claims about the chart of accuracy against MACs: discs stand where their numbers say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.diagram.palette import FAMILY_COLOURS
from generator.render.bubbles import Point, Scatter, scatter
from generator.render.labels import Box, Disc, Label, place_labels

_POINTS = st.lists(
    st.builds(
        Point,
        slug=st.just("net"),
        title=st.text(max_size=30),
        family=st.sampled_from(["A", "B", "C"]),
        macs=st.integers(1, 10**13),
        params=st.integers(0, 10**10),
        top1=st.floats(0, 100),
        tag=st.just("V1"),
    ),
    min_size=1,
    max_size=12,
)


def _point(macs: int = 10**9, params: int = 10**6, top1: float = 70.0, family: str = "A") -> Point:
    return Point("net", "ShuffleNet", family, macs, params, top1, "V1")


def _chart(*points: Point) -> Scatter:
    chart = scatter(points)
    assert chart is not None
    return chart


def test_without_accuracies_there_is_no_chart() -> None:
    """An empty frame would say nothing."""
    assert scatter([]) is None


@given(points=_POINTS)
def test_every_centre_lies_inside_the_axes(points: list[Point]) -> None:
    """Whatever the numbers, from an empty net to a perfect one."""
    chart = _chart(*points)
    assert len(chart.bubbles) == len(points)
    assert all(chart.frame.left <= bubble.x <= chart.frame.right for bubble in chart.bubbles)
    assert all(chart.frame.top <= bubble.y <= chart.frame.bottom for bubble in chart.bubbles)


@given(points=_POINTS)
def test_axes_are_marked_inside_and_nowhere_else(points: list[Point]) -> None:
    """At least one mark each, in order, and no accuracy below 0 or above 100 per cent."""
    chart = _chart(*points)
    xs, ys = [tick.at for tick in chart.x_ticks], [tick.at for tick in chart.y_ticks]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    assert all(chart.frame.left <= x <= chart.frame.right for x in xs)
    assert all(chart.frame.top <= y <= chart.frame.bottom for y in ys)
    assert {0 <= int(tick.label.removesuffix("\u202f%")) <= 100 for tick in chart.y_ticks} == {True}


def test_ten_times_the_macs_are_as_far_apart_everywhere() -> None:
    """The axis is logarithmic."""
    chart = _chart(_point(10**8), _point(10**9), _point(10**10))
    xs = sorted(bubble.x for bubble in chart.bubbles)
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.2)


def test_a_mark_stands_where_a_model_of_that_size_would() -> None:
    """The label says 1 G where 10⁹ MACs are."""
    chart = _chart(_point(10**9), _point(10**8))
    (tick,) = (tick for tick in chart.x_ticks if tick.label == "1\u202fG")
    assert max(bubble.x for bubble in chart.bubbles) == tick.at


def test_areas_grow_with_parameters_and_the_large_lie_behind() -> None:
    """Small bubbles are drawn last, so that none is hidden."""
    chart = _chart(_point(params=1), _point(params=100), _point(params=25))
    assert [bubble.point.params for bubble in chart.bubbles] == [100, 25, 1]
    radii = [bubble.radius - 5 for bubble in chart.bubbles]
    assert radii[1] / radii[0] == pytest.approx(math.sqrt(0.25), abs=0.01)


def test_families_are_told_apart_by_colour() -> None:
    """One each in order of appearance, beginning again when they run out."""
    families = [str(number) for number in range(len(FAMILY_COLOURS) + 1)]
    chart = _chart(*(_point(family=family) for family in families))
    colours = {bubble.point.family: bubble.colour for bubble in chart.bubbles}
    assert [colours[family] for family in families] == [*FAMILY_COLOURS, FAMILY_COLOURS[0]]


def test_names_that_would_stand_on_each_other_are_left_out() -> None:
    """A crowd of equal models keeps some names; one that stands alone always has its own."""
    chart = _chart(*[_point()] * 12, _point(macs=10**7, top1=40.0))
    labelled = [bubble.label is not None for bubble in chart.bubbles]
    assert 1 < sum(labelled) < len(labelled)
    (alone,) = [bubble for bubble in chart.bubbles if bubble.point.top1 == 40.0]
    assert alone.label is not None


@pytest.mark.parametrize(("macs", "anchor"), [(10**8, "start"), (10**10, "end")])
def test_a_label_turns_round_at_the_edge(macs: int, anchor: str) -> None:
    """Names at the right are written to the left of their bubble."""
    chart = _chart(_point(10**8), _point(10**10))
    (bubble,) = (bubble for bubble in chart.bubbles if bubble.point.macs == macs)
    assert bubble.label is not None
    assert bubble.label.anchor == anchor
    assert (bubble.label.x > bubble.x) is (anchor == "start")


@pytest.mark.parametrize(("name", "anchor"), [("vgg-19", "start"), ("VGG-19", "end")])
def test_capitals_take_more_room(name: str, anchor: str) -> None:
    """47 pixels are enough for the one name and not for the other, which would be cut off."""
    (label,) = place_labels([name], [Disc(100.0, 50.0, 5.0)], Box(0, 0, 157, 100))
    assert label is not None
    assert label.anchor == anchor


def _named(slug: str, macs: int, top1: float) -> Point:
    return Point(slug, slug.title(), "A", macs, 10**6, top1, "V1")


def test_the_front_rises_in_steps_from_the_axis_to_the_edge() -> None:
    """Straight up to each of the best, and on at its accuracy."""
    points = [_named("cheap", 10**8, 60), _named("dear", 10**9, 80), _named("bad", 10**9, 50)]
    chart = scatter(points, {"cheap", "dear"})
    assert chart is not None
    at = {bubble.point.slug: bubble for bubble in chart.bubbles}
    start = f"M{at['cheap'].x} {chart.frame.bottom}"
    steps = f"H{at['cheap'].x}V{at['cheap'].y}H{at['dear'].x}V{at['dear'].y}"
    assert chart.front == f"{start}{steps}H{chart.frame.right}"


def test_without_anybody_on_it_there_is_no_front() -> None:
    """An empty path, which nobody draws."""
    assert _chart(_point()).front == ""


def test_the_best_keep_their_names_in_a_crowd() -> None:
    """Though they come last in the list."""
    crowd = [_named(f"n{number}", 10**9, 70) for number in range(12)]
    chart = scatter([*crowd, _named("best", 10**9, 70)], {"best"})
    assert chart is not None
    (best,) = [bubble for bubble in chart.bubbles if bubble.point.slug == "best"]
    assert best.label is not None


def test_in_a_small_crowd_names_stand_apart_at_the_ends_of_lines() -> None:
    """All have one; a line begins at the edge of its disc, and crosses no other's name."""
    chart = scatter([_named(f"model{n}", 10**9 + n * 10**7, 70 + n % 2) for n in range(12)])
    assert chart is not None
    labels = {bubble.point.slug: bubble.label for bubble in chart.bubbles}
    leads = {slug: label.lead for slug, label in labels.items() if label and label.lead}
    assert None not in labels.values()
    assert leads
    boxes = {slug: _box(label, slug) for slug, label in labels.items() if label}
    for bubble in chart.bubbles:
        x1, y1, x2, y2 = leads.get(bubble.point.slug, (0.0, 0.0, 0.0, 0.0))
        others = [box for slug, box in boxes.items() if slug != bubble.point.slug]
        assert sum(boxes[bubble.point.slug].overlap(other) for other in others) <= 80
        if bubble.point.slug in leads:
            assert math.hypot(x1 - bubble.x, y1 - bubble.y) == pytest.approx(bubble.radius, abs=0.2)
            middle = Box((x1 + x2) / 2 - 1, (y1 + y2) / 2 - 1, (x1 + x2) / 2 + 1, (y1 + y2) / 2 + 1)
            assert not any(middle.overlap(other) for other in others)


def _box(label: Label, text: str) -> Box:
    """Return where a name stands, with letters of 7 pixels."""
    width = 7 * len(text)
    left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
    return Box(left, label.y - 12, left + width, label.y + 4)


def test_a_large_crowd_has_no_lines() -> None:
    """They would cover what they point at."""
    chart = scatter([_named(f"model{n}", 10**9 + n * 10**6, 70) for n in range(60)])
    assert chart is not None
    assert not any(bubble.label and bubble.label.lead for bubble in chart.bubbles)
    assert any(bubble.label is None for bubble in chart.bubbles)


def test_a_larger_picture_has_room_for_more_names() -> None:
    """Sizes are asked for; the marks keep theirs."""
    points = [_named(f"model{n}", 10**8 + n * 10**7, 70 + n % 5) for n in range(60)]
    small, large = scatter(points), scatter(points, size=(960, 540))
    assert small is not None
    assert large is not None
    count = [sum(bubble.label is not None for bubble in one.bubbles) for one in (small, large)]
    assert count[0] < count[1]
    assert max(b.x for b in large.bubbles) > small.frame.width
