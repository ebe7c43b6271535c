"""Decides which feature maps stand side by side: of one picture, at one output stride."""

from collections.abc import Sequence
from dataclasses import dataclass

from generator.analysis.footprint import aligned_stages
from generator.records import FeatureGrid, Picture
from generator.render.column import StageMaps, stage_maps
from generator.render.crops import Crop
from generator.render.model_page import ModelPage


@dataclass(frozen=True)
class MapCell:
    """The last maps that one model makes at one stride."""

    grid: FeatureGrid
    crop: Crop


@dataclass(frozen=True)
class MapRow:
    """What the models make at one output stride; none where a model shows nothing there."""

    name: str
    cells: tuple[MapCell | None, ...]


@dataclass(frozen=True)
class MapTable:
    """One picture on its way through several models."""

    pictures: tuple[Picture | None, ...]
    """What each model is shown; none where nothing was drawn of it."""
    is_same: bool
    """Whether all of them are shown one picture."""
    rows: tuple[MapRow, ...]


def map_table(models: Sequence[ModelPage]) -> MapTable | None:
    """Put maps side by side; none where no model has any.

    All models show the first picture that they have in common. Where there is none, such as
    between digits and photographs, each shows its own first one.
    """
    found = [stage_maps(page.record) for page in models]
    seen = [_images(maps) for maps in found]
    shown = [images for images in seen if images]
    if not shown:
        return None
    common = next((image for image in shown[0] if all(image in other for other in shown)), None)
    chosen = [common or next(iter(images), None) for images in seen]
    return MapTable(
        pictures=tuple(
            _picture(page, image) if images else None
            for page, image, images in zip(models, chosen, seen, strict=True)
        ),
        is_same=common is not None,
        rows=tuple(
            MapRow(name, tuple(map(_cell, stages, chosen)))
            for name, stages in aligned_stages(found)
        ),
    )


def _images(maps: Sequence[StageMaps]) -> dict[str, None]:
    """Return the pictures that a model's maps were drawn of, in order, once each."""
    return {grid.image: None for stage in maps for grid, _ in stage.grids}


def _picture(page: ModelPage, image: str | None) -> Picture | None:
    return next((picture for picture in page.record.pictures if picture.id == image), None)


def _cell(stage: StageMaps | None, image: str | None) -> MapCell | None:
    pairs = stage.grids if stage else ()
    return next((MapCell(grid, crop) for grid, crop in pairs if grid.image == image), None)
