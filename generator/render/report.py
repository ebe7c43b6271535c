"""Decides how a report of several parts reads in a terminal, and in a comment of a pull request."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import category

_MARK = "* "
_MARKDOWN = re.compile(r"([\\`*_\[\]|~#])")
"""What would be read as more than text inside a line or a table."""


@dataclass(frozen=True)
class Row:
    """One line of a table; the first cell names it."""

    cells: tuple[str, ...]
    differs: bool = False
    """Whether it deserves a reader's eye."""


@dataclass(frozen=True)
class Part:
    """A heading, and below it a table, or sentences, or both."""

    heading: str
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    sentences: tuple[str, ...] = ()


def as_text(parts: Sequence[Part], width: int | None = None) -> str:
    """Write parts for a terminal; an asterisk stands before what differs.

    A table that is wider than the terminal goes on below, its first column repeated.
    """
    return "\n\n".join(
        "\n".join([_plain(part.heading), *_text_lines(part, width)]) for part in parts
    )


def as_markdown(parts: Sequence[Part]) -> str:
    """Write parts as Markdown; what differs is bold."""
    return "\n\n".join(
        "\n".join([f"### {_escaped(part.heading)}", "", *_markdown_lines(part)]) for part in parts
    )


def folded(head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Align a table of names and numbers, in as many pieces as the terminal's width asks for."""
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    pieces: list[list[int]] = [[0]]
    for column in range(1, len(head)):
        taken = sum(widths[one] + 2 for one in pieces[-1])
        if width is not None and taken + widths[column] > width and len(pieces[-1]) > 1:
            pieces.append([0])
        pieces[-1].append(column)
    return [
        table(
            [head[c] for c in piece],
            [[row[c] for c in piece] for row in rows],
            range(1, len(piece)),
        )
        for piece in pieces
    ]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int]) -> str:
    """Align cells in columns: words to the left, and to the right the columns of numbers."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _text_lines(part: Part, width: int | None) -> list[str]:
    lines = list(map(_plain, part.sentences))
    if part.rows:
        rows = [
            (_MARK * row.differs + _plain(row.cells[0]), *map(_plain, row.cells[1:]))
            for row in part.rows
        ]
        pieces = folded([_plain(cell) for cell in part.head], rows, width)
        lines = ["\n\n".join(pieces), *lines]
    return lines


def _markdown_lines(part: Part) -> list[str]:
    lines = [f"- {_escaped(sentence)}" for sentence in part.sentences]
    if not part.rows:
        return lines
    sides = ["---", *["---:"] * (len(part.head) - 1)]
    whole = [_line(list(map(_escaped, part.head))), _line(sides), *map(_row, part.rows)]
    return [*whole, "", *lines] if lines else whole


def _row(row: Row) -> str:
    cells = [_escaped(cell) for cell in row.cells]
    return _line([f"**{cell}**" if cell and row.differs else cell for cell in cells])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Return text that Markdown and HTML read as nothing but text; records name the parts."""
    return _MARKDOWN.sub(r"\\\1", escape(_plain(text), quote=False))


def _plain(text: str) -> str:
    """Leave out what would steer a terminal, and breaks of lines."""
    return "".join(" " if category(char)[0] == "C" else char for char in text)
