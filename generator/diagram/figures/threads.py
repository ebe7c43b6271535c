"""Decides how channels and their readers stand beside each other: bars, and threads between."""

from collections.abc import Iterable, Sequence

from generator.diagram.figures.shapes import Box, Line, Shape

BAR, PITCH = 11.0, 15.0
"""Height of a channel, and from one to the next."""


def joined(
    at: tuple[float, float],
    before: Sequence[str],
    after: Sequence[str],
    pairs: Iterable[tuple[int, int]],
    room: float,
) -> list[Shape]:
    """Draw channels, their readers, and the threads between, `room` pixels long."""
    x, y = at
    lower = (len(before) - len(after)) * PITCH / 2
    return [
        threads((x + 22, y), pairs, room, lower),
        *bars((x, y), before),
        *bars((x + 22 + room, y + lower), after),
    ]


def bars(at: tuple[float, float], colours: Sequence[str]) -> list[Shape]:
    """Draw a channel as a bar each, below each other."""
    x, y = at
    return [Box(x, y + n * PITCH, 22, BAR, fill, edge=0.35) for n, fill in enumerate(colours)]


def threads(
    at: tuple[float, float], pairs: Iterable[tuple[int, int]], room: float, lower: float = 0
) -> Line:
    """Draw all threads as one path; the readers' column begins `lower` pixels further down."""
    x, y = at[0], at[1] + BAR / 2
    made = "".join(
        f"M{x:.4g} {y + i * PITCH:.4g}L{x + room:.4g} {y + lower + o * PITCH:.4g}" for i, o in pairs
    )
    return Line(made, thick=0.9, strength=0.55)
