"""Decides where models stand on the chart of accuracy against MACs; templates write it as SVG."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.diagram.palette import family_colours
from generator.render import formats
from generator.render.labels import Box, Disc, Label, place_labels

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 24.0, 20.0, 52.0
_SMALLEST, _GROWTH = 5.0, 27.0
"""Pixels: the radius of a model without parameters, and what the largest has more."""
_ROOM = 0.25
"""Of a decade, left and right of the outermost models."""


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
    is_best: bool
    """Whether no other model has fewer MACs and is as accurate, or the other way round."""
    label: Label | None
    """Where its name stands; none in a dense crowd, where pointing at the disc tells it."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Frame:
    """The axes: where they lie in the picture, in pixels, and what they begin and end with."""

    width: float
    height: float
    low: float
    """log₁₀ of the MACs at the left end."""
    high: float
    bottom_accuracy: int
    top_accuracy: int

    left: float = _LEFT
    top: float = _TOP

    @property
    def right(self) -> float:
        """Return where the axis of MACs ends."""
        return self.width - _RIGHT

    @property
    def bottom(self) -> float:
        """Return where the axis of accuracy begins."""
        return self.height - _BOTTOM

    def x_of(self, log: float) -> float:
        """Return where so many MACs are."""
        return self.left + (log - self.low) / (self.high - self.low) * (self.right - self.left)

    def y_of(self, accuracy: float) -> float:
        """Return where an accuracy in percent is."""
        share = (accuracy - self.bottom_accuracy) / (self.top_accuracy - self.bottom_accuracy)
        return self.bottom - share * (self.bottom - self.top)


@dataclass(frozen=True)
class Scatter:
    """The whole chart: accuracy against MACs, areas by parameters."""

    frame: Frame
    bubbles: tuple[Bubble, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @cached_property
    def front(self) -> str:
        """Return the path of what the best models reach: the accuracy for at most so many MACs."""
        best = sorted((b for b in self.bubbles if b.is_best), key=lambda bubble: bubble.x)
        steps = "".join(f"H{bubble.x}V{bubble.y}" for bubble in best)
        return f"M{best[0].x} {self.frame.bottom}{steps}H{self.frame.right}" if best else ""


def scatter(
    points: Sequence[Point],
    best: Collection[str] = (),
    size: tuple[float, float] = (720.0, 400.0),
    colours: Mapping[str, str] | None = None,
) -> Scatter | None:
    """Lay models out by MACs (log) and accuracy; nothing when none has an accuracy.

    Args:
        points: the models.
        best: slugs of those on the front, which are the last to lose their names in a crowd.
        size: width and height in pixels.
        colours: of the families; in order of their appearance here where none are given.
    """
    if not points:
        return None
    frame = _frame(points, *size)
    return Scatter(
        frame=frame,
        bubbles=_bubbles(
            points, frame, best, colours or family_colours(point.family for point in points)
        ),
        x_ticks=tuple(
            Tick(round(frame.x_of(log), 1), label) for log, label in _decades(frame.low, frame.high)
        ),
        y_ticks=tuple(
            Tick(round(frame.y_of(a), 1), formats.accuracy(a, digits=0))
            for a in range(frame.bottom_accuracy, frame.top_accuracy + 1, 5)
        ),
    )


def _frame(points: Sequence[Point], width: float, height: float) -> Frame:
    logs = [math.log10(point.macs) for point in points]
    return Frame(
        width=width,
        height=height,
        low=min(logs) - _ROOM,
        high=max(logs) + _ROOM,
        bottom_accuracy=max(0, 5 * math.floor((min(p.top1 for p in points) - 2) / 5)),
        top_accuracy=min(100, 5 * math.ceil((max(p.top1 for p in points) + 2) / 5)),
    )


def _bubbles(
    points: Sequence[Point], frame: Frame, best: Collection[str], colours: Mapping[str, str]
) -> tuple[Bubble, ...]:
    """Draw every model; the small ones last, so that none is hidden."""
    largest = max(point.params for point in points) or 1
    firsts = sorted(points, key=lambda point: point.slug not in best)
    discs = [
        Disc(
            x=frame.x_of(math.log10(point.macs)),
            y=frame.y_of(point.top1),
            radius=_SMALLEST + _GROWTH * math.sqrt(point.params / largest),
        )
        for point in firsts
    ]
    axes = Box(frame.left, 0, frame.width, frame.bottom + 8)
    labels = place_labels([point.title for point in firsts], discs, axes)
    made = [
        Bubble(
            point=point,
            x=round(disc.x, 1),
            y=round(disc.y, 1),
            radius=round(disc.radius, 1),
            colour=colours[point.family],
            is_best=point.slug in best,
            label=label,
        )
        for point, disc, label in zip(firsts, discs, labels, strict=True)
    ]
    return tuple(sorted(made, key=lambda bubble: -bubble.radius))


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
            return f"{value / limit:g}\u202f{unit}"
    return f"{value:g}"
