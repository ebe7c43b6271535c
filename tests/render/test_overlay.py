"""Histograms over each other."""

import re

import pytest

from generator.records import Histogram
from generator.render.overlay import HEIGHT, WIDTH, overlay

WIDE = Histogram(low=-2, high=2, counts=(1, 4, 2, 1))
NARROW = Histogram(low=0, high=1, counts=(3, 6))


def points(path: str) -> list[tuple[float, float]]:
    """Return the corners of an outline, its way along the axis left out."""
    corners = re.findall(r"L(\S+) ([\d.]+)H([\d.]+)", path)
    return [(float(left), float(top)) for left, top, _ in corners]


def test_both_share_the_axis_of_the_widest() -> None:
    """A narrow histogram takes its place in it."""
    drawn = overlay({"wide": WIDE, "narrow": NARROW})
    assert (drawn.low, drawn.high) == (-2, 2)
    assert points(drawn.series[0].path)[0][0] == 0
    assert [x for x, _ in points(drawn.series[1].path)] == [WIDTH / 2, WIDTH * 5 / 8]


def test_each_is_as_high_as_its_fullest_bin() -> None:
    """Heights are counts, in shares of the largest."""
    drawn = overlay({"wide": WIDE, "narrow": NARROW})
    assert [y for _, y in points(drawn.series[0].path)] == [
        HEIGHT * (1 - share) for share in (0.25, 1, 0.5, 0.25)
    ]
    assert min(y for _, y in points(drawn.series[1].path)) == 0


@pytest.mark.parametrize(
    ("low", "high", "zero"), [(-1, 1, WIDTH / 2), (-1, 3, WIDTH / 4), (1, 2, None)]
)
def test_nought_is_marked_where_it_lies_inside(low: float, high: float, zero: float | None) -> None:
    """Elsewhere there is nothing to mark."""
    assert overlay({"a": Histogram(low=low, high=high, counts=(1, 2))}).zero == zero


def test_equal_values_make_no_trouble() -> None:
    """A histogram without width is a line."""
    assert "nan" not in overlay({"a": Histogram(low=1, high=1, counts=(7,))}).series[0].path
