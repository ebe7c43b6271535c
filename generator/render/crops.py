"""Decides which part of a shared picture file a page shows, so that its box is known beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass

from generator.records import FeatureGrid, KernelGrid


@dataclass(frozen=True)
class Crop:
    """A strip of a sheet, in pixels; it begins at the sheet's left edge."""

    file: str
    top: int
    width: int
    height: int
    sheet_width: int
    sheet_height: int

    @property
    def is_whole(self) -> bool:
        """Say whether nothing of the sheet is cut off."""
        return (self.width, self.height) == (self.sheet_width, self.sheet_height)

    @property
    def zoom_percent(self) -> float:
        """How wide the sheet is, of the strip's width: what styles need to show the strip alone."""
        return round(100 * self.sheet_width / self.width, 4)

    @property
    def shift_percent(self) -> float:
        """How far the sheet is pushed up, of the strip's width, as CSS counts margins."""
        return round(100 * self.top / self.width, 4)


def crops(grids: Iterable[FeatureGrid | KernelGrid]) -> tuple[Crop, ...]:
    """Return where each grid is; a sheet reaches as far as the grids that are on it."""
    known = tuple(grids)
    widths: dict[str, int] = {}
    heights: dict[str, int] = {}
    for grid in known:
        widths[grid.file] = max(grid.width, widths.get(grid.file, 0))
        heights[grid.file] = max(grid.top + grid.height, heights.get(grid.file, 0))
    return tuple(
        Crop(g.file, g.top, g.width, g.height, widths[g.file], heights[g.file]) for g in known
    )
