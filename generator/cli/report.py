"""Decides how a report of several parts reads in a terminal, and in a comment of a pull request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import category

from generator.cli.terminal import table

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


def as_text(parts: Sequence[Part]) -> str:
    """Write parts for a terminal; an asterisk stands before what differs."""
    return "\n\n".join("\n".join([_plain(part.heading), *_text_lines(part)]) for part in parts)


def as_markdown(parts: Sequence[Part]) -> str:
    """Write parts as Markdown; what differs is bold."""
    return "\n\n".join(
        "\n".join([f"### {_escaped(part.heading)}", "", *_markdown_lines(part)]) for part in parts
    )


def _text_lines(part: Part) -> list[str]:
    lines = list(map(_plain, part.sentences))
    if part.rows:
        rows = [
            (_MARK * row.differs + _plain(row.cells[0]), *map(_plain, row.cells[1:]))
            for row in part.rows
        ]
        lines = [
            table([_plain(cell) for cell in part.head], rows, range(1, len(part.head))),
            *lines,
        ]
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
