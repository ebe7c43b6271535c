"""Decides how much memory the values inside a network take at once, while it runs.

The rule: operations run one by one in the traced order; a value is alive from the operation that
makes it to the last one that reads it; a number takes four bytes (float32). What only looks at
the same values, such as a new shape, a part, or a dropout that is off, takes nothing. Activations
are not computed in place; parameters and what an operation needs while it works do not count.
"""

from collections.abc import Sequence
from math import prod

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.operations import operations
from generator.records import ModelRecord, Node

_BYTES = 4
_COPIES = frozenset({"contiguous", "clone", "pad", "roll"})


def peak_activation_bytes(record: ModelRecord) -> int | None:
    """Return the most that is alive at any one time for one input; none if it never ran."""
    nodes = operations(record)
    if not nodes:
        return None
    return max(alive_bytes(nodes))


def alive_bytes(nodes: Sequence[Node]) -> list[int]:
    """Return what is alive while each operation runs, its own output included."""
    holder = _holders(nodes)
    last: dict[str, int] = {}
    for place, node in enumerate(nodes):
        last[holder[node.id]] = place
        for name in node.inputs:
            if name in holder:
                last[holder[name]] = place
    sizes = {node.id: prod(node.output_shape) * _BYTES for node in nodes}
    alive: list[int] = []
    held = 0
    ends: dict[int, int] = {}
    for place, node in enumerate(nodes):
        if holder[node.id] == node.id and kind_of(node) is not Kind.OUTPUT:
            held += sizes[node.id]
            ends[last[node.id]] = ends.get(last[node.id], 0) + sizes[node.id]
        alive.append(held)
        held -= ends.get(place, 0)
    return alive


def _holders(nodes: Sequence[Node]) -> dict[str, str]:
    """Return for every value whose memory holds it."""
    found: dict[str, str] = {}
    for node in nodes:
        source = next((found[name] for name in node.inputs if name in found), None)
        found[node.id] = source if source and _only_looks(node) else node.id
    return found


def _only_looks(node: Node) -> bool:
    kind = kind_of(node)
    return kind is Kind.DROPOUT or (kind is Kind.RESHAPE and node.op not in _COPIES)
