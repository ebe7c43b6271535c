"""Decides how functions of one number are drawn: a small pair of axes, and the curve computed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log10, tanh

from generator.analysis.message import Message
from generator.diagram.figures.shapes import (
    ACTIVATION,
    SMALL,
    Box,
    Figure,
    Line,
    Shape,
    Words,
    figure,
    path,
)
from generator.diagram.palette import ACCENT, FAMILY_COLOURS

_FIRST, _SECOND = FAMILY_COLOURS[0], FAMILY_COLOURS[1]
_STEPS = 60

Curve = Callable[[float], float]


@dataclass(frozen=True)
class Axes:
    """Where numbers lie in a figure."""

    x: float
    y: float
    width: float
    height: float
    low: float
    high: float
    bottom: float
    top: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a pair of numbers."""
        right = (x - self.low) / (self.high - self.low)
        up = (y - self.bottom) / (self.top - self.bottom)
        return self.x + right * self.width, self.y + (1 - up) * self.height

    def lines(self) -> list[Shape]:
        """Draw both axes through nought."""
        level = path(self.at(self.low, 0), self.at(self.high, 0))
        upright = path(self.at(0, self.bottom), self.at(0, self.top))
        return [Line(level, strength=0.5, thick=1), Line(upright, strength=0.5, thick=1)]

    def curve(self, function: Curve, colour: str = _FIRST, dash: str = "") -> Line:
        """Draw a function as far as the axes reach."""
        width = self.high - self.low
        points = [self.low + width * step / _STEPS for step in range(_STEPS + 1)]
        seen = [(x, function(x)) for x in points]
        inside = [self.at(x, y) for x, y in seen if self.bottom - 1e-9 <= y <= self.top + 1e-9]
        return Line(path(*inside), colour, thick=2.2, dash=dash)

    def ticks(self, numbers: Sequence[float]) -> list[Shape]:
        """Name places on the level axis."""
        shapes: list[Shape] = []
        for number in numbers:
            x, y = self.at(number, 0)
            shapes += [Line(f"M{x:.4g} {y - 3:.4g}v6", strength=0.5)]
            shapes += [Words(x, y + 15, _short(number), SMALL)]
        return shapes

    def heights(self, numbers: Sequence[float]) -> list[Shape]:
        """Name places on the upright axis."""
        shapes: list[Shape] = []
        for number in numbers:
            x, y = self.at(0, number)
            shapes += [Line(f"M{x - 3:.4g} {y:.4g}h6", strength=0.5)]
            shapes += [Words(x - 7, y + 4, _short(number), SMALL, anchor="end")]
        return shapes


def relu_of(x: float) -> float:
    """Cut off what is negative."""
    return max(0.0, x)


def sigmoid_of(x: float) -> float:
    """Squash any number between 0 and 1."""
    return 1 / (1 + exp(-x))


def hard_swish_of(x: float) -> float:
    """Multiply a number by three straight lines: ReLU6(x + 3) / 6."""
    return x * min(6.0, relu_of(x + 3)) / 6


def swish_of(x: float) -> float:
    """Multiply a number by its sigmoid."""
    return x * sigmoid_of(x)


def activation() -> Figure:
    """Put four curves beside each other."""
    shown: tuple[tuple[str, Curve], ...] = (
        ("ReLU", relu_of),
        ("sigmoid", sigmoid_of),
        ("tanh", tanh),
        ("hard-swish", hard_swish_of),
    )
    shapes: list[Shape] = []
    for place, (name, curve) in enumerate(shown):
        axes = Axes(4 + 85 * place, 6, 76, 90, -3, 3, -1.4, 3)
        shapes += [*axes.lines(), axes.curve(curve), Words(axes.x + 38, 114, name, SMALL)]
    title = Message("Four activation functions on the same scale")
    said = Message("ReLU, sigmoid, tanh and hard-swish between −3 and 3.")
    return figure(120, title, said, shapes)


def relu() -> Figure:
    """Draw ReLU, and where ReLU6 leaves it."""
    axes = Axes(30, 8, 280, 130, -4, 9, -1, 9)
    shapes = [
        *axes.lines(),
        *axes.ticks((-4, 4, 6, 8)),
        *axes.heights((3, 6)),
        axes.curve(relu_of),
        axes.curve(lambda x: min(6.0, relu_of(x)), _SECOND, dash="5 4"),
        Words(250, 20, "ReLU", colour=_FIRST, anchor="end", is_bold=True),
        Words(312, 62, "ReLU6", colour=_SECOND, anchor="end", is_bold=True),
    ]
    title = Message("ReLU, and ReLU6, which ends at 6")
    said = Message("Below 0 both are 0; at 8 the one is {one:g}, the other 6.", one=relu_of(8))
    return figure(150, title, said, shapes)


def sigmoid() -> Figure:
    """Draw the curve, and how steep it is at two places."""
    axes = Axes(20, 14, 300, 110, -7, 7, -0.1, 1.05)
    shapes: list[Shape] = [*axes.lines(), *axes.ticks((-5, 5)), *axes.heights((1,))]
    shapes.append(axes.curve(sigmoid_of))
    slopes = []
    for x, room in ((0.0, 1.7), (5.0, 1.9)):
        slope = sigmoid_of(x) * (1 - sigmoid_of(x))
        slopes.append(f"{slope:.2g}")
        ends = [(x + side, sigmoid_of(x) + side * slope) for side in (-room, room)]
        shapes.append(Line(path(*(axes.at(*end) for end in ends)), ACCENT, thick=2))
        right, high = axes.at(x, sigmoid_of(x))
        text = Message("slope {slope}", slope=slopes[-1])
        shapes.append(
            Words(
                right + (14 if not x else 0),
                high + (16 if not x else 22),
                text,
                SMALL,
                anchor="middle" if x else "start",
            )
        )
    title = Message("The sigmoid is steep at 0 only, and flat far away")
    said = Message("Its slope at 0 is {zero}, at 5 {five}.", zero=slopes[0], five=slopes[1])
    return figure(140, title, said, shapes)


def hard_swish() -> Figure:
    """Draw swish, and the straight lines that stand in for it."""
    axes = Axes(20, 8, 300, 140, -5, 4, -0.8, 4)
    shapes = [
        *axes.lines(),
        *axes.ticks((-3, 3)),
        *axes.heights((2,)),
        axes.curve(swish_of),
        axes.curve(hard_swish_of, _SECOND, dash="5 4"),
        Words(262, 92, "swish", colour=_FIRST, anchor="start", is_bold=True),
        Words(262, 108, "hard-swish", colour=_SECOND, anchor="start", is_bold=True),
    ]
    title = Message("Swish, and hard-swish in its place")
    said = Message(
        "At 1 they are {swish:.3f} and {hard:.3f}.", swish=swish_of(1), hard=hard_swish_of(1)
    )
    return figure(156, title, said, shapes)


def vanishing_gradient() -> Figure:
    """Multiply the steepest slope of a sigmoid by itself, layer by layer."""
    most = sigmoid_of(0) * (1 - sigmoid_of(0))
    lowest, room, left = -7, 34.0, 66.0
    shapes: list[Shape] = [Words(50, 14, Message("layers"), SMALL, anchor="end")]
    for decade, text in ((-6, "10⁻⁶"), (-4, "10⁻⁴"), (-2, "10⁻²"), (0, "1")):
        x = left + room * (decade - lowest)
        shapes += [Line(f"M{x:.4g} 22V152", strength=0.3), Words(x, 14, text, SMALL)]
    for place, layers in enumerate((1, 2, 4, 6, 8, 10)):
        y = 28 + place * 21
        length = (log10(most**layers) - lowest) * room
        shapes += [
            Words(50, y + 11, str(layers), anchor="end"),
            Box(left, y, length, 14, ACTIVATION),
        ]
    title = Message("What is left of a gradient behind that many sigmoids, at best (log scale)")
    said = Message("After ten layers {share:.7f} is left.", share=most**10)
    return figure(158, title, said, shapes)


def _short(value: float) -> str:
    return f"{value:g}".replace("-", "−")
