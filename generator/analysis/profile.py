"""Decides how the cost of a network adds up from its input to its output: curves to overlay."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from generator.analysis.cost import macs_by_node
from generator.analysis.field import fields_in
from generator.analysis.stages import stride_by_node
from generator.records import ModelRecord, Node


@dataclass(frozen=True)
class Point:
    """What has been spent up to the end of one working operation, and what it sees."""

    path: str
    depth: float
    """Share of the working operations that are done, 0…1."""
    work: float
    """Share of the MACs that are spent, 0…1."""
    params: int
    macs: int
    activations: int
    receptive_field: int | None
    """Pixels along the longer side that the maps see; none: no maps any more, or unknown."""


def profile(record: ModelRecord) -> tuple[Point, ...]:
    """Return a point per operation with MACs, in order of execution; the last holds the sums.

    Norms and the like count to the operation before them. Parameters that no operation uses are
    in none.
    """
    macs = macs_by_node(record)
    strides = stride_by_node(record)
    seen = {name: f for name, f in fields_in(record).items() if strides[name] is not None}
    sizes = {parameter.name: parameter.numel for parameter in record.parameters}
    whole = sum(macs.values())
    groups = list(_groups(record, macs))
    points: list[Point] = []
    params = spent = written = 0
    field: int | None = None
    for number, nodes in enumerate(groups, start=1):
        params += sum(sizes.pop(name, 0) for node in nodes for name in node.parameters)
        spent += sum(macs.get(node.id, 0) for node in nodes)
        written += sum(prod(node.output_shape) for node in nodes if macs.get(node.id))
        reached = [max(seen[node.id].size) for node in nodes if node.id in seen]
        field = max([*reached, field or 0]) if reached else None
        path = next(node.path for node in nodes if macs.get(node.id))
        points.append(
            Point(path, number / len(groups), spent / whole, params, spent, written, field)
        )
    return tuple(points)


def _groups(record: ModelRecord, macs: dict[str, int]) -> Iterator[list[Node]]:
    """Yield the operations from one that works to the next."""
    group: list[Node] = []
    begun = False
    for node in record.nodes:
        if begun and macs.get(node.id):
            yield group
            group = []
        group.append(node)
        begun = begun or bool(macs.get(node.id))
    if begun:
        yield group
