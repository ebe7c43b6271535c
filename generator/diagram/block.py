"""Decides how one block is drawn: like in a textbook, from top to bottom, with its numbers."""

from collections.abc import Iterator
from contextlib import contextmanager

import graphviz

from generator.analysis.anatomy import OUTPUT, Anatomy, Flow, Part, Role
from generator.analysis.kinds import Kind
from generator.analysis.shortcuts import Shortcut
from generator.analysis.terms import Phrase, Term, Words
from generator.diagram.arrangement import SYMBOLS, Arrangement, arranged
from generator.diagram.palette import FILLS, FONT, INK, QUIET
from generator.diagram.plates import SHORTCUTS, SMALL, box, ending, tag, two_lines
from generator.diagram.text import drawable


def block_dot(anatomy: Anatomy, title: str, words: Words = str) -> str:
    """Return the diagram of a block as DOT.

    Boxes are operations with their numbers, circles add or multiply, tags are shapes (height ×
    width × channels). An identity shortcut runs down the side; a projection is dashed.
    """
    graph = graphviz.Digraph(
        "block",
        graph_attr=_GRAPH | {"tooltip": graphviz.escape(drawable(title))},
        node_attr=_NODE,
        edge_attr={"color": QUIET, "arrowsize": "0.7", "penwidth": "1.4"},
    )
    places = arranged(anatomy)
    for frame in dict.fromkeys(part.frame for part in anatomy.parts):
        with _canvas(graph, frame, words) as canvas:
            _place_parts(canvas, anatomy, frame, places, words)
            _place_tags(canvas, anatomy, frame, places)
    for row in places.rows:
        with graph.subgraph(graph_attr={"rank": "same"}) as level:
            for part in row:
                level.node(places.names[part])
    _connect(graph, anatomy, places, words)
    return str(graph.source)


@contextmanager
def _canvas(graph: graphviz.Digraph, frame: int | None, words: Words) -> Iterator[graphviz.Digraph]:
    """Yield where the parts of a frame are drawn: a cluster, or the graph itself."""
    if frame is None:
        yield graph
        return
    with graph.subgraph(name=f"cluster_{frame}") as inside:
        inside.attr(**_FRAME, label=two_lines(Phrase(Term.EXCITATION), words))
        yield inside


def _place_parts(
    canvas: graphviz.Digraph, anatomy: Anatomy, frame: int | None, places: Arrangement, words: Words
) -> None:
    # What Graphviz hears of last stands on the right.
    for part in sorted(anatomy.parts, key=lambda part: part.is_projection):
        if part.frame == frame:
            label, look = _label(part, words), _look(part, words)
            canvas.node(places.names[part.id], label, group=places.columns[part.id], **look)


def _place_tags(
    canvas: graphviz.Digraph, anatomy: Anatomy, frame: int | None, places: Arrangement
) -> None:
    frames = {part.id: part.frame for part in anatomy.parts}
    for flow, name in places.tags.items():
        inside = frames[flow.source] if frames[flow.source] == frames[flow.target] else None
        if inside == frame:
            column = places.columns[flow.source]
            canvas.node(name, tag(flow.shape, SMALL), shape="plain", group=column)


def _connect(graph: graphviz.Digraph, anatomy: Anatomy, places: Arrangement, words: Words) -> None:
    """Draw the arrows, through the tags; what runs aside comes last, and so to the right."""
    hung: set[str] = set()
    for flow in sorted(anatomy.flows, key=lambda flow: flow in places.aside):
        source, target = places.names[flow.source], places.names[flow.target]
        start, look = places.tags.get(flow, source), _line(flow, words)
        if start not in {source, *hung}:
            hung.add(start)
            graph.edge(source, start, arrowhead="none", weight="8", **look)
        if flow.shortcut is Shortcut.IDENTITY and flow in places.aside:
            bend = f"{source}_{target}_side"
            graph.node(bend, "", **_BEND)
            graph.edge(start, bend, arrowhead="none", weight="1", **look)
            start = bend
        weight = "0" if flow.shortcut is Shortcut.IDENTITY else "4"
        graph.edge(start, target, weight=weight, **look)


def _line(flow: Flow, words: Words) -> dict[str, str]:
    if flow.shortcut is None:
        return {}
    name = Phrase(SHORTCUTS[flow.shortcut]).said(words)
    return {
        "class": f"shortcut {flow.shortcut}",
        "style": "dashed" if flow.shortcut is Shortcut.PROJECTION else "solid",
        "tooltip": graphviz.escape(drawable(name)),
    }


def _label(part: Part, words: Words) -> str:
    if part.role in SYMBOLS:
        return SYMBOLS[part.role]
    return tag(ending(part, words)) if part.role is Role.END else box(part, words)


def _look(part: Part, words: Words) -> dict[str, str]:
    said = part.heading.said(words) if part.id == OUTPUT else ", ".join(part.nodes) or part.id
    named = {"class": f"kind-{part.kind}", "tooltip": graphviz.escape(drawable(said))}
    if part.role in SYMBOLS:
        return named | _CIRCLE
    if part.role is Role.END:
        return named | {"shape": "plain"}
    if part.role in {Role.CONCAT, Role.CONNECTOR}:
        return named | _PILL | {"fillcolor": FILLS[part.kind]}
    border = _DASHED if part.is_projection else {}
    return named | border | {"fillcolor": FILLS[part.kind]}


_GRAPH = {
    "rankdir": "TB",
    "bgcolor": "transparent",
    "fontname": FONT,
    "nodesep": "0.3",
    "ranksep": "0.28",
    "margin": "0.05",
    "ordering": "in",
    "splines": "ortho",
}
_NODE = {
    "shape": "box",
    "style": "rounded,filled",
    "fontname": FONT,
    "fontsize": "12",
    "fontcolor": INK,
    "color": "#00000022",
    "margin": "0.08,0.05",
    "width": "1.65",
    "height": "0.3",
}
_CIRCLE = {
    "shape": "circle",
    "fixedsize": "true",
    "width": "0.34",
    "fontsize": "18",
    "margin": "0",
    "style": "filled",
    "fillcolor": FILLS[Kind.MERGE],
    "color": QUIET,
}
_BEND = {"shape": "point", "width": "0.02", "height": "0.02", "color": QUIET}
"""Where a line that runs down the side has to pass."""

_PILL = {"width": "1", "color": QUIET}
_DASHED = {"style": "rounded,filled,dashed", "color": QUIET, "penwidth": "1.4"}
_FRAME = {
    "labeljust": "l",
    "fontsize": SMALL,
    "fontcolor": QUIET,
    "color": f"{QUIET}88",
    "style": "rounded,dashed",
    "margin": "9",
}
