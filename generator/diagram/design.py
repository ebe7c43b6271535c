"""Decides how a whole network is drawn: a column of units, grouped by resolution."""

from collections.abc import Iterable
from html import escape

import graphviz

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline, Unit
from generator.analysis.words import by_size
from generator.diagram.palette import FILLS, FONT, INK, QUIET
from generator.diagram.text import drawable

_HUNDREDTH = 0.01


def design_dot(outline: Outline, title: str) -> str:
    """Return the design diagram as DOT.

    A box names the operation, how often it follows itself, the shape it leaves, and its share of
    all MACs and parameters. A frame gathers what works at one resolution.
    """
    graph = graphviz.Digraph(
        "design",
        graph_attr={
            "rankdir": "TB",
            "bgcolor": "transparent",
            "fontname": FONT,
            "nodesep": "0.25",
            "ranksep": "0.28",
            "margin": "0.05",
            "tooltip": graphviz.escape(drawable(title)),
        },
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fontname": FONT,
            "fontsize": "12",
            "fontcolor": INK,
            "color": "#00000022",
            "margin": "0.14,0.06",
            "width": "2.5",
        },
        edge_attr={"color": QUIET, "arrowsize": "0.6", "penwidth": "1.2"},
    )
    names = {unit.id: f"u{number}" for number, unit in enumerate(outline.units)}
    all_macs = sum(unit.macs for unit in outline.units)
    all_params = sum(unit.params for unit in outline.units)
    for number, (stride, units) in enumerate(_runs(outline.units)):
        if stride is None:
            _boxes(graph, units, names, all_macs, all_params)
            continue
        with graph.subgraph(name=f"cluster_{number}") as frame:
            frame.attr(**_frame(stride, units[-1]))
            _boxes(frame, units, names, all_macs, all_params)
    for source, target in outline.edges:
        graph.edge(names[source], names[target])
    return str(graph.source)


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


def _frame(stride: int, last: Unit) -> dict[str, str]:
    resolution = by_size(last.output_shape[2:])
    return {
        "label": f"{resolution}  ·  stride {stride}",
        "labeljust": "l",
        "fontsize": "10",
        "fontcolor": QUIET,
        "color": f"{QUIET}88",
        "style": "rounded,dashed",
        "margin": "9",
    }


def _boxes(
    graph: graphviz.Digraph,
    units: Iterable[Unit],
    names: dict[str, str],
    all_macs: int,
    all_params: int,
) -> None:
    for unit in units:
        graph.node(
            names[unit.id],
            label=_label(unit, all_macs, all_params),
            fillcolor=FILLS[unit.kind],
            tooltip=graphviz.escape(drawable(unit.path or unit.title)),
            **{"class": f"kind-{unit.kind}"},
        )


def _label(unit: Unit, all_macs: int, all_params: int) -> str:
    times = f" &#160;<B>×{unit.count}</B>" if unit.count > 1 else ""
    lines = [f"<B>{escape(drawable(unit.title))}</B>{times}", escape(_shapes(unit))]
    if unit.macs or unit.params:
        costs = f"{_share(unit.macs, all_macs)} MACs · {_share(unit.params, all_params)} params"
        lines.append(f'<FONT POINT-SIZE="9">{escape(costs)}</FONT>')
    return f"<{'<BR/>'.join(lines)}>"


def _shapes(unit: Unit) -> str:
    """Write the channels a unit turns into which, or the whole shape where it is short."""
    before, after = unit.input_shape[1:], unit.output_shape[1:]
    if unit.kind in {Kind.INPUT, Kind.OUTPUT} or not before:
        return by_size(after)
    if unit.kind is Kind.POOL and len(after) == len(before) and after[1:]:
        return f"{before[0]} channels"
    return f"{before[0]} → {after[0]}"


def _share(part: int, whole: int) -> str:
    """Write a share as a percentage that never rounds something to nothing."""
    share = part / whole if whole else 0.0
    if 0 < share < _HUNDREDTH:
        return "<1 %"
    return f"{share:.0%}".replace("%", " %")
