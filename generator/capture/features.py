"""Decides which feature maps are shown: strongest channels first, each at its own scale."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn
from torch.nn.utils.parametrize import ParametrizationList

from generator.capture.inputs import save_webp
from generator.capture.watch import PLAIN_CONTAINERS, Keep, is_leaf
from generator.records import FeatureGrid

COLUMNS = 8
MAX_CHANNELS = 32
MAX_TILE = 64
"""Pixels; larger maps are averaged down."""

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)
_SPATIAL_DIMENSIONS = 4


def worth_showing(model: nn.Module) -> Keep:
    """Return the rule that picks stages, blocks, branches, and convolutions outside of blocks.

    A convolution that is the only one of its container is shown with what follows it there
    (normalisation, activation), as the container's output.
    """
    wanted = {
        path
        for path, module in model.named_modules()
        if path and not is_leaf(module) and not isinstance(module, ParametrizationList)
    }
    wanted.update(_outside_blocks(model))

    def keep(path: str, _module: nn.Module, output: torch.Tensor) -> bool:
        return (
            path in wanted
            and output.dim() == _SPATIAL_DIMENSIONS
            and output.shape[2] * output.shape[3] > 1
            and output.is_floating_point()
        )

    return keep


def draw_grids(
    seen: Mapping[str, Mapping[str, torch.Tensor]], folder: Path
) -> tuple[FeatureGrid, ...]:
    """Write one sprite per module and picture.

    Args:
        seen: by picture, the maps (1, C, H, W) by module path.
        folder: where `features/` is made.
    """
    paths = dict.fromkeys(path for maps in seen.values() for path in maps)
    return tuple(
        _grid(maps[path][0].float().numpy(), image, path, number, folder)
        for number, path in enumerate(paths)
        for image, maps in seen.items()
        if path in maps
    )


def rank_channels(maps: npt.NDArray[np.float32]) -> list[int]:
    """Return channel numbers of (C, H, W), largest mean square first, ties by number."""
    energy = np.nan_to_num(np.square(maps.astype(np.float64)).mean(axis=(1, 2)))
    return sorted(range(len(energy)), key=lambda channel: (-energy[channel], channel))


def lay_out(tiles: npt.NDArray[np.uint8], columns: int = COLUMNS) -> Image.Image:
    """Put grey tiles (C, H, W) in rows on one transparent sheet."""
    count, height, width = tiles.shape
    gap = max(1, round(max(height, width) / 24))
    rows = math.ceil(count / columns)
    columns = min(columns, count)
    canvas = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 2), np.uint8)
    for number, tile in enumerate(tiles):
        top = number // columns * (height + gap)
        left = number % columns * (width + gap)
        canvas[top : top + height, left : left + width, 0] = tile
        canvas[top : top + height, left : left + width, 1] = 255
    return Image.fromarray(canvas).convert("RGBA")


def _outside_blocks(container: nn.Module, path: str = "") -> Iterator[str]:
    """Yield convolutions that only plain containers enclose, the nearest holding several."""
    if not path and isinstance(container, _CONVOLUTIONS):
        yield path  # the whole model is one convolution
    convolutions = sum(isinstance(child, _CONVOLUTIONS) for child in container.modules())
    for name, child in container.named_children():
        inner = f"{path}.{name}" if path else name
        if isinstance(child, _CONVOLUTIONS) and (convolutions > 1 or not path):
            yield inner
        elif type(child) in PLAIN_CONTAINERS:
            yield from _outside_blocks(child, inner)


def _grid(
    maps: npt.NDArray[np.float32], image: str, path: str, number: int, folder: Path
) -> FeatureGrid:
    shown = rank_channels(maps)[:MAX_CHANNELS]
    sprite = lay_out(np.stack([_stretch(tile) for tile in _shrink(maps[shown])]))
    file = f"features/{number:03d}-{_file_stem(path)}-{image}.webp"
    save_webp(sprite, folder / file, lossless=max(maps.shape[1:]) <= COLUMNS * 2)
    return FeatureGrid(
        image=image,
        path=path,
        shape=tuple(maps.shape),
        shown_channels=tuple(shown),
        columns=min(COLUMNS, len(shown)),
        dead_fraction=float((maps == 0).all(axis=(1, 2)).mean()),
        file=file,
        width=sprite.width,
        height=sprite.height,
    )


def _shrink(tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    height, width = tiles.shape[1:]
    if max(height, width) <= MAX_TILE:
        return tiles
    scale = MAX_TILE / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    resized = nn.functional.interpolate(torch.from_numpy(tiles)[None], size, mode="area")[0]
    return np.asarray(resized.numpy(), dtype=np.float32)


def _stretch(tile: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    finite = np.nan_to_num(tile.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    if high <= low:
        return np.zeros(tile.shape, np.uint8)
    return np.asarray(np.rint((finite - low) / (high - low) * 255), dtype=np.uint8)


def _file_stem(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", path).replace("..", "_")[:80]
