"""Claims about charts: marks stay inside, and stand where their numbers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline, Unit
from generator.records import Histogram
from generator.render.charts import bars, silhouette


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


@pytest.mark.parametrize("count", [30, 300])
def test_a_long_network_is_as_high_as_a_short_one(count: int) -> None:
    """Its row is compressed into the card's picture, which would shrink heights as well."""
    short, long = (
        silhouette(Outline((_unit(Kind.BLOCK, 1, 256, 56, 56, count=number),), ()))
        for number in (3, count)
    )
    assert {brick.height for brick in long.bricks} == {brick.height for brick in short.bricks}
    assert long.width / long.height < 3
    assert len(long.bricks) == count


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
