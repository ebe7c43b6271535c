"""Decides how descent is drawn: a column a year, a box a family, arrows from model to model."""

import textwrap
from collections.abc import Callable, Iterator
from html import escape

import graphviz

from generator.analysis.lineage import Box, Lineage, Member, Step
from generator.analysis.message import Message
from generator.diagram.palette import FAMILY_COLOURS, FONT, INK, QUIET, tint
from generator.diagram.text import drawable
from generator.records import Text

Say = Callable[[Text | str], str]
"""Put a passage, a message or a name into the language of an edition."""

_WRAPPED = 20
"""Signs after which a long title breaks."""


def lineage_dot(whole: Lineage, say: Say, address: Callable[[str], str]) -> str:
    """Return the lineage as DOT.

    An arrow runs from a model to one that took something from it, and tells what when pointed at;
    inside a box, a bent arrow stands before a model that continues the one above it.

    Args:
        whole: the models and the steps between them.
        say: puts what is written into a language.
        address: gives the address of a model's page by its slug.
    """
    graph = graphviz.Digraph("lineage", graph_attr=_GRAPH, node_attr=_NODES, edge_attr=_EDGES)
    places = dict(_places(whole))
    colours = _colours(whole)
    for number, year in enumerate(whole.years):
        _column(graph, number, year, say)
    for number, box in enumerate(whole.boxes):
        column = f"y{whole.years.index(box.year)}"
        label = _table(number, box, colours[box.family], say, address)
        with graph.subgraph(graph_attr={"rank": "same"}) as rank:
            rank.node(column)
            rank.node(f"b{number}", label=label)
        # Graphviz puts what an edge inside a column comes from above what it leads to.
        graph.edge(column, f"b{number}", style="invis", weight="0")
    for step in whole.arrows:
        _arrow(graph, step, places, colours, say)
    return str(graph.source)


def _places(whole: Lineage) -> Iterator[tuple[str, str]]:
    """Yield every slug with its node and port."""
    numbers = iter(range(sum(len(box.members) for box in whole.boxes)))
    for box_number, box in enumerate(whole.boxes):
        for member in box.members:
            yield member.spec.slug, f"b{box_number}:m{next(numbers)}"


def _colours(whole: Lineage) -> dict[str, str]:
    count = len(FAMILY_COLOURS)
    return {f: FAMILY_COLOURS[number % count] for number, f in enumerate(whole.families)}


def _column(graph: graphviz.Digraph, number: int, year: int | None, say: Say) -> None:
    label = say(Message("no year")) if year is None else str(year)
    graph.node(f"y{number}", label=graphviz.escape(label), **_YEAR)
    if number:
        graph.edge(f"y{number - 1}", f"y{number}", style="invis", weight="50")


def _table(
    number: int, box: Box, colour: str, say: Say, address: Callable[[str], str]
) -> str:
    """Return a box as a table that Graphviz draws: the family, then a line per model."""
    rows = [_row(port, member, address) for port, member in _ported(number, box)]
    if len(box.members) > 1:
        rows.insert(0, f"<TR><TD><B>{_text(say(box.family))}</B></TD></TR>")
    look = f'BORDER="1" STYLE="ROUNDED" COLOR="{colour}" BGCOLOR="{tint(colour)}"'
    return f'<<TABLE {look} CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>>'
