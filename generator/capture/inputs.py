"""Decides how a picture becomes a tensor: cropped, resized, normalised as ImageNet nets expect."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from generator.capture.sprites import webp
from generator.pictures import Source
from generator.records import Picture

# The statistics torchvision's ImageNet weights were trained with, RGB in 0…1.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Statistics:
    """What each colour of a picture is normalised by, in 0…1."""

    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD


_IMAGENET = Statistics()


def takes_pictures(input_shape: tuple[int, ...]) -> bool:
    """Say whether a net's input (C, H, W) is a grey or coloured picture."""
    return len(input_shape) == 3 and input_shape[0] in {1, 3}  # noqa: PLR2004


def fit(source: Source, input_shape: tuple[int, ...]) -> Image.Image:
    """Return the centre of a picture at exactly the size and channels a net takes."""
    channels, height, width = input_shape
    image = source.load().convert("L" if channels == 1 else "RGB")
    enlarging = image.width < width or image.height < height
    how = Image.Resampling.BICUBIC if enlarging else Image.Resampling.BILINEAR
    return ImageOps.fit(image, (width, height), how)


def to_tensor(image: Image.Image, statistics: Statistics = _IMAGENET) -> torch.Tensor:
    """Return a picture as float32 (C, H, W): grey in 0…1, RGB normalised, as ImageNet's usually."""
    values = np.asarray(image, dtype=np.float32) / 255
    if values.ndim == 2:  # noqa: PLR2004 - grey: height, width
        return torch.from_numpy(values.copy())[None]
    normalised = (values - np.asarray(statistics.mean)) / np.asarray(statistics.std)
    return torch.from_numpy(normalised.astype(np.float32).transpose(2, 0, 1).copy())


def batch_of(
    sources: Sequence[Source],
    input_shape: tuple[int, ...],
    folder: Path,
    statistics: Statistics = _IMAGENET,
) -> tuple[torch.Tensor, tuple[Picture, ...]]:
    """Return all pictures as one batch (N, C, H, W), and write what the net will see as WebP.

    A net that takes no pictures (not one or three channels, not C×H×W) gets one seeded random
    input and no pictures.
    """
    if not takes_pictures(input_shape):
        return torch.rand(1, *input_shape), ()
    images = [fit(source, input_shape) for source in sources]
    pictures = tuple(
        Picture(
            id=source.id, title=source.title, credit=source.credit, file=f"inputs/{source.id}.webp"
        )
        for source in sources
    )
    for picture, image in zip(pictures, images, strict=True):
        (folder / picture.file).parent.mkdir(parents=True, exist_ok=True)
        (folder / picture.file).write_bytes(webp(image))
    return torch.stack([to_tensor(image, statistics) for image in images]), pictures
