"""Decides what is said of a tensor's channels: their order, their spread, a grey tile of each."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from generator.records import Histogram, Reason, Shape

BINS = 32
MAX_CHANNELS = 32
MAX_TILE = 64
"""Pixels; larger maps are averaged down."""
_COUNTED_AT_ONCE = 1 << 15


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
    histogram: Histogram | None = None
    """Of all finite values; none where nobody asked for it."""


def measure(
    maps: torch.Tensor, limit: int = MAX_CHANNELS, *, counted: bool = False
) -> Measured | Reason:
    """Describe maps (C, H, W), or say why there is nothing to see; shares no memory with them.

    Args:
        maps: the tensor.
        limit: channels that get a tile at most.
        counted: whether to count values into the bins of a histogram, which takes as long again.
    """
    if not maps.is_floating_point():
        return Reason.NO_NUMBERS
    values = maps.detach().float().flatten(1)  # (C, H·W)
    if not values.numel():
        return Reason.NOT_FINITE
    # The least and the greatest show nan and infinity: most tensors need not be searched for them.
    low, high = values.amin(1), values.amax(1)
    finite, counts, non_finite = values, torch.full(low.shape, values.shape[1]), 0
    if not bool((low.isfinite() & high.isfinite()).all()):
        is_finite = values.isfinite()
        counts = is_finite.sum(1)
        non_finite = values.numel() - int(counts.sum())
        if non_finite == values.numel():
            return Reason.NOT_FINITE
        finite = values.where(is_finite, 0)
        low, high = finite.amin(1), finite.amax(1)
    shown = _ranked(values)[:limit]
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
        histogram=histogram(values[values.isfinite()] if non_finite else values)
        if counted
        else None,
    )


def histogram(values: torch.Tensor) -> Histogram:
    """Count finite values in equal bins between the least and the greatest."""
    low, high = map(float, torch.aminmax(values))
    if low == high:
        return Histogram(low=low, high=high, counts=(values.numel(),))
    counts = torch.zeros(BINS, dtype=torch.int64)
    # In parts that fit into a processor's cache, which is thrice as fast as torch.histc.
    for part in torch.split(values.flatten(), _COUNTED_AT_ONCE):
        places = part.to(torch.float64, copy=True).sub_(low).mul_(BINS).div_(high - low)
        numbers = places.clamp_(max=BINS - 1).to(torch.uint8)
        counts += torch.bincount(numbers, minlength=BINS)
    return Histogram(low=low, high=high, counts=tuple(counts.tolist()))


def is_finite(values: torch.Tensor) -> bool:
    """Say whether no value is NaN or infinite, without a copy of a gigabyte to find out."""
    return not values.numel() or all(bool(end.isfinite()) for end in torch.aminmax(values))


def rank_channels(maps: torch.Tensor) -> list[int]:
    """Return channel numbers of (C, H, W), largest mean square first, ties by number.

    A channel with values that are not finite comes last.
    """
    return _ranked(maps.float().flatten(1))


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


def _ranked(values: torch.Tensor) -> list[int]:
    # In 64 bits no sum of squares of 32 is infinite, but of a value that is.
    energies = torch.linalg.vector_norm(values, dim=1, dtype=torch.float64)
    energies[~energies.isfinite()] = -1
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
