"""Decides what the full graph shows: every operation once, nested by module, edges kept readable.

A densely connected net concatenates all earlier outputs again and again. Where a concatenation
begins with everything that an earlier one holds, it is drawn as reading that one: the same values,
and one edge instead of many.
"""

from dataclasses import dataclass

from generator.analysis.operations import operations
from generator.records import ModelRecord, Node


@dataclass(frozen=True)
class Network:
    """All operations of a model, and the modules around them."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    modules: tuple[tuple[str, str], ...]
    """(path, class) of every module that encloses several operations, outer ones first."""

    def home(self, node: Node) -> str:
        """Return the innermost of these modules that encloses an operation; empty for none."""
        known = dict(self.modules)
        parts = node.path.split(".")
        paths = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
        return next((path for path in paths if path in known), "")


def network(record: ModelRecord) -> Network:
    """Prepare a model's graph for drawing."""
    nodes = operations(record)
    types = {module.path: module.type for module in record.modules if not module.is_leaf}
    inside: dict[str, int] = {}
    for node in nodes:
        parts = node.path.split(".")
        for end in range(1, len(parts) + 1):
            path = ".".join(parts[:end])
            inside[path] = inside.get(path, 0) + 1
    modules = tuple((p, types[p]) for p in types if p and inside.get(p, 0) > 1)
    return Network(nodes, tuple(_edges(nodes)), modules)


def _edges(nodes: tuple[Node, ...]) -> list[tuple[str, str]]:
    held: dict[tuple[str, ...], str] = {}
    edges: list[tuple[str, str]] = []
    for node in nodes:
        sources = node.inputs
        if node.op == "cat":
            sources = _shortened(node.inputs, held)
            held[node.inputs] = node.id
        edges.extend((source, node.id) for source in sources)
    return edges


def _shortened(inputs: tuple[str, ...], held: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    """Replace the longest beginning that an earlier concatenation holds by that concatenation."""
    for end in range(len(inputs) - 1, 0, -1):
        if inputs[:end] in held:
            return (held[inputs[:end]], *inputs[end:])
    return inputs
