"""Strips of shared sheets."""

from generator.records import FeatureGrid
from generator.render.crops import crops


def grid(file: str, top: int, width: int, height: int) -> FeatureGrid:
    """Return a grid that lies somewhere on a sheet."""
    return FeatureGrid(
        image="cat",
        path="a",
        shape=(1, height, width),
        shown_channels=(0,),
        columns=1,
        dead_fraction=0,
        file=file,
        top=top,
        width=width,
        height=height,
    )


def test_a_sheet_reaches_as_far_as_its_grids() -> None:
    """Pages know its box before the file is there."""
    upper, lower = crops([grid("a.webp", 0, 40, 20), grid("a.webp", 24, 80, 10)])
    assert (upper.sheet_width, upper.sheet_height) == (80, 34)
    assert (lower.sheet_width, lower.sheet_height) == (80, 34)
    assert not upper.is_whole


def test_styles_get_shares_of_the_strips_own_width() -> None:
    """CSS measures margins by the width of what surrounds them, upwards as well."""
    upper, lower = crops([grid("a.webp", 0, 40, 20), grid("a.webp", 24, 80, 10)])
    assert (upper.zoom_percent, upper.shift_percent) == (200, 0)
    assert (lower.zoom_percent, lower.shift_percent) == (100, 30)


def test_a_sheet_of_one_grid_needs_no_styles() -> None:
    """Nothing of it is cut off."""
    (alone,) = crops([grid("a.webp", 0, 40, 20)])
    assert alone.is_whole
