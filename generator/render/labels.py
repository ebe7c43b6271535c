"""Decides where the names of discs stand on a chart: beside them, at a line's end, or nowhere."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_CHARACTER, _CAPITAL, _RISE, _FALL = 7.2, 9.6, 12, 4
"""Pixels: how wide a character is, and how far a name reaches above and below its line."""
_TOLERATED = 40.0
"""Square pixels that two names, or a name and the frame, may share."""
_LED = 48
"""With more discs than that a chart would be full of lines that lead to names."""
_REACHES = range(14, 63, 7)
_DIRECTIONS = tuple(math.tau * turn / 20 for turn in range(20))
_UPRIGHT = 0.35
"""Where a line's end is hardly right or left of its disc, the name stands in the middle of it."""


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        """Return the area two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)


@dataclass(frozen=True)
class Disc:
    """What has a name."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Label:
    """Where a name stands."""

    x: float
    y: float
    anchor: str
    lead: tuple[float, float, float, float] | None = None
    """The line from the disc to a name that stands apart from it: x1, y1, x2, y2."""


def place_labels(texts: Sequence[str], discs: Sequence[Disc], frame: Box) -> list[Label | None]:
    """Return a place for each disc's name, the first ones first; none where there is no room.

    Names keep clear of each other and stay inside the frame; they may lie on foreign discs where
    nothing else is left. What finds no place beside its disc in a crowd stands apart, at the end
    of a line, where nothing is covered.
    """
    taken = [_around(disc) for disc in discs]
    names: list[Box] = []
    placed: list[Label | None] = []
    for text, disc in zip(texts, discs, strict=True):
        label, box = _least_covering(text, disc, taken, frame)
        is_free = _covered(box, names, frame) <= _TOLERATED
        if is_free:
            taken.append(box)
            names.append(box)
        placed.append(label if is_free else None)
    if len(discs) <= _LED:
        for number, (text, disc) in enumerate(zip(texts, discs, strict=True)):
            apart = None if placed[number] else _apart(text, disc, discs, names, frame)
            if apart:
                placed[number], box = apart
                names.append(box)
    return placed


def _width(text: str) -> float:
    """Return the room that a name takes at the most, whatever the reader's fonts are."""
    return sum(_CAPITAL if character.isupper() else _CHARACTER for character in text)


def _around(disc: Disc) -> Box:
    radius = disc.radius
    return Box(disc.x - radius, disc.y - radius, disc.x + radius, disc.y + radius)


def _least_covering(text: str, disc: Disc, taken: Sequence[Box], frame: Box) -> tuple[Label, Box]:
    """Put a name right of, left of, above or below its disc."""
    width = _width(text)
    x, y, radius = disc.x, disc.y, disc.radius
    places = (
        (x + radius + 5, y + 4, "start", 0.0),
        (x - radius - 5, y + 4, "end", width),
        (x, y - radius - 6, "middle", width / 2),
        (x, y + radius + 15, "middle", width / 2),
    )
    found = [
        (
            Label(round(at, 1), round(base, 1), anchor),
            Box(at - before, base - _RISE, at - before + width, base + _FALL),
        )
        for at, base, anchor, before in places
    ]
    return min(found, key=lambda place: _covered(place[1], taken, frame))


def _apart(
    text: str, disc: Disc, discs: Sequence[Disc], names: Sequence[Box], frame: Box
) -> tuple[Label, Box] | None:
    """Put a name as near to its disc as nothing is covered, neither by it nor by its line."""
    for label, box in _ends(_width(text), disc):
        is_free = _covered(box, names, frame) == 0 and not any(_meets(box, one) for one in discs)
        if is_free and label.lead and not _crosses(label.lead, names):
            return label, box
    return None


def _ends(width: float, disc: Disc) -> Iterator[tuple[Label, Box]]:
    """Yield the places around a disc, the nearest first."""
    for reach in _REACHES:
        for direction in _DIRECTIONS:
            right, down = math.cos(direction), math.sin(direction)
            x, y = disc.x + (disc.radius + reach) * right, disc.y + (disc.radius + reach) * down
            start = (disc.x + disc.radius * right, disc.y + disc.radius * down)
            if abs(right) < _UPRIGHT:
                anchor, at, before = "middle", x, width / 2
                base = y + _RISE if down > 0 else y - _FALL
            else:
                anchor, before = ("start", 0.0) if right > 0 else ("end", width)
                at, base = x + math.copysign(3, right), y + _FALL
            left, top = at - before, base - _RISE
            lead = tuple(round(value, 1) for value in (*start, x, y))
            label = Label(round(at, 1), round(base, 1), anchor)
            yield (
                replace(label, lead=(lead[0], lead[1], lead[2], lead[3])),
                Box(left, top, left + width, base + _FALL),
            )


def _meets(box: Box, disc: Disc) -> bool:
    """Say whether a name lies on a disc."""
    x = min(max(disc.x, box.left), box.right)
    y = min(max(disc.y, box.top), box.bottom)
    return math.hypot(x - disc.x, y - disc.y) < disc.radius


def _crosses(line: tuple[float, float, float, float], names: Sequence[Box]) -> bool:
    """Say whether a line runs through a name, looked at in steps of a few pixels."""
    x1, y1, x2, y2 = line
    steps = max(1, round(math.hypot(x2 - x1, y2 - y1) / 3))
    points = [
        (x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps) for step in range(steps)
    ]
    return any(
        box.left <= x <= box.right and box.top <= y <= box.bottom
        for box in names
        for x, y in points
    )


def _covered(box: Box, taken: Sequence[Box], frame: Box) -> float:
    """Return how much of a name collides, or leaves the frame."""
    outside = (box.right - box.left) * (box.bottom - box.top) - box.overlap(frame)
    return round(outside + sum(box.overlap(other) for other in taken), 3)
