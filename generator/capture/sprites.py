"""Decides how tiles become picture files: their order on a sheet, and its encoding."""

import io
import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from PIL import Image

COLUMNS = 8
QUALITY = 80
SMALL = 16
"""Pixels; tiles up to that size are kept exactly, which is hardly larger than blurring them."""

_BETWEEN = 4
"""Pixels between sheets that share a file."""


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


def stack(images: Sequence[Image.Image]) -> tuple[Image.Image, list[int]]:
    """Put sheets below each other, and say how far from the top each begins."""
    tops = [0, *accumulate(image.height + _BETWEEN for image in images)]
    size = (max(image.width for image in images), tops.pop() - _BETWEEN)
    canvas = Image.new("RGBA", size)
    for image, top in zip(images, tops, strict=True):
        canvas.paste(image, (0, top))
    return canvas, tops


def webp(
    image: Image.Image,
    *,
    quality: int = QUALITY,
    alpha_quality: int = 100,
    lossless: bool = False,
) -> bytes:
    """Encode a picture; the same pixels always give the same bytes."""
    encoded = io.BytesIO()
    how = {"lossless": lossless, "quality": quality, "alpha_quality": alpha_quality}
    image.save(encoded, "WEBP", method=4, **how)
    return encoded.getvalue()
