"""Decides which feature maps are shown: strongest channels first, each at its own scale."""

import math
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn

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
    wanted = {path for path, module in model.named_modules() if path and not is_leaf(module)}
    for path, module in model.named_modules():
        if isinstance(module, _CONVOLUTIONS) and _stands_alone(model, path):
            wanted.add(path)

    def keep(path: str, _module: nn.Module, output: torch.Tensor) -> bool:
        return (
            path in wanted
            and output.dim() == _SPATIAL_DIMENSIONS
            and output.shape[2] * output.shape[3] > 1
            and output.is_floating_point()
        )

    return keep


def draw_grids(
    maps: dict[str, torch.Tensor], image_ids: Iterable[str], folder: Path
) -> tuple[FeatureGrid, ...]:
    """Write one sprite per module and picture; maps are (N, C, H, W), one row a picture."""
    ids = tuple(image_ids)
    return tuple(
        _grid(batch[row].float().numpy(), image, path, number, folder)
        for number, (path, batch) in enumerate(maps.items())
        for row, image in enumerate(ids)
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


def _stands_alone(model: nn.Module, path: str) -> bool:
    """Say whether only plain containers enclose a convolution, the nearest holding several."""
    parts = path.split(".")[:-1]
    parents = [model.get_submodule(".".join(parts[:end])) for end in range(1, len(parts) + 1)]
    if not all(type(parent) in PLAIN_CONTAINERS for parent in parents):
        return False
    if not parents:
        return True
    return sum(isinstance(child, _CONVOLUTIONS) for child in parents[-1].modules()) > 1


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
    finite = np.nan_to_num(tile, posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    if high <= low:
        return np.zeros(tile.shape, np.uint8)
    return np.asarray(np.rint((finite - low) / (high - low) * 255), dtype=np.uint8)


def _file_stem(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", path).replace("..", "_")[:80]
