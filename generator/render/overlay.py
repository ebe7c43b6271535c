"""Decides how histograms of different layers are drawn over each other, on one axis."""

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records import Histogram

WIDTH, HEIGHT = 640, 160


@dataclass(frozen=True)
class Series:
    """One histogram's outline, as the path of an SVG."""

    name: str
    path: str


@dataclass(frozen=True)
class Overlay:
    """Histograms on one axis; each is as high as the drawing, so that shapes can be compared."""

    low: float
    high: float
    series: tuple[Series, ...]

    @property
    def zero(self) -> float | None:
        """Return where nought lies on the axis, in pixels; none where it lies outside."""
        inside = self.low < 0 < self.high
        return round(-self.low / (self.high - self.low) * WIDTH, 1) if inside else None


def overlay(histograms: Mapping[str, Histogram]) -> Overlay:
    """Draw histograms by name over each other; assets/histograms.js does the same."""
    low = min(histogram.low for histogram in histograms.values())
    high = max(histogram.high for histogram in histograms.values())
    return Overlay(
        low, high, tuple(Series(n, _outline(h, low, high)) for n, h in histograms.items())
    )


def _outline(histogram: Histogram, low: float, high: float) -> str:
    """Trace the tops of the bins from left to right, and close along the axis."""
    highest = max(histogram.counts) or 1
    spread = high - low or 1.0
    width = (histogram.high - histogram.low) / len(histogram.counts)
    path = ""
    for number, count in enumerate(histogram.counts):
        left = (histogram.low + number * width - low) / spread * WIDTH
        right = (histogram.low + (number + 1) * width - low) / spread * WIDTH
        top = HEIGHT * (1 - count / highest)
        path += f"{'L' if path else f'M{left:.1f} {HEIGHT}L'}{left:.1f} {top:.1f}H{right:.1f}"
    return f"{path}V{HEIGHT}Z"
