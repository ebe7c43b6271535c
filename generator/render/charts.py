"""Decides where marks go in the charts; templates write them as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline, Unit
from generator.diagram.palette import FAMILY_COLOURS, FILLS
from generator.records import Histogram

_WIDTH, _HEIGHT = 720.0, 400.0
_BRICK_HEIGHT = 120.0
"""As high as a map of 256 pixels; larger ones are no higher."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 24.0, 20.0, 52.0


@dataclass(frozen=True)
class Point:
    """A model on the accuracy chart."""

    slug: str
    title: str
    family: str
    macs: int
    params: int
    top1: float
    tag: str


@dataclass(frozen=True)
class Bubble:
    """Where a point is drawn, and how large."""

    point: Point
    x: float
    y: float
    radius: float
    colour: str
    label_x: float
    label_y: float
    anchor: str
    is_labelled: bool
    """Whether there is room for the name; a crowded one is told when the disc is pointed at."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Scatter:
    """The whole chart: accuracy against MACs, areas by parameters."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    bubbles: tuple[Bubble, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Brick:
    """One unit of a silhouette."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    title: str


@dataclass(frozen=True)
class Silhouette:
    """A network seen from the side: heights by resolution, widths by channels, both log."""

    width: float
    height: float
    bricks: tuple[Brick, ...]


def scatter(points: Sequence[Point]) -> Scatter | None:
    """Lay models out by MACs (log) and accuracy; nothing when none has an accuracy."""
    if not points:
        return None
    logs = [math.log10(point.macs) for point in points]
    low, high = min(logs) - 0.25, max(logs) + 0.25
    bottom = max(0, 5 * math.floor((min(p.top1 for p in points) - 2) / 5))
    top = min(100, 5 * math.ceil((max(p.top1 for p in points) + 2) / 5))

    def x_of(log: float) -> float:
        return _LEFT + (log - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    def y_of(accuracy: float) -> float:
        return _HEIGHT - _BOTTOM - (accuracy - bottom) / (top - bottom) * (_HEIGHT - _TOP - _BOTTOM)

    return Scatter(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        top=_TOP,
        bottom=_HEIGHT - _BOTTOM,
        bubbles=_bubbles(points, [x_of(log) for log in logs], [y_of(p.top1) for p in points]),
        x_ticks=tuple(Tick(round(x_of(log), 1), label) for log, label in _decades(low, high)),
        y_ticks=tuple(Tick(round(y_of(a), 1), f"{a} %") for a in range(bottom, top + 1, 5)),
    )


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
            bricks.append(Brick(x, top, width, height, FILLS[unit.kind], unit.title))
            x += width + (1.5 if number + 1 < unit.count else 4)
    return Silhouette(width=round(max(x, 1), 1), height=_BRICK_HEIGHT, bricks=tuple(bricks))


def bars(histogram: Histogram) -> tuple[tuple[float, float], ...]:
    """Return each bin's (left, height) in a box of one by one."""
    highest = max(histogram.counts) or 1
    width = 1 / len(histogram.counts)
    return tuple(
        (round(number * width, 4), round(count / highest, 4))
        for number, count in enumerate(histogram.counts)
    )


def _brick_size(unit: Unit) -> tuple[float, float]:
    channels = max(1, unit.output_shape[1])
    if len(unit.output_shape) == 2:  # noqa: PLR2004 - (N, features)
        return 7.0, min(_BRICK_HEIGHT, round(12 + 6 * math.log2(channels), 1))
    pixels = max(unit.output_shape[2:])
    thin = 0.35 if unit.kind is Kind.POOL else 1.0
    width = round(thin * (3 + 1.6 * math.log2(channels)), 1)
    return width, min(_BRICK_HEIGHT, round(8 + 14 * math.log2(pixels), 1))


def _bubbles(
    points: Sequence[Point], xs: Sequence[float], ys: Sequence[float]
) -> tuple[Bubble, ...]:
    families = list(dict.fromkeys(point.family for point in points))
    largest = max(point.params for point in points) or 1
    radii = [5 + 27 * math.sqrt(point.params / largest) for point in points]
    taken = [_Box(x - r, y - r, x + r, y + r) for x, y, r in zip(xs, ys, radii, strict=True)]
    names: list[_Box] = []
    made = []
    for point, x, y, radius in zip(points, xs, ys, radii, strict=True):
        label = _free_label(point.title, x, y, radius, taken)
        is_free = _covered(label.box, names, _FRAME) <= _TOLERATED
        if is_free:
            taken.append(label.box)
            names.append(label.box)
        made.append(
            Bubble(
                point=point,
                x=round(x, 1),
                y=round(y, 1),
                radius=round(radius, 1),
                colour=FAMILY_COLOURS[families.index(point.family) % len(FAMILY_COLOURS)],
                label_x=round(label.x, 1),
                label_y=round(label.y, 1),
                anchor=label.anchor,
                is_labelled=is_free,
            )
        )
    return tuple(sorted(made, key=lambda bubble: -bubble.radius))


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "_Box") -> float:
        """Return the area two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)


_FRAME = _Box(_LEFT, 0, _WIDTH, _HEIGHT - _BOTTOM + 8)
_TOLERATED = 40.0
"""Square pixels that two names, or a name and the frame, may share."""


@dataclass(frozen=True)
class _Label:
    x: float
    y: float
    anchor: str
    box: _Box


def _free_label(text: str, x: float, y: float, radius: float, taken: Sequence[_Box]) -> _Label:
    """Put a label right of, left of, above or below its disc: where it covers least."""
    width = 7.2 * len(text)
    places = (
        (x + radius + 5, y + 4, "start", 0.0),
        (x - radius - 5, y + 4, "end", width),
        (x, y - radius - 6, "middle", width / 2),
        (x, y + radius + 15, "middle", width / 2),
    )
    labels = [
        _Label(at, base, anchor, _Box(at - before, base - 12, at - before + width, base + 4))
        for at, base, anchor, before in places
    ]
    return min(labels, key=lambda label: _covered(label.box, taken, _FRAME))


def _covered(box: _Box, taken: Sequence[_Box], frame: _Box) -> float:
    """Return how much of a label collides, or leaves the frame."""
    outside = (box.right - box.left) * (box.bottom - box.top) - box.overlap(frame)
    return round(outside + sum(box.overlap(other) for other in taken), 3)


def _decades(low: float, high: float) -> list[tuple[float, str]]:
    """Return 1, 2, 5 steps of each decade in range, as (log, label)."""
    found = []
    for power in range(math.floor(low), math.ceil(high) + 1):
        for step in (1, 2, 5):
            log = power + math.log10(step)
            if low <= log <= high:
                found.append((log, _si(step * 10**power)))
    return found


def _si(value: float) -> str:
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "K")):
        if value >= limit:
            return f"{value / limit:g} {unit}"
    return f"{value:g}"
