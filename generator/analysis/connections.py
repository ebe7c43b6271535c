"""Decides how many connections a module has, counted as papers did before weights were shared.

Every product with a weight is one, and so is every bias added: LeCun et al. (1998), section II.B.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from generator.analysis.cost import macs_by_formula
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.residuals import has_bias
from generator.analysis.window import window_of
from generator.records import Claim, ModelRecord, Node, Quantity, Shape


@dataclass(frozen=True)
class Connections:
    """One module of the outermost level and what it connects."""

    path: str
    params: int
    """Trainable ones."""
    connections: int
    expected: int | None
    """What a source claims; none where it claims nothing."""


def connections(record: ModelRecord, claims: Iterable[Claim] = ()) -> tuple[Connections, ...]:
    """Count the connections of every outermost module that has any, in order of execution."""
    shapes = {node.id: node.output_shape for node in record.nodes}
    trained = {stats.name: stats.numel for stats in record.parameters if stats.trainable}
    expected = {c.path: round(c.value) for c in claims if c.quantity is Quantity.CONNECTIONS}
    counts: dict[str, int] = {}
    for node in record.nodes:
        before = shapes.get(node.inputs[0], ()) if node.inputs else ()
        is_trained = any(name.rpartition(".")[0] == node.path for name in trained)
        path = node.path.partition(".")[0]
        values, each = connections_of(node, before, is_trained=is_trained)
        counts[path] = counts.get(path, 0) + values * each
    return tuple(
        Connections(
            path=path,
            params=sum(n for name, n in trained.items() if name.partition(".")[0] == path),
            connections=count,
            expected=expected.get(path),
        )
        for path, count in counts.items()
        if count
    )


def connections_of(node: Node, before: Shape, *, is_trained: bool) -> tuple[int, int]:
    """Return how many values one operation makes, and what each of them is connected with.

    A pooling whose module is trained multiplies a sum and adds a bias, one per output. A distance
    to stored prototypes compares every input with every unit.
    """
    kind = kind_of(node)
    values = prod(node.output_shape)
    if kind in {Kind.CONV, Kind.LINEAR} and values:
        return values, macs_by_formula(node, before) // values + has_bias(node)
    window = window_of(node, before) if kind is Kind.POOL else None
    if window is not None and is_trained:
        return values, prod(window.kernel) + 1
    if node.op == "cdist":
        return values, before[-1]
    return (values, 1) if _compares(node) else (values, 0)


def _compares(node: Node) -> bool:
    """Say whether maps are subtracted from what is stored, not from other maps."""
    return node.op in {"sub", "rsub"} and len(node.inputs) == 1
