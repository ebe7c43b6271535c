"""Decides how the growth of receptive fields is drawn: a line a model, on one pair of axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generator.analysis.profile import Point, profile
from generator.diagram.palette import SERIES_COLOURS
from generator.records import ModelRecord

WIDTH, HEIGHT = 720.0, 340.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 150.0, 16.0, 48.0
_LINE_HEIGHT = 16.0
_STEPS = 5
"""Marks on an axis, or a few more."""

_DASHES = ("", "8 4", "2 4", "10 3 2 3")
"""Lines that coincide are seen one through the other."""


@dataclass(frozen=True)
class Mark:
    """A number on an axis, and where it stands."""

    at: float
    number: int


@dataclass(frozen=True)
class Line:
    """One model's receptive field, layer by layer."""

    title: str
    place: int
    """Of the model among those compared, from 0."""
    path: str
    colour: str
    dash: str
    end_x: float
    end_y: float
    label_y: float
    layers: int
    last: int
    """Pixels that the last maps see."""


@dataclass(frozen=True)
class Frame:
    """How wide the picture of some models is: what reaches beyond sees all of it."""

    at: float
    pixels: int


@dataclass(frozen=True)
class Growth:
    """The whole chart."""

    lines: tuple[Line, ...]
    frames: tuple[Frame, ...]
    x_marks: tuple[Mark, ...]
    y_marks: tuple[Mark, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


def growth(models: Sequence[tuple[str, ModelRecord]]) -> Growth | None:
    """Draw the receptive fields of models over their layers; none where no model has maps.

    Args:
        models: title and record of each, in order.
    """
    curves = [(n, title, _curve(record)) for n, (title, record) in enumerate(models)]
    shown = [curve for curve in curves if curve[2]]
    if not shown:
        return None
    layers = max(number for *_, curve in shown for number, _ in curve)
    inputs = (record.input_shape for n, (_, record) in enumerate(models) if curves[n][2])
    frames = sorted({max(shape[1:]) for shape in inputs if len(shape) > 1})
    pixels = max([*frames, *(size for *_, curve in shown for _, size in curve)])
    scale = _Scale(layers, pixels)
    return Growth(
        lines=_spread([_line(place, title, curve, scale) for place, title, curve in shown]),
        frames=tuple(Frame(scale.y(size), size) for size in frames),
        x_marks=tuple(Mark(scale.x(number), number) for number in _round_steps(layers)),
        y_marks=tuple(Mark(scale.y(number), number) for number in _round_steps(pixels)),
    )


@dataclass(frozen=True)
class _Scale:
    layers: int
    pixels: int

    def x(self, number: int) -> float:
        return round(_LEFT + number / self.layers * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, size: int) -> float:
        return round(HEIGHT - _BOTTOM - size / self.pixels * (HEIGHT - _TOP - _BOTTOM), 1)


def _curve(record: ModelRecord) -> list[tuple[int, int]]:
    """Return (layers done, pixels seen), as far as there are maps; a pixel sees itself."""
    points: Sequence[Point] = profile(record)
    seen = [(n, p.receptive_field) for n, p in enumerate(points, start=1)]
    known = [(number, size) for number, size in seen if size is not None]
    return [(0, 1), *known] if known else []


def _line(place: int, title: str, curve: Sequence[tuple[int, int]], scale: _Scale) -> Line:
    steps = [f"{scale.x(number):g} {scale.y(size):g}" for number, size in curve]
    number, size = curve[-1]
    x, y = scale.x(number), scale.y(size)
    return Line(
        title=title,
        place=place,
        path="M" + "L".join(steps),
        colour=SERIES_COLOURS[place % len(SERIES_COLOURS)],
        dash=_DASHES[place % len(_DASHES)],
        end_x=x,
        end_y=y,
        label_y=y,
        layers=number,
        last=size,
    )


def _spread(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Keep the names at the right apart, in the order of their lines."""
    order = sorted(lines, key=lambda line: (line.end_y, line.place))
    tops: list[float] = []
    for line in order:
        tops.append(max(line.end_y, tops[-1] + _LINE_HEIGHT) if tops else line.end_y)
    too_low = max(0.0, tops[-1] - (HEIGHT - _BOTTOM))
    placed = {line.place: round(top - too_low, 1) for line, top in zip(order, tops, strict=True)}
    return tuple(_at(line, placed[line.place]) for line in lines)


def _at(line: Line, label_y: float) -> Line:
    return Line(**{**vars(line), "label_y": label_y})


def _round_steps(most: int) -> range:
    """Return round numbers from 0 to the most, about as many as an axis can hold."""
    rough = most / _STEPS
    power = 10 ** math.floor(math.log10(rough)) if rough > 1 else 1
    step = next(int(power * times) for times in (1, 2, 5, 10) if power * times >= rough)
    return range(0, most + 1, step)
