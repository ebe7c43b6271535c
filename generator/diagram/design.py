"""Decides how a whole network is drawn: a column of units, grouped by resolution."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import graphviz

from generator.analysis.kinds import Kind
from generator.analysis.message import Message
from generator.analysis.units import Loop, Outline, Unit
from generator.analysis.words import by_size
from generator.diagram.palette import ACCENT, FILLS, FONT, HEAT, INK, QUIET, heat_fill
from generator.diagram.text import drawable

_HUNDREDTH = 0.01
_MAPS = 4
"""Dimensions of a batch of feature maps."""
_TOKENS = 2
"""Dimensions of a sequence of tokens: how many, and how long each."""
_SLIM = frozenset({Kind.INPUT, Kind.OUTPUT, Kind.POOL, Kind.MERGE, Kind.RESHAPE})
"""Kinds that cost nothing, told in one line."""


def design_dot(
    outline: Outline, title: str, *, heat: bool = False, say: Callable[[str], str] = str
) -> str:
    """Return the design diagram as DOT, coloured by kind of work or by share of all MACs.

    A box names the operation, how often it follows itself, the channels it leaves, and its share
    of all MACs and parameters. A frame gathers what works at one resolution. Edges that pass
    others by are dashed; a loop marks layers that each read all before them. `say` translates.
    """
    drawing = _Drawing(outline, heat, say)
    graph = graphviz.Digraph(
        "design",
        graph_attr=_GRAPH | {"tooltip": graphviz.escape(drawable(title))},
        node_attr=_NODES,
        edge_attr=_EDGES,
    )
    for number, (stride, units) in enumerate(_runs(outline.units)):
        if stride is None:
            drawing.boxes(graph, units)
            continue
        with graph.subgraph(name=f"cluster_{number}") as frame:
            frame.attr(**drawing.frame(stride, units))
            drawing.boxes(frame, units)
    drawing.edges(graph)
    if heat:
        graph.node("scale", label=_scale(say), shape="plain", style="")
        graph.edge(f"u{len(outline.units) - 1}", "scale", style="invis")
    return str(graph.source)


_GRAPH = {
    "rankdir": "TB",
    "bgcolor": "transparent",
    "fontname": FONT,
    "nodesep": "0.25",
    "ranksep": "0.2",
    "margin": "0.05",
}
_NODES = {
    "shape": "box",
    "style": "rounded,filled",
    "fontname": FONT,
    "fontsize": "12",
    "fontcolor": INK,
    "color": "#00000022",
    "margin": "0.12,0.04",
    "width": "3.3",
    "height": "0.3",
}
# The middle is kept free for the edge that enters.
_FRAME_LABEL = (
    '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>'
    '<TD WIDTH="104" ALIGN="LEFT">{place}</TD><TD WIDTH="20"></TD>'
    '<TD WIDTH="118" ALIGN="RIGHT">{costs}</TD></TR></TABLE>>'
)
_SMALL = '<FONT POINT-SIZE="10">{}</FONT>'
_EDGES = {"color": QUIET, "arrowsize": "0.6", "penwidth": "1.2"}


@dataclass(frozen=True)
class _Drawing:
    """An outline, and how its boxes are coloured."""

    outline: Outline
    is_heat: bool
    say: Callable[[str], str]

    def boxes(self, graph: graphviz.Digraph, units: Iterable[Unit]) -> None:
        """Draw units."""
        for unit in units:
            graph.node(
                self._name(unit.id),
                label=self._label(unit),
                fillcolor=heat_fill(self._macs([unit])) if self.is_heat else FILLS[unit.kind],
                tooltip=graphviz.escape(drawable(unit.path or self.say(unit.title))),
                **{"class": f"kind-{unit.kind}"},
            )

    def frame(self, stride: int, units: list[Unit]) -> dict[str, str]:
        """Return how the frame around units of one stride looks, and what is written on it."""
        size = by_size(units[-1].output_shape[2:])
        place = self.say(Message("{size} · stride {stride}", size=size, stride=stride))
        costs = self._costs(units) if sum(_has_cost(unit) for unit in units) > 1 else ""
        return {
            "label": _FRAME_LABEL.format(place=escape(place), costs=escape(costs)),
            "labeljust": "l",
            "fontsize": "10",
            "fontcolor": QUIET,
            "color": f"{QUIET}88",
            "style": "rounded,dashed",
            "margin": "7",
        }

    def edges(self, graph: graphviz.Digraph) -> None:
        """Draw where data flows, and mark what passes others by."""
        for source, target in self.outline.edges:
            style = _SKIP if (source, target) in self.outline.skips else {}
            said = {"tooltip": self.say(_SKIPS)} if style else {}
            graph.edge(self._name(source), self._name(target), **style, **said)
        for unit in self.outline.units:
            if unit.loop is not None:
                name = self._name(unit.id)
                graph.edge(name, name, **_LOOP, **self._said(unit.loop))

    def _said(self, loop: Loop) -> dict[str, str]:
        label, tooltip = _SAID[loop]
        lines = (f" {line}\\l" for line in self.say(label).split("/"))
        return {"label": "".join(lines), "tooltip": self.say(tooltip)}

    def _name(self, unit_id: str) -> str:
        return f"u{[unit.id for unit in self.outline.units].index(unit_id)}"

    def _label(self, unit: Unit) -> str:
        times = f" &#160;<B>×{unit.count}</B>" if unit.count > 1 else ""
        head = f"<B>{escape(drawable(self.say(unit.title)))}</B>{times}"
        is_slim = unit.kind in _SLIM or not _has_cost(unit)
        said = (_shapes(unit), "" if is_slim else self._costs([unit]))
        small = [_SMALL.format(escape(text)) for text in said if text]
        if is_slim:
            return f"<{' &#160;'.join([head, *small])}>"
        # The dot between them is larger, so that the second line keeps off the first.
        return f"<{head}<BR/>{' &#160;·&#160; '.join(small)}>"

    def _costs(self, units: Iterable[Unit]) -> str:
        units = list(units)
        params = _share(sum(u.params for u in units), sum(u.params for u in self.outline.units))
        shares = {"macs": _percent(self._macs(units)), "params": _percent(params)}
        return self.say(Message("{macs} MACs · {params} params", **shares))

    def _macs(self, units: Iterable[Unit]) -> float:
        return _share(sum(u.macs for u in units), sum(u.macs for u in self.outline.units))


_SKIP = {"style": "dashed", "color": ACCENT, "class": "edge-skip"}
_SKIPS = Message("skips ahead")
_LOOP = {
    "color": ACCENT,
    "class": "edge-loop",
    "fontname": FONT,
    "fontsize": "9",
    "fontcolor": QUIET,
}
# A slash says where a label may be broken.
_SAID = {
    Loop.DENSE: (
        Message("reads all/before"),
        Message("each reads what entered and all outputs before it"),
    ),
    Loop.RESIDUAL: (
        Message("shortcut/around each"),
        Message("what enters each is added to what it makes"),
    ),
}


def _runs(units: Iterable[Unit]) -> list[tuple[int | None, list[Unit]]]:
    """Split units into runs of one stride; a stride that comes back starts a new run."""
    runs: list[tuple[int | None, list[Unit]]] = []
    for unit in units:
        stride = None if unit.kind in {Kind.INPUT, Kind.OUTPUT} else unit.stride
        if runs and runs[-1][0] == stride:
            runs[-1][1].append(unit)
        else:
            runs.append((stride, [unit]))
    return runs


def _has_cost(unit: Unit) -> bool:
    return bool(unit.macs or unit.params)


def _shapes(unit: Unit) -> str:
    """Write the channels a unit turns into which, or the whole shape of what enters and leaves."""
    before, after = unit.input_shape[1:], unit.output_shape[1:]
    if unit.kind in {Kind.INPUT, Kind.OUTPUT} or not before or not after:
        return by_size(after)
    if len(unit.output_shape) == _MAPS and unit.stride is None and after[1:] != (1, 1):
        return by_size(after)  # which of the dimensions is the channels is not known
    if _TOKENS in {len(after), len(before)}:
        return by_size(after)
    if before[0] == after[0]:
        return f"{after[0]}"
    return f"{before[0]} → {after[0]}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _percent(share: float) -> str:
    """Write a share as a percentage that never rounds something to nothing, nor most to all."""
    if 0 < share < _HUNDREDTH:
        return "<1 %"
    if 1 - _HUNDREDTH < share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def _scale(say: Callable[[str], str]) -> str:
    """Return the legend of the heat variant, as a table that Graphviz draws."""
    limits = [f"{limit:.0%}".rstrip("%") for limit, _ in HEAT]
    words = [f"< {limits[0]}", *map("–".join, pairwise(limits[:-1])), f"> {limits[-2]}"]
    cells = [
        f'<TD BGCOLOR="{colour}">{escape(word)}</TD>'
        for word, (_, colour) in zip(words, HEAT, strict=True)
    ]
    said = escape(say(Message("% of MACs")))
    name = f'<TD><FONT COLOR="{QUIET}">{said}</FONT></TD>'
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="3">'
    return f'<<FONT POINT-SIZE="9">{table}<TR>{name}{"".join(cells)}</TR></TABLE></FONT>>'
