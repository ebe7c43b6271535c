"""Decides what a figure of the glossary is made of: boxes, lines and words, placed in pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from generator.analysis.kinds import Kind
from generator.analysis.message import Message
from generator.diagram.palette import FILLS, INK

CONV, LINEAR, POOL = FILLS[Kind.CONV], FILLS[Kind.LINEAR], FILLS[Kind.POOL]
ACTIVATION, MERGE, DROPOUT = FILLS[Kind.ACTIVATION], FILLS[Kind.MERGE], FILLS[Kind.DROPOUT]
BLOCK, MAPS = FILLS[Kind.BLOCK], FILLS[Kind.INPUT]
"""Kinds of work have the colours that they have in all diagrams; maps, that of inputs."""
PAGE = "currentColor"
"""What lies on the page itself takes the page's colour, by day and by night."""
EDGE = 0.45
"""How strongly outlines show."""
WIDTH = 340
"""No figure is wider, so that a telephone shows it in its own size."""
SMALL = 10.5
_HEAD = 4.0


@dataclass(frozen=True)
class Box:
    """A rectangle; without a fill the page shows through."""

    shape: ClassVar[str] = "box"
    x: float
    y: float
    width: float
    height: float
    fill: str = "none"
    colour: str = PAGE
    """Of its outline."""
    thick: float = 0.8
    edge: float = EDGE
    dash: str = ""
    corner: float = 0

    @property
    def outline(self) -> str:
        """Return the colour of its outline: dark around fills, which are light at night too."""
        return ink_on(self.fill) if self.colour == PAGE else self.colour

    @property
    def middle(self) -> tuple[float, float]:
        """Return its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Line:
    """A path as SVG writes it."""

    shape: ClassVar[str] = "line"
    path: str
    colour: str = PAGE
    thick: float = 1.2
    dash: str = ""
    fill: str = "none"
    strength: float = 1.0
    """Opacity, of the line and of what it encloses."""


@dataclass(frozen=True)
class Words:
    """A line of text; a message is said in the page's language."""

    shape: ClassVar[str] = "words"
    x: float
    y: float
    """Of the line that the letters stand on."""
    text: str
    size: float = 12
    anchor: str = "middle"
    colour: str = PAGE
    is_bold: bool = False


Shape = Box | Line | Words


@dataclass(frozen=True)
class Figure:
    """A whole drawing, what it is called, and its numbers in words."""

    width: float
    height: float
    title: Message
    description: Message
    shapes: tuple[Shape, ...]


def figure(
    height: float,
    title: Message,
    description: Message,
    shapes: Iterable[Shape],
    width: float = WIDTH,
) -> Figure:
    """Put shapes together, in the order in which they cover each other."""
    return Figure(width, height, title, description, tuple(shapes))


def named(box: Box, text: str, size: float = 12, *, is_bold: bool = False) -> tuple[Box, Words]:
    """Write a word into the middle of a box."""
    x, y = box.middle
    return box, Words(x, y + size * 0.35, text, size, colour=ink_on(box.fill), is_bold=is_bold)


def ink_on(fill: str) -> str:
    """Return the colour of words on a fill; fills are light by day and by night."""
    return PAGE if fill == "none" else INK


def arrow(*corners: tuple[float, float], colour: str = PAGE, dash: str = "") -> tuple[Line, Line]:
    """Lead a line through places, with a head at the last; its last part is level or upright."""
    (x, y), (end_x, end_y) = corners[-2:]
    along = ((end_x > x) - (end_x < x), (end_y > y) - (end_y < y))
    foot = (end_x - along[0] * 2 * _HEAD, end_y - along[1] * 2 * _HEAD)
    across = (along[1] * _HEAD, along[0] * _HEAD)
    head = (
        (foot[0] + across[0], foot[1] + across[1]),
        (end_x, end_y),
        (foot[0] - across[0], foot[1] - across[1]),
    )
    shaft = path(*corners[:-1], foot)
    return (
        Line(shaft, colour, dash=dash),
        Line(path(*head, is_closed=True), colour, thick=0.1, fill=colour),
    )


def path(*points: tuple[float, float], is_closed: bool = False) -> str:
    """Join places by straight lines."""
    return "M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in points) + ("Z" if is_closed else "")


def grid(  # noqa: PLR0913 - a grid is that much
    x: float,
    y: float,
    rows: Sequence[Sequence[str]],
    cell: float,
    fills: Sequence[Sequence[str]] | None = None,
    size: float = 11,
) -> list[Shape]:
    """Draw a table of values, row by row; an empty text is a cell without a value."""
    shapes: list[Shape] = []
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            fill = fills[i][j] if fills else "none"
            box = Box(x + j * cell, y + i * cell, cell, cell, fill, edge=0.3)
            shapes += named(box, text, size) if text else (box,)
    return shapes


def blank(rows: int, columns: int | None = None) -> list[list[str]]:
    """Return that many cells without values; a square, if not said otherwise."""
    return [[""] * (rows if columns is None else columns) for _ in range(rows)]
