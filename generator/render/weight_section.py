"""Decides what is said of a model's weights: a row a parameter, its kernels, its normalisations."""

from collections.abc import Sequence
from dataclasses import dataclass

from generator.records import KernelGrid, ModelRecord, NormStats, NormVector, ParameterStats, Shape
from generator.render.charts import bars
from generator.render.crops import Crop, crops
from generator.render.overlay import Overlay, overlay

_CONVOLUTION, _LINEAR = 4, 2
"""Axes of a weight."""
_MAX_FIRST, _FIRST_COLUMNS = 96, 16
"""Kernels of the first convolution that are drawn, and how many of them in a row."""


@dataclass(frozen=True)
class WeightRow:
    """One parameter and its histogram's bars."""

    stats: ParameterStats
    bars: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class KernelRow:
    """The strongest kernels of one convolution."""

    grid: KernelGrid
    crop: Crop


@dataclass(frozen=True)
class FirstKernels:
    """The kernels that look at the picture itself, and how large their picture file is."""

    file: str
    width: int
    height: int


@dataclass(frozen=True)
class Spread:
    """One vector on the axis that all layers' vectors of its kind share, from 0 to 1."""

    vector: NormVector
    low: float
    high: float
    mean: float


@dataclass(frozen=True)
class NormRow:
    """One BatchNorm layer and its vectors."""

    stats: NormStats
    spreads: tuple[Spread, ...]


@dataclass(frozen=True)
class WeightSection:
    """All weights of a model."""

    rows: tuple[WeightRow, ...]
    first_kernels: FirstKernels | None
    kernels: tuple[KernelRow, ...]
    norms: tuple[NormRow, ...]
    overlay: Overlay | None
    """The first convolution's histogram over the last linear layer's."""

    @property
    def compared(self) -> tuple[WeightRow, ...]:
        """Return the rows that the overlay compares."""
        names = {one.name for one in self.overlay.series} if self.overlay else set()
        return tuple(row for row in self.rows if row.stats.name in names)


def weight_section(record: ModelRecord) -> WeightSection:
    """Arrange a model's parameters in the order of its modules."""
    return WeightSection(
        rows=tuple(
            WeightRow(p, bars(p.histogram) if p.histogram else ()) for p in record.parameters
        ),
        first_kernels=next((_first(p.file, p.shape) for p in record.parameters if p.file), None),
        kernels=tuple(map(KernelRow, record.kernels, crops(record.kernels))),
        norms=_norm_rows(record.norms),
        overlay=_first_and_last(record.parameters),
    )


def histogram_file(record: ModelRecord) -> dict[str, object]:
    """Return every histogram by the parameter's name."""
    return {p.name: p.histogram.model_dump() for p in record.parameters if p.histogram}


def _first(file: str, shape: Shape) -> FirstKernels:
    """Work out the size of a sheet of kernels (out, in, h, w), as capture/kernels.py does."""
    count = min(shape[0], _MAX_FIRST)
    columns = min(count, _FIRST_COLUMNS)
    height, width = shape[2:]
    gap = max(1, round(max(height, width) / 24))
    rows = -(-count // columns)
    return FirstKernels(file, columns * (width + gap) - gap, rows * (height + gap) - gap)


def _first_and_last(parameters: Sequence[ParameterStats]) -> Overlay | None:
    drawn = [p for p in parameters if p.histogram]
    first = next((p for p in drawn if len(p.shape) >= _CONVOLUTION), drawn[0] if drawn else None)
    last = next(
        (p for p in reversed(drawn) if len(p.shape) == _LINEAR), drawn[-1] if drawn else None
    )
    chosen = {p.name: p.histogram for p in (first, last) if p and p.histogram}
    return overlay(chosen) if len(chosen) > 1 else None


def _norm_rows(norms: Sequence[NormStats]) -> tuple[NormRow, ...]:
    lows: dict[str, float] = {}
    highs: dict[str, float] = {}
    for vector in (vector for layer in norms for vector in layer.vectors):
        if vector.min is not None and vector.max is not None:
            lows[vector.symbol] = min(vector.min, lows.get(vector.symbol, vector.min))
            highs[vector.symbol] = max(vector.max, highs.get(vector.symbol, vector.max))
    return tuple(
        NormRow(
            layer,
            tuple(_spread(v, lows.get(v.symbol, 0), highs.get(v.symbol, 0)) for v in layer.vectors),
        )
        for layer in norms
    )


def _spread(vector: NormVector, low: float, high: float) -> Spread:
    places = [
        round((value - low) / (high - low), 4) if value is not None and high > low else 0.5
        for value in (vector.min, vector.max, vector.mean)
    ]
    return Spread(vector, *places)
