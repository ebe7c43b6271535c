"""Decides what scripts get to know of the feature maps: the tiles' places, and their figures."""

from collections.abc import Mapping
from typing import NamedTuple

from generator.analysis.field import Field, fields_in
from generator.records import FeatureGrid, ModelRecord
from generator.render.feature_section import all_grids

_PLANE = 2
"""Axes of a map."""


class Tiles(NamedTuple):
    """How tiles lie in their grid, in pixels."""

    width: int
    height: int
    gap: int


def feature_file(record: ModelRecord) -> dict[str, object]:
    """Return every grid by number: where its tiles are, and the figures of each channel."""
    seen = fields_in(record)
    input_sizes = record.input_shape[1:]
    return {
        "input": list(input_sizes),
        "grids": [_entry(grid, seen, input_sizes) for grid in all_grids(record)],
    }


def tiles_of(grid: FeatureGrid) -> Tiles:
    """Work out a grid's tiles from its size; the gap grows with the tile, as it was drawn."""
    rows = -(-len(grid.shown_channels) // grid.columns)
    for gap in range(1, max(grid.width, grid.height) + 1):
        width, rest = divmod(grid.width + gap, grid.columns)
        height, more = divmod(grid.height + gap, rows)
        tile = Tiles(width - gap, height - gap, gap)
        if not rest and not more and gap == max(1, round(max(tile.width, tile.height) / 24)):
            return tile
    raise ValueError(f"{grid.name}: {grid.width}×{grid.height} pixels hold no such tiles")


def _entry(
    grid: FeatureGrid, seen: Mapping[str, Field], input_sizes: tuple[int, ...]
) -> dict[str, object]:
    tile = tiles_of(grid)
    entry: dict[str, object] = {
        "top": grid.top,
        "width": grid.width,
        "height": grid.height,
        "columns": grid.columns,
        "tile": list(tile),
        "shape": list(grid.shape),
        "channels": list(grid.shown_channels),
        "means": list(grid.means),
        "zeros": list(grid.sparsities),
        "lows": list(grid.lows),
        "highs": list(grid.highs),
    }
    field = seen.get(grid.node or "")
    if field and len(field.size) == _PLANE == len(input_sizes):
        entry |= {"field": [list(field.size), list(field.stride), list(field.start)]}
    return entry
