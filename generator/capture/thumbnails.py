"""Decides how an operation looks at forty pixels: its strongest channel, or a barcode."""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn

from generator.capture.channels import rank_channels, stretch
from generator.capture.nesting import first_tensor
from generator.capture.sprites import webp

TILE = 40
COLUMNS = 32
QUALITY = 50
_DIMENSIONS = 4

Tile = npt.NDArray[np.uint8]
"""(TILE, TILE) grey."""


def thumbnail(value: object) -> Tile | None:
    """Draw what an operation made for one picture, if it is maps or a vector.

    Of the parts of a split, the strongest channel of all is drawn.
    """
    tensor = _together(value)
    if tensor is None or len(tensor) != 1 or not tensor.numel() or not tensor.is_floating_point():
        return None
    values = tensor[0].detach().float().cpu()
    if values.dim() == _DIMENSIONS - 1 and values.shape[1] * values.shape[2] > 1:
        return _strongest(values)
    is_vector = values.dim() == 1 or values.numel() == len(values)
    return _barcode(values.flatten()) if is_vector else None


def draw_sheet(tiles: Mapping[str, Tile]) -> bytes:
    """Put tiles edge to edge, COLUMNS a row, and encode the sheet."""
    rows = math.ceil(len(tiles) / COLUMNS)
    canvas = np.zeros((rows, COLUMNS, TILE, TILE), np.uint8)
    for number, tile in enumerate(tiles.values()):
        canvas[number // COLUMNS, number % COLUMNS] = tile
    canvas = canvas[:, : min(COLUMNS, len(tiles))]
    sheet = canvas.swapaxes(1, 2).reshape(rows * TILE, -1)
    return webp(Image.fromarray(sheet).convert("RGB"), quality=QUALITY)


def _together(value: object) -> torch.Tensor | None:
    if isinstance(value, list) and all(isinstance(part, torch.Tensor) for part in value):
        alike = {(part.dtype, part.shape[:1], part.shape[2:]) for part in value if part.dim() > 1}
        return torch.cat(value, dim=1) if len(alike) == 1 and value[0].dim() > 1 else None
    tensor = first_tensor(value)
    return tensor if tensor is not None and tensor.dim() else None


def _strongest(maps: torch.Tensor) -> Tile:
    """Draw one channel of (C, H, W): averaged where it is larger, in plain pixels where smaller.

    At this size one channel can be read; a mosaic of four cannot.
    """
    shown = maps[rank_channels(maps)[:1]].nan_to_num(0, 0, 0)[None]
    height, width = (min(size, TILE) for size in maps.shape[1:])
    small = nn.functional.interpolate(shown, (height, width), mode="area")
    large = nn.functional.interpolate(small, (TILE, TILE), mode="nearest-exact")
    return np.asarray(stretch(large.nan_to_num())[0, 0])


def _barcode(values: torch.Tensor) -> Tile:
    """Draw a vector as vertical bars; of values that share one, the greatest."""
    finite = values.nan_to_num(0, 0, 0)[None]
    if len(values) > TILE:
        finite = nn.functional.adaptive_max_pool1d(finite, TILE)
    row = nn.functional.interpolate(finite[None], TILE, mode="nearest-exact")[0]
    return np.broadcast_to(stretch(row[None])[0], (TILE, TILE)).copy()
