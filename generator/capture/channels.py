"""Decides what is said of a tensor's channels: their order, their spread, a grey tile of each."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from generator.records import Reason, Shape

MAX_CHANNELS = 32
MAX_TILE = 64
"""Pixels; larger maps are averaged down."""


@dataclass(frozen=True)
class Measured:
    """A tensor's strongest channels as tiles, and figures; those a channel in the same order."""

    shape: Shape
    shown: tuple[int, ...]
    tiles: npt.NDArray[np.uint8]
    """(shown, h, w): 0 is the tile's low, 255 its high; all 0 where they are equal."""
    means: tuple[float, ...]
    sparsities: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    dead_fraction: float
    mean: float
    sparsity: float
    non_finite: int


def measure(maps: torch.Tensor, limit: int = MAX_CHANNELS) -> Measured | Reason:
    """Describe maps (C, H, W), or say why there is nothing to see; shares no memory with them."""
    if not maps.is_floating_point():
        return Reason.NO_NUMBERS
    values = maps.detach().float().flatten(1)  # (C, H·W)
    is_finite = values.isfinite()
    non_finite = int((~is_finite).sum())
    if non_finite == values.numel():
        return Reason.NOT_FINITE
    finite = values.where(is_finite, 0) if non_finite else values
    counts = is_finite.sum(1)
    shown = _ranked(finite, counts)[:limit]
    low, high = finite.amin(1), finite.amax(1)
    if bool((low == high).all()):
        return Reason.CONSTANT
    zeros = (values == 0).sum(1).double() / values.shape[1]
    sums = finite.sum(1, dtype=torch.float64)
    tiles = _shrink(finite.view(maps.shape)[shown], MAX_TILE)
    return Measured(
        shape=tuple(maps.shape),
        shown=tuple(shown),
        tiles=stretch(tiles),
        means=_rounded((sums / counts.clamp(min=1))[shown]),
        sparsities=_rounded(zeros[shown]),
        lows=_rounded(tiles.amin((1, 2))),
        highs=_rounded(tiles.amax((1, 2))),
        dead_fraction=float((zeros == 1).double().mean()),
        mean=float(sums.sum() / counts.sum()),
        sparsity=float(zeros.mean()),
        non_finite=non_finite,
    )


def rank_channels(maps: torch.Tensor) -> list[int]:
    """Return channel numbers of (C, H, W), largest mean square first, ties by number.

    A channel with values that are not finite comes last.
    """
    values = maps.float().flatten(1)
    return _ranked(values.nan_to_num(), values.isfinite().sum(1))


def stretch(tiles: torch.Tensor) -> npt.NDArray[np.uint8]:
    """Scale each tile (…, h, w) of finite values to 0…255, from its least to its greatest."""
    values = tiles.double().numpy()
    low = values.min(axis=(-2, -1), keepdims=True)
    spread = np.ptp(values, axis=(-2, -1), keepdims=True)
    scaled = (values - low) / np.where(spread == 0, 1, spread)
    return np.asarray(np.rint(scaled * 255), dtype=np.uint8)


def significant(value: float, digits: int) -> float:
    """Round to so many digits, which is what a reader can tell apart."""
    rounded = float(f"{value:.{digits}g}")
    return rounded if math.isfinite(rounded) else value  # up from the largest there is


def _ranked(finite: torch.Tensor, counts: torch.Tensor) -> list[int]:
    energies = torch.linalg.vector_norm(finite, dim=1, dtype=torch.float64)
    energies[counts < finite.shape[1]] = -1
    order: list[int] = energies.sort(descending=True, stable=True).indices.tolist()
    return order


def _shrink(tiles: torch.Tensor, side: int) -> torch.Tensor:
    height, width = tiles.shape[1:]
    if max(height, width) <= side:
        return tiles.clone()
    scale = side / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return nn.functional.interpolate(tiles[None], size, mode="area")[0].nan_to_num()


def _rounded(values: torch.Tensor) -> tuple[float, ...]:
    return tuple(significant(value, 4) for value in values.tolist())
