"""Decides how the full graph is drawn: every operation a small box, modules as frames around them.

Names are those of the code, so that one drawing serves readers of every language. Boxes, arrows and
frames carry ids (n1, e1-2, m3) by which the page's script finds, folds and links them.
"""

from collections.abc import Collection, Iterator, Mapping
from html import escape

import graphviz

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.network import Network
from generator.analysis.window import numbers, window_of
from generator.analysis.words import by_size
from generator.diagram.palette import FILLS, FONT, INK, QUIET
from generator.diagram.text import drawable
from generator.records import Node, Shape

THUMBNAIL = 40
"""Pixels of the place for a picture; the script that fills it knows how wide the margin is."""

_PICTURED = (
    '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>'
    '<TD FIXEDSIZE="TRUE" WIDTH="{side}" HEIGHT="{side}"></TD><TD WIDTH="6"></TD>'
    "<TD>{text}</TD></TR></TABLE>>"
)


def network_dot(whole: Network, row_of: Mapping[str, str], pictured: Collection[str] = ()) -> str:
    """Return the full graph as DOT.

    Args:
        whole: the graph.
        row_of: the address of each operation's layer row.
        pictured: ids of operations whose boxes leave room for a thumbnail.
    """
    graph = graphviz.Digraph(
        "network",
        graph_attr={
            "rankdir": "TB",
            "bgcolor": "transparent",
            "nodesep": "0.22",
            "ranksep": "0.26",
            "margin": "0.05",
            "fontname": FONT,
        },
        node_attr={
            "shape": "box",
            "style": "filled",
            "fontname": FONT,
            "fontsize": "11",
            "fontcolor": INK,
            "color": "#00000022",
            "margin": "0.1,0.04",
            "height": "0.3",
        },
        edge_attr={"color": QUIET, "arrowsize": "0.5", "penwidth": "1"},
    )
    _inside(graph, "", _Drawing(whole, row_of, frozenset(pictured)))
    ids = ids_of(whole)
    for source, target in whole.edges:
        graph.edge(ids[source], ids[target], id=f"e{ids[source][1:]}-{ids[target][1:]}")
    return str(graph.source)


def ids_of(whole: Network) -> dict[str, str]:
    """Return the id that each operation has in the drawing."""
    return {node.id: f"n{number}" for number, node in enumerate(whole.nodes)}


class _Drawing:
    """The network by module, looked up once."""

    def __init__(self, whole: Network, row_of: Mapping[str, str], pictured: frozenset[str]) -> None:
        self.ids = ids_of(whole)
        self.pictured = pictured
        self.row_of = row_of
        self.types = dict(whole.modules)
        self.numbers = {path: number for number, (path, _) in enumerate(whole.modules)}
        self.shapes = {node.id: node.output_shape for node in whole.nodes}
        self.members: dict[str, list[Node]] = {}
        for node in whole.nodes:
            self.members.setdefault(whole.home(node), []).append(node)
        self.children: dict[str, list[str]] = {}
        for path in self.types:
            self.children.setdefault(self._parent(path), []).append(path)

    def _parent(self, path: str) -> str:
        parts = path.split(".")
        above = (".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
        return next((outer for outer in above if outer in self.types), "")


def _inside(graph: graphviz.Digraph, path: str, drawing: _Drawing) -> None:
    for node in drawing.members.get(path, []):
        before = drawing.shapes.get(node.inputs[0], ()) if node.inputs else ()
        kind = kind_of(node)
        link = drawing.row_of.get(node.id)
        graph.node(
            drawing.ids[node.id],
            id=drawing.ids[node.id],
            label=_label(_lines(node, before), has_picture=node.id in drawing.pictured),
            fillcolor=FILLS[kind],
            tooltip=graphviz.escape(drawable(node.path or node.op)),
            **({"URL": link} if link else {}),
        )
    for child in drawing.children.get(path, []):
        number = drawing.numbers[child]
        with graph.subgraph(name=f"cluster_{number}") as frame:
            frame.attr(
                id=f"m{number}",
                label=graphviz.escape(drawable(f"{child} · {drawing.types[child]}")),
                labeljust="l",
                fontsize="10",
                fontcolor=QUIET,
                color=f"{QUIET}88",
                margin="7",
            )
            _inside(frame, child, drawing)


def _label(lines: Iterator[str], *, has_picture: bool) -> str:
    """Write the lines of a box, with an empty place for a thumbnail on their left."""
    if not has_picture:
        # Its type says that this is text: a plain one in angle brackets would be read as HTML.
        text: str = graphviz.escape(drawable("\n".join(lines)))
        return text
    rows = "<BR/>".join(escape(drawable(line)) for line in lines)
    return _PICTURED.format(side=THUMBNAIL, text=rows)


def _lines(node: Node, before: Shape) -> Iterator[str]:
    """Yield what a box says: the operation with its window, and the shape it leaves."""
    window = window_of(node, before) if before else None
    words = [node.op]
    if window is not None and max(window.kernel) > 1:
        words.append(by_size(window.kernel))
    if window is not None and max(window.stride) > 1 and not node.op.startswith("adaptive_"):
        words.append(f"/{max(window.stride)}")
    if kind_of(node) is Kind.CONV and (groups := numbers(node, "groups", 1, 1)[0]) > 1:
        words.append(f"groups {groups}")
    yield " ".join(words)
    if len(node.output_shape) > 1:
        yield by_size(node.output_shape[1:])
