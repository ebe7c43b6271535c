"""Decides how large a unit's tensor is drawn, and which units stand above each other."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log2

from generator.analysis.kinds import FOLLOWERS, Kind
from generator.analysis.outline import Outline, Unit
from generator.analysis.words import by_size
from generator.diagram.text import drawable
from generator.records import Shape

_LEAST, _PER_OCTAVE = 10.0, 20.0
"""Height of one pixel, and what twice as many pixels add."""
_THINNEST, _PER_CHANNELS = 4.0, 3.0
"""Thickness of one channel, and what twice as many channels add."""
_PASSING = 6.0
"""Thickness of what only passes on values that others made, such as a pooling."""
_BAR, _SHORTEST, _PER_LENGTH = 10.0, 10.0, 12.5
"""Thickness of a vector; height of one with a single value, and what twice as many add."""
_BACK, _UP = 0.32, 0.18
"""How far a pixel of width leads right and up: the angle from which volumes are seen."""
_PICTURE, _TOKENS = 4, 3


@dataclass(frozen=True)
class Volume:
    """What is drawn of a unit, before it has a place; all sizes in pixels."""

    kind: Kind
    title: str
    shape: str
    thickness: float
    height: float
    back: float
    up: float
    is_labelled: bool
    """Whether it gets labels: a pooling is only a gap, unless nothing is left of space."""


def volume_of(unit: Unit, words: Callable[[str], str]) -> Volume:
    """Measure the tensor that leaves a unit."""
    times = f" ×{unit.count}" if unit.count > 1 else ""
    height, width, channels = _sizes(unit.output_shape)
    is_gap = unit.kind is Kind.POOL and height * width > 1
    is_vector = len(unit.output_shape) < _TOKENS
    tall = _SHORTEST + _PER_LENGTH * log2(channels) if is_vector else _long(height)
    depth = 0.0 if is_vector else _long(width)
    return Volume(
        kind=unit.kind,
        title=drawable(words(unit.title)) + times,
        shape=_written(unit.output_shape),
        thickness=_thickness(channels, is_gap=is_gap, is_vector=is_vector),
        height=tall,
        back=_BACK * depth,
        up=_UP * depth,
        is_labelled=not is_gap,
    )


def columns(outline: Outline) -> list[tuple[Unit, ...]]:
    """Return the units from input to output; those equally far from the input stand together.

    Left out is what leaves the shape as it is and has no volume of its own, and the output.
    """
    level: dict[str, int] = {}
    sources: dict[str, list[str]] = {}
    for source, target in outline.edges:
        sources.setdefault(target, []).append(source)
    found: dict[int, list[Unit]] = {}
    for unit in outline.units:
        level[unit.id] = 1 + max(
            (level.get(name, 0) for name in sources.get(unit.id, [])), default=0
        )
        if _is_drawn(unit):
            found.setdefault(level[unit.id], []).append(unit)
    return [tuple(found[number]) for number in sorted(found)]


def _is_drawn(unit: Unit) -> bool:
    if unit.kind is Kind.OUTPUT or not unit.output_shape:
        return False
    return unit.kind not in FOLLOWERS or unit.input_shape != unit.output_shape


def _sizes(shape: Shape) -> tuple[int, int, int]:
    """Return (height, width, channels) of a tensor; what it does not have is one."""
    if len(shape) == _PICTURE:
        return (shape[1], shape[2], shape[3]) if _is_last(shape) else (shape[2], shape[3], shape[1])
    if len(shape) == _TOKENS:
        return shape[1], 1, shape[2]
    return 1, 1, max(1, *shape[1:]) if len(shape) > 1 else 1


def _is_last(shape: Shape) -> bool:
    """Say whether a picture's channels come last: its two equal sizes are height and width."""
    return shape[1] == shape[2] != shape[3]


def _written(shape: Shape) -> str:
    return by_size(_sizes(shape)) if len(shape) == _PICTURE else by_size(shape[1:])


def _thickness(channels: int, *, is_gap: bool, is_vector: bool) -> float:
    if is_vector:
        return _BAR
    return _PASSING if is_gap else _THINNEST + _PER_CHANNELS * log2(max(1, channels))


def _long(pixels: int) -> float:
    return _LEAST + _PER_OCTAVE * log2(max(1, pixels))
