"""Decides what the page of the full graph gets: the drawing, and what each box of it is."""

from dataclasses import dataclass

from generator.analysis.network import Network
from generator.diagram.network import ids_of, network_dot
from generator.diagram.palette import FONT
from generator.diagram.svg import draw, lean
from generator.records import ModelSpec, Node
from generator.render import formats
from generator.render.layer_table import LayerRow, anchor_of

_FEW = 60
"""Operations that can be read without folding anything."""


@dataclass(frozen=True)
class GraphFiles:
    """The drawing, and the data its script needs."""

    drawing: str
    info: dict[str, object]


def graph_files(
    spec: ModelSpec, whole: Network, rows: tuple[LayerRow, ...], blocks: set[str], *, linked: bool
) -> GraphFiles:
    """Draw the graph of a model; modules that are blocks are folded at first.

    Raises:
        RenderError: Graphviz refused the graph.
    """
    anchors = {row.anchor for row in rows}
    row_of = {n.id: anchor_of(n.path, n.call) for n in whole.nodes}
    row_of = {name: anchor for name, anchor in row_of.items() if anchor in anchors}
    links = {name: f"../#{formats.url(anchor)}" for name, anchor in row_of.items()}
    name = f"Graph of {spec.title}"
    count = f"{len(whole.nodes)} operations"
    drawing = lean(draw(network_dot(whole, links), name, count), FONT)
    ids = ids_of(whole)
    folded = [f"m{n}" for n, (path, _) in enumerate(whole.modules) if path in blocks]
    operations = {
        ids[node.id]: _operation(spec.slug, node, row_of.get(node.id), linked=linked)
        for node in whole.nodes
    }
    return GraphFiles(
        drawing, {"folded": folded if len(whole.nodes) > _FEW else [], "operations": operations}
    )


def _operation(slug: str, node: Node, anchor: str | None, *, linked: bool) -> dict[str, str]:
    found = {
        "name": node.id,
        "path": node.path,
        "op": node.op,
        "shape": formats.shape(node.output_shape),
    }
    if anchor:
        found["row"] = f"#{formats.url(anchor)}"
    if linked and node.onnx:
        found["netron"] = formats.netron_uri(slug, node.onnx)
    return found
