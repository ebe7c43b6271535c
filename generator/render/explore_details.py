"""Decides what the explorer says about a box that was clicked, in an edition's language."""

from collections.abc import Mapping, Sequence

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.network import Network
from generator.analysis.words import explain
from generator.records import FeatureGrid, ModelRecord, Node, ParameterStats, Shape
from generator.render.editions import Edition
from generator.render.layer_table import LayerRow, anchor_of


def explore_details(
    record: ModelRecord, whole: Network, rows: Sequence[LayerRow], edition: Edition
) -> dict[str, object]:
    """Return, by operation: arithmetic, words, statistics of weights, and feature grids."""
    by_anchor = {row.anchor: row for row in rows}
    stats = {parameter.name: parameter for parameter in record.parameters}
    grids: dict[str, dict[str, object]] = {}
    for grid in (*record.inner_features, *record.features):
        if grid.node:
            grids.setdefault(grid.node, {})[grid.image] = _grid(grid)
    shown = _shown_at(whole, grids)
    shapes = {node.id: node.output_shape for node in whole.nodes}
    return {
        node.id: _details(node, by_anchor.get(anchor_of(node.path, node.call)), stats, edition)
        | _words(node, shapes, by_anchor, edition)
        | ({"grids": grids[shown[node.id]]} if node.id in shown else {})
        for node in whole.nodes
    }


def _words(
    node: Node, shapes: Mapping[str, Shape], rows: Mapping[str, LayerRow], edition: Edition
) -> dict[str, object]:
    """Explain an operation that no layer row tells of, such as a sum or a concatenation."""
    if anchor_of(node.path, node.call) in rows or not node.inputs or not node.output_shape:
        return {}
    return {"words": edition.say(explain(node, shapes.get(node.inputs[0], ())))}


def _shown_at(whole: Network, grids: Mapping[str, object]) -> dict[str, str]:
    """Say whose maps stand for each operation: a convolution's are shown behind its activation."""
    readers: dict[str, list[Node]] = {}
    for node in whole.nodes:
        for name in node.inputs:
            readers.setdefault(name, []).append(node)
    shown: dict[str, str] = {}
    for node in reversed(whole.nodes):
        following = readers.get(node.id, [])
        if node.id in grids:
            shown[node.id] = node.id
        elif len(following) == 1 and kind_of(following[0]) in {Kind.NORM, Kind.ACTIVATION}:
            shown |= {node.id: shown[following[0].id]} if following[0].id in shown else {}
    return shown


def _details(
    node: Node, row: LayerRow | None, stats: Mapping[str, ParameterStats], edition: Edition
) -> dict[str, object]:
    found: dict[str, object] = {}
    if row is not None:
        found["words"] = edition.say(row.layer.explanation)
        found["steps"] = [[edition.say(step.what), step.how] for step in row.steps]
    weights = [_weights(stats[name]) for name in node.parameters if name in stats]
    if weights:
        found["weights"] = weights
    return found


def _weights(stats: ParameterStats) -> dict[str, object]:
    return {
        "name": stats.name,
        "shape": list(stats.shape),
        "mean": stats.mean,
        "std": stats.std,
        "min": stats.min,
        "max": stats.max,
        "counts": list(stats.histogram.counts) if stats.histogram else [],
    }


def _grid(grid: FeatureGrid) -> dict[str, object]:
    return {
        "file": grid.file,
        "top": grid.top,
        "width": grid.width,
        "height": grid.height,
        "columns": grid.columns,
        "channels": list(grid.shown_channels),
        "dead": grid.dead_fraction,
        "node": grid.node,
    }
