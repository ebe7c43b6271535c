"""Decides when two blocks are built alike: the same operations, wired alike, at any size.

What scales with a network's width or with its input is left out: channels and resolutions. What
an architect chooses stays: kernel, stride, padding, dilation, grouping, activation, and who reads
what.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from generator.analysis.graph import Graph
from generator.analysis.grouping import groupings
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import is_global, window_of
from generator.analysis.words import by_size
from generator.records import Node

_OUTSIDE = "in"
_SILENT_OPS = frozenset({"contiguous", "clone", "detach", "alias", "to"})
_MAY_DO_NOTHING = frozenset({"slice", "view", "reshape", "expand", "flatten"})
_COMMUTES = frozenset({"add", "mul", "cat", "stack"})


def signature(nodes: Sequence[Node], label_of: Mapping[str, str]) -> str:
    """Return a digest of a block's operations and wiring, whatever the order of its branches."""
    inside = {node.id for node in nodes}
    said: dict[str, str] = {}
    spoken: list[str] = []
    for node in nodes:
        read = [said[name] if name in inside else _OUTSIDE for name in node.inputs]
        if label_of[node.id]:
            said[node.id] = _digest(f"{label_of[node.id]}({','.join(_canonical(node, read))})")
            spoken.append(said[node.id])
        else:
            said[node.id] = read[0] if read else _OUTSIDE
    return _digest(" ".join(sorted(spoken)))


def labels(graph: Graph) -> dict[str, str]:
    """Return what every operation is, without sizes; empty for what changes no value."""
    grouping = groupings(graph)
    return {node.id: _label(node, graph, grouping) for node in graph.nodes}


def _label(node: Node, graph: Graph, grouping: Mapping[str, str]) -> str:
    if kind_of(node) is Kind.DROPOUT or node.op in _SILENT_OPS:
        return ""
    before = graph.shape_before(node)
    if node.op in _MAY_DO_NOTHING and node.output_shape == before:
        return ""
    window = window_of(node, before)
    if window is None:
        return f"{node.op}{_limits(node)}"
    if is_global(window, before, node.output_shape) and kind_of(node) is Kind.POOL:
        return f"global {'max' if 'max' in node.op else 'average'}"
    parts = [node.op, by_size(window.kernel), by_size(window.stride)]
    if node.op.startswith("adaptive"):
        return node.op
    parts += [by_size(window.padded), by_size(window.dilation)]
    return " ".join([*parts, grouping.get(node.id, "")])


def _limits(node: Node) -> str:
    """Tell clippings apart: ReLU6 is one of several."""
    limits = [str(node.arguments[n]) for n in ("min_val", "max_val") if n in node.arguments]
    return f"[{' '.join(limits)}]" if limits else ""


def _canonical(node: Node, read: Iterable[str]) -> list[str]:
    """Name inputs in an order that has no meaning only once each."""
    return sorted(set(read)) if node.op in _COMMUTES else list(read)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
