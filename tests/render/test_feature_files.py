"""What scripts know of feature maps."""

import numpy as np
import pytest
from conftest import RecordOf
from hypothesis import given
from hypothesis import strategies as st

from generator.capture.sprites import COLUMNS, lay_out
from generator.records import FeatureGrid
from generator.render.feature_files import feature_file, tiles_of
from generator.render.feature_section import all_grids


@given(st.integers(1, 64), st.integers(1, 64), st.integers(1, 32))
def test_tiles_are_where_they_were_drawn(height: int, width: int, count: int) -> None:
    """From the sprite's size alone, for every size that captures draw."""
    tiles = np.arange(1, count + 1, dtype=np.uint8)[:, None, None] * np.ones(
        (1, height, width), np.uint8
    )
    sprite = lay_out(tiles)
    grid = FeatureGrid(
        image="cat",
        path="a",
        shape=(count, height, width),
        shown_channels=tuple(range(count)),
        columns=min(COLUMNS, count),
        dead_fraction=0,
        file="a.webp",
        width=sprite.width,
        height=sprite.height,
    )
    found = tiles_of(grid)
    assert (found.width, found.height) == (width, height)
    drawn = np.asarray(sprite)[..., 0]
    for number in range(count):
        top = number // grid.columns * (height + found.gap)
        left = number % grid.columns * (width + found.gap)
        assert (drawn[top : top + height, left : left + width] == number + 1).all()


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Branches"])
def test_figures_are_those_of_the_record(record_of: RecordOf, name: str) -> None:
    """A figure a channel, in the order of the tiles."""
    record = record_of(name)
    entries = feature_file(record)["grids"]
    assert len(entries) == len(all_grids(record)) > 0
    for entry, grid in zip(entries, all_grids(record), strict=True):
        assert entry["channels"] == list(grid.shown_channels)
        assert (entry["means"], entry["zeros"]) == (list(grid.means), list(grid.sparsities))
        assert (entry["lows"], entry["highs"]) == (list(grid.lows), list(grid.highs))


def test_a_grid_knows_the_pixels_its_values_see(record_of: RecordOf) -> None:
    """A stem of 3×3 sees 3×3; what has seen everything is not listed."""
    record = record_of("Branches")
    entry = next(
        entry
        for entry, grid in zip(feature_file(record)["grids"], all_grids(record), strict=True)
        if grid.path == "stem"
    )
    assert entry["field"][0] == [3, 3]
