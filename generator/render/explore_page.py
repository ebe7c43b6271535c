"""Decides what the explorer of a network gets: the drawing, and what each box of it is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from generator.analysis.network import Network
from generator.analysis.titles import readable
from generator.diagram.network import ids_of, network_dot
from generator.diagram.palette import FONT
from generator.diagram.svg import draw, lean
from generator.records import Node
from generator.render import formats
from generator.render.layer_table import anchor_of, rows_of
from generator.render.model_page import ModelPage

_FEW = 60
"""Operations that can be read without folding anything."""


@dataclass(frozen=True)
class Explorer:
    """The drawing, and the data its script needs at once."""

    drawing: str
    info: Mapping[str, object]


def explorer(page: ModelPage, whole: Network) -> Explorer:
    """Draw the graph of a model; modules that are blocks, or hold only blocks, are folded at first.

    Raises:
        RenderError: Graphviz refused the graph.
    """
    spec, record, rows = page.spec, page.record, rows_of(page.layers)
    anchors = {row.anchor for row in rows}
    row_of = {node.id: anchor_of(node.path, node.call) for node in whole.nodes}
    row_of = {name: anchor for name, anchor in row_of.items() if anchor in anchors}
    links = {name: f"../#{formats.url(anchor)}" for name, anchor in row_of.items()}
    ids = ids_of(whole)
    places = {
        name: place for sheet in record.thumbnails[:1] for place, name in enumerate(sheet.nodes)
    }
    dot = network_dot(whole, links, places)
    name, count = f"Graph of {spec.title}", f"{len(whole.nodes)} operations"
    drawing = lean(draw(dot, name, count, role="group"), FONT)
    kinds = {path: group.kind for group in page.block_groups for path in group.paths}
    folded = _folded(whole, kinds) if len(whole.nodes) > _FEW else {}
    numbers = {path: f"m{number}" for number, (path, _) in enumerate(whole.modules)}
    operations = {
        ids[node.id]: _operation(page, node, row_of.get(node.id), places) for node in whole.nodes
    }
    info = {
        "folded": {numbers[path]: label for path, label in folded.items()},
        "sheets": {
            sheet.image: {"file": sheet.file, "tile": sheet.tile, "columns": sheet.columns}
            for sheet in record.thumbnails
        },
        "operations": operations,
    }
    return Explorer(drawing, info)


def _folded(whole: Network, kinds: Mapping[str, str]) -> dict[str, str]:
    """Return the modules that are folded at first, and what is written on them."""
    types = dict(whole.modules)
    folded = {path: f"{path} · {readable(kinds[path])}" for path in types if path in kinds}
    for path in types:
        inside = [child for child in types if child.rpartition(".")[0] == path]
        if len(inside) > 1 and all(child in kinds for child in inside):
            counts = Counter(readable(kinds[child]) for child in inside)
            what = ", ".join(f"{kind} ×{count}" for kind, count in counts.items())
            folded[path] = f"{path} · {what}"
    return folded


def _operation(
    page: ModelPage, node: Node, anchor: str | None, places: Mapping[str, int]
) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "name": node.id,
        "path": node.path,
        "op": node.op,
        "shape": formats.shape(node.output_shape),
    }
    if node.id in places:
        found["place"] = places[node.id]
    if anchor:
        found["row"] = f"#{formats.url(anchor)}"
    if page.is_linked and node.onnx:
        found["netron"] = formats.netron_uri(page.spec.slug, node.onnx)
    return found
