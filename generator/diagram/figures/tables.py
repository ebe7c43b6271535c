"""Decides how the table is drawn that says which maps of LeNet-5 read which."""

from generator.analysis.message import Message
from generator.diagram.figures.shapes import CONV, SMALL, Figure, Shape, Words, blank, figure, grid


def lenet_table(maps: int = 6) -> list[set[int]]:
    """Return which maps each map of C3 reads (Table I): neighbours, pairs of pairs, and all."""
    threes, fours = (
        [{(first + step) % maps for step in range(count)} for first in range(maps)]
        for count in (3, 4)
    )
    pairs = [{(first + step) % maps for step in (0, 1, 3, 4)} for first in range(maps // 2)]
    return [*threes, *fours, *pairs, set(range(maps))]


def partial() -> Figure:
    """Mark what is read, a column for every map that reads."""
    maps, cell, x, y = 6, 17, 44, 30
    table = lenet_table(maps)
    fills = [[CONV if read in column else "none" for column in table] for read in range(maps)]
    shapes: list[Shape] = [
        *grid(x, y, blank(maps, len(table)), cell, fills),
        *(Words(x + (n + 0.5) * cell, y - 5, str(n), 9) for n in range(len(table))),
        *(Words(x - 6, y + (n + 0.72) * cell, str(n), 9, anchor="end") for n in range(maps)),
    ]
    count = sum(map(len, table))
    sum_ = f"{count} / {maps * len(table)}"
    shapes += [
        Words(x + len(table) * cell / 2, 12, Message("maps of {layer}", layer="C3"), SMALL),
        Words(4, y + maps * cell / 2 + 4, "S2", SMALL, anchor="start"),
        Words(x + len(table) * cell / 2, y + maps * cell + 19, sum_, is_bold=True),
    ]
    title = Message("C3 of LeNet-5: which maps of S2 each of its maps reads")
    said = Message(
        "{count} of {all} connections between maps are there.", count=count, all=maps * len(table)
    )
    return figure(y + maps * cell + 26, title, said, shapes)
