"""Decides how descent is drawn: a column a year, a box a family, arrows from model to model."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import graphviz

from generator.analysis.lineage import Box, Lineage, Member, Step
from generator.analysis.message import Message
from generator.diagram.palette import FONT, INK, QUIET, family_colours, tint
from generator.diagram.text import drawable
from generator.records import Text

Say = Callable[[Text | str], str]
"""Put a passage, a message or a name into the language of an edition."""


def lineage_dot(whole: Lineage, say: Say, address: Callable[[str], str]) -> str:
    """Return the lineage as DOT.

    An arrow runs from a model to one that took something from it, and tells what when pointed at.
    Inside a box a bent arrow stands before a model that continues the one above it.

    Args:
        whole: the models and the steps between them.
        say: puts what is written into a language.
        address: gives the address of a model's page by its slug.
    """
    drawing = _Drawing(whole, say, address)
    graph = graphviz.Digraph("lineage", graph_attr=_GRAPH, node_attr=_NODES, edge_attr=_EDGES)
    for number, year in enumerate(whole.years):
        drawing.column(graph, number, year)
    for step in whole.arrows:
        drawing.arrow(graph, step)
    return str(graph.source)


@dataclass(frozen=True)
class _Drawing:
    whole: Lineage
    say: Say
    address: Callable[[str], str]

    def column(self, graph: graphviz.Digraph, number: int, year: int | None) -> None:
        """Draw a year and its boxes under it."""
        name = f"y{number}"
        said = self.say(Message("no year")) if year is None else str(year)
        with graph.subgraph(graph_attr={"rank": "same"}) as rank:
            rank.node(name, label=graphviz.escape(said), **_YEAR)
            for place, box in enumerate(self.whole.boxes):
                if box.year == year:
                    rank.node(f"b{place}", label=self._table(place, box))
                    # Graphviz puts where an edge inside a column begins above where it ends.
                    rank.edge(name, f"b{place}", style="invis")
        if number:
            graph.edge(f"y{number - 1}", name, style="invis", weight="50")

    def arrow(self, graph: graphviz.Digraph, step: Step) -> None:
        """Draw who took something from whom."""
        source, target = self._place(step.source.slug), self._place(step.target.slug)
        story = self.say(
            Message(
                "{later} since {earlier}: {story}",
                later=step.target.title,
                earlier=step.source.title,
                story=step.text,
            )
        )
        is_forward = self._number(source) < self._number(target)
        graph.edge(
            f"{source}:e",
            f"{target}:w" if is_forward else f"{target}:e",
            id=f"{source}-{target}".replace(":", "."),
            color=self._colour(step.source.family),
            tooltip=graphviz.escape(drawable(story)),
            **({} if is_forward else {"constraint": "false"}),
        )

    def _table(self, place: int, box: Box) -> str:
        """Return a box as a table that Graphviz draws: the family, then a line per model."""
        rows = [self._row(place, line, member) for line, member in enumerate(box.members)]
        if len(rows) > 1:
            rows.insert(0, f"<TR><TD><B>{_written(self.say(box.family))}</B></TD></TR>")
        colour = self._colour(box.family)
        look = f'BORDER="1" STYLE="ROUNDED" COLOR="{colour}" BGCOLOR="{tint(colour)}"'
        inside = 'CELLBORDER="0" CELLSPACING="0" CELLPADDING="3"'
        return f"<<TABLE {look} {inside}>{''.join(rows)}</TABLE>>"

    def _row(self, place: int, line: int, member: Member) -> str:
        indent = "\u00a0" * 3 * (member.generation - 1)
        lines = textwrap.wrap(drawable(member.spec.title), _SIGNS) or ["\ufffd"]
        first, *more = [escape(part) for part in lines]
        said = f"{indent}↳ {first}" if member.generation else first
        for part in more:
            said += f'<BR ALIGN="LEFT"/>{indent}\u00a0\u00a0\u00a0\u00a0{part}'
        if more:
            said += '<BR ALIGN="LEFT"/>'
        link = escape(self.address(member.spec.slug))
        tip = escape(drawable(self.say(member.spec.summary or member.spec.title)))
        look = f'ALIGN="LEFT" PORT="m{line}" ID="b{place}.m{line}" HREF="{link}" TITLE="{tip}"'
        return f"<TR><TD {look}>{said}</TD></TR>"

    def _place(self, slug: str) -> str:
        """Return the node and the port of a model."""
        return next(
            f"b{place}:m{line}"
            for place, box in enumerate(self.whole.boxes)
            for line, member in enumerate(box.members)
            if member.spec.slug == slug
        )

    def _number(self, place: str) -> int:
        """Return the number of the column that a place is in."""
        box = self.whole.boxes[int(place.partition(":")[0][1:])]
        return self.whole.years.index(box.year)

    def _colour(self, family: str) -> str:
        return family_colours(self.whole.families)[family]


def _written(text: str) -> str:
    return escape(" ".join(drawable(text).split())) or "\ufffd"


_SIGNS = 24
"""After so many signs a long title breaks."""

_GRAPH = {
    "rankdir": "LR",
    "bgcolor": "transparent",
    "fontname": FONT,
    "nodesep": "0.18",
    "ranksep": "0.34",
    "margin": "0.05",
}
_NODES = {"shape": "plain", "fontname": FONT, "fontsize": "12", "fontcolor": INK}
_YEAR = {"fontcolor": QUIET, "fontsize": "14"}
_EDGES = {"color": QUIET, "arrowsize": "0.6", "penwidth": "1.3"}
