"""Claims about charts: marks stay inside, and stand where their numbers say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline, Unit
from generator.records import Histogram
from generator.render.charts import FAMILY_COLOURS, Point, Scatter, bars, scatter, silhouette

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


def _unit(kind: Kind, *shape: int, count: int = 1) -> Unit:
    return Unit(
        id="u",
        kind=kind,
        title="unit",
        count=count,
        path="",
        input_shape=(),
        output_shape=shape,
        stride=1,
        params=0,
        macs=0,
    )


def test_without_accuracies_there_is_no_chart() -> None:
    """An empty frame would say nothing."""
    assert scatter([]) is None


@given(points=_POINTS)
def test_every_centre_lies_inside_the_axes(points: list[Point]) -> None:
    """Whatever the numbers, from an empty net to a perfect one."""
    chart = _chart(*points)
    assert len(chart.bubbles) == len(points)
    assert all(chart.left <= bubble.x <= chart.right for bubble in chart.bubbles)
    assert all(chart.top <= bubble.y <= chart.bottom for bubble in chart.bubbles)


@given(points=_POINTS)
def test_axes_are_marked_inside_and_nowhere_else(points: list[Point]) -> None:
    """At least one mark each, in order, and no accuracy below 0 or above 100 per cent."""
    chart = _chart(*points)
    xs, ys = [tick.at for tick in chart.x_ticks], [tick.at for tick in chart.y_ticks]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    assert all(chart.left <= x <= chart.right for x in xs)
    assert all(chart.top <= y <= chart.bottom for y in ys)
    assert {0 <= int(tick.label.removesuffix(" %")) <= 100 for tick in chart.y_ticks} == {True}


def test_ten_times_the_macs_are_as_far_apart_everywhere() -> None:
    """The axis is logarithmic."""
    chart = _chart(_point(10**8), _point(10**9), _point(10**10))
    xs = sorted(bubble.x for bubble in chart.bubbles)
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.2)


def test_a_mark_stands_where_a_model_of_that_size_would() -> None:
    """The label says 1 G where 10⁹ MACs are."""
    chart = _chart(_point(10**9), _point(10**8))
    (tick,) = (tick for tick in chart.x_ticks if tick.label == "1 G")
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
    labelled = [bubble.is_labelled for bubble in chart.bubbles]
    assert 1 < sum(labelled) < len(labelled)
    (alone,) = [bubble for bubble in chart.bubbles if bubble.point.top1 == 40.0]
    assert alone.is_labelled


@pytest.mark.parametrize(("macs", "anchor"), [(10**8, "start"), (10**10, "end")])
def test_a_label_turns_round_at_the_edge(macs: int, anchor: str) -> None:
    """Names at the right are written to the left of their bubble."""
    chart = _chart(_point(10**8), _point(10**10))
    (bubble,) = (bubble for bubble in chart.bubbles if bubble.point.macs == macs)
    assert bubble.anchor == anchor
    assert (bubble.label_x > bubble.x) is (anchor == "start")


@given(
    kind=st.sampled_from([Kind.CONV, Kind.POOL, Kind.LINEAR, Kind.BLOCK]),
    shape=st.lists(st.integers(1, 5000), min_size=1, max_size=4),
    count=st.integers(1, 40),
)
def test_every_brick_stands_on_the_canvas(kind: Kind, shape: list[int], count: int) -> None:
    """Also for pictures of thousands of pixels, and repeated units."""
    drawn = silhouette(Outline((_unit(kind, 1, *shape, count=count),), ()))
    assert len(drawn.bricks) == count
    assert all(brick.y >= 0 and brick.height > 0 and brick.width > 0 for brick in drawn.bricks)
    assert all(brick.y + brick.height <= drawn.height + 1e-9 for brick in drawn.bricks)
    assert all(brick.x + brick.width <= drawn.width + 0.1 for brick in drawn.bricks)


def test_finer_maps_are_higher_and_more_channels_wider() -> None:
    """What a silhouette is there to show."""
    units = _unit(Kind.CONV, 1, 8, 64, 64), _unit(Kind.CONV, 1, 64, 8, 8)
    fine, deep = silhouette(Outline(units, ())).bricks
    assert fine.height > deep.height
    assert fine.width < deep.width


def test_ends_and_scalars_have_no_brick() -> None:
    """Inputs and outputs do no work."""
    units = (_unit(Kind.INPUT, 1, 3, 8, 8), _unit(Kind.OTHER), _unit(Kind.OUTPUT, 1, 5))
    assert silhouette(Outline(units, ())).bricks == ()


@given(counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=64))
def test_bars_fill_their_box(counts: list[int]) -> None:
    """The highest bar reaches the top, and all stand side by side from the left."""
    drawn = bars(Histogram(low=-1, high=1, counts=tuple(counts)))
    assert len(drawn) == len(counts)
    assert max(height for _, height in drawn) == (1 if any(counts) else 0)
    assert [left for left, _ in drawn] == [round(n / len(counts), 4) for n in range(len(counts))]
