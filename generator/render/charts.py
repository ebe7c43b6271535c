"""Decides where marks go in silhouettes and histograms; templates write them as SVG."""

import math
from dataclasses import dataclass, replace

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline, Unit
from generator.diagram.palette import FILLS
from generator.records import Histogram

_BRICK_HEIGHT = 120.0
"""As high as a map of 256 pixels; larger ones are no higher."""
_LONGEST = 340.0
"""As wide as a card's picture; longer rows are compressed, lest their heights shrink with them."""


@dataclass(frozen=True)
class Brick:
    """One unit of a silhouette."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    title: str
    kind: Kind


@dataclass(frozen=True)
class Silhouette:
    """A network seen from the side: heights by resolution, widths by channels, both log."""

    width: float
    height: float
    bricks: tuple[Brick, ...]


def silhouette(outline: Outline) -> Silhouette:
    """Draw a network's units as a row of bricks, repeated ones as often as they occur."""
    bricks: list[Brick] = []
    x = 0.0
    for unit in outline.units:
        if unit.kind in {Kind.INPUT, Kind.OUTPUT} or len(unit.output_shape) < 2:  # noqa: PLR2004
            continue
        width, height = _brick_size(unit)
        for number in range(unit.count):
            top = (_BRICK_HEIGHT - height) / 2
            brick = Brick(x, top, width, height, FILLS[unit.kind], unit.title, unit.kind)
            bricks.append(brick)
            x += width + (1.5 if number + 1 < unit.count else 4)
    drawn = tuple(_compressed(brick, min(1.0, _LONGEST / x)) for brick in bricks)
    return Silhouette(round(max(min(x, _LONGEST), 1), 1), _BRICK_HEIGHT, drawn)


def bars(histogram: Histogram) -> tuple[tuple[float, float], ...]:
    """Return each bin's (left, height) in a box of one by one."""
    highest = max(histogram.counts) or 1
    width = 1 / len(histogram.counts)
    return tuple(
        (round(number * width, 4), round(count / highest, 4))
        for number, count in enumerate(histogram.counts)
    )


def _compressed(brick: Brick, factor: float) -> Brick:
    return replace(brick, x=brick.x * factor, width=round(brick.width * factor, 2))


def _brick_size(unit: Unit) -> tuple[float, float]:
    channels = max(1, unit.output_shape[1])
    if len(unit.output_shape) == 2:  # noqa: PLR2004 - (N, features)
        return 7.0, min(_BRICK_HEIGHT, round(12 + 6 * math.log2(channels), 1))
    pixels = max(unit.output_shape[2:])
    thin = 0.35 if unit.kind is Kind.POOL else 1.0
    width = round(thin * (3 + 1.6 * math.log2(channels)), 1)
    return width, min(_BRICK_HEIGHT, round(8 + 14 * math.log2(pixels), 1))
