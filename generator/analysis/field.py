"""Decides how far each operation sees: receptive field and output stride, from input to output.

For a window of extent k and stride s over an input of field r and stride j: the new field is
r + (k − 1)·j and the new stride j·s (Araujo, Norris, Sim: "Computing Receptive Fields of
Convolutional Neural Networks", Distill 2019). Where branches meet, the largest field counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import Window, numbers, spatial, window_of
from generator.records import REMEMBERED, ModelRecord, Node

_SEES_EVERYTHING = frozenset({Kind.LINEAR, Kind.ATTENTION})


@dataclass(frozen=True)
class Field:
    """What one output position sees of the input, in input pixels per dimension."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    start: tuple[int, ...]
    """Where the first position's field begins; negative in the padding."""


@lru_cache(REMEMBERED)
def fields_in(record: ModelRecord) -> dict[str, Field]:
    """Return the field of every node of a record that has one."""
    return fields(record.nodes)


def fields(nodes: tuple[Node, ...]) -> dict[str, Field]:
    """Return the field of every node that has one; the others see all of the input, or nothing."""
    by_id = {node.id: node for node in nodes}
    found: dict[str, Field] = {}
    constant: set[str] = set()
    for node in nodes:
        if kind_of(node) is not Kind.INPUT and constant.issuperset(node.inputs):
            constant.add(node.id)  # made of parameters alone
            continue
        field = (
            _input_field(node)
            if kind_of(node) is Kind.INPUT
            else _next(node, by_id, found, constant)
        )
        if field is not None:
            found[node.id] = field
    return found


def _input_field(node: Node) -> Field | None:
    rank = len(spatial(node.output_shape))
    return Field((1,) * rank, (1,) * rank, (0,) * rank) if rank else None


def _next(
    node: Node, by_id: Mapping[str, Node], found: Mapping[str, Field], constant: set[str]
) -> Field | None:
    inputs = [by_id[name] for name in node.inputs if name in by_id and name not in constant]
    if not inputs or any(producer.id not in found for producer in inputs):
        return None
    window = window_of(node, inputs[0].output_shape)
    if window is not None and len(window.kernel) >= len(found[inputs[0].id].size):
        return _widened(found[inputs[0].id], window)
    if node.op == "pad":
        return _shifted(found[inputs[0].id], node)
    if kind_of(node) in _SEES_EVERYTHING | {Kind.CONV, Kind.POOL}:
        return None
    return _joined(node, inputs, found)


def _widened(before: Field, window: Window) -> Field:
    """Apply a window; one with more axes than the maps slides over their channels as well."""
    rank = len(before.size)
    extent, step = window.extent[-rank:], window.stride[-rank:]
    border = (padded // 2 for padded in window.padded[-rank:])
    return Field(
        tuple(r + (k - 1) * j for r, k, j in zip(before.size, extent, before.stride, strict=True)),
        tuple(j * s for j, s in zip(before.stride, step, strict=True)),
        tuple(a - p * j for a, p, j in zip(before.start, border, before.stride, strict=True)),
    )


def _shifted(before: Field, node: Node) -> Field:
    """Add a border; torch names the last axis first, each with its two sides."""
    sides = numbers(node, "pad", 1, 0)
    rank = len(before.size)
    added = [*reversed(sides[::2]), *(0,) * rank][:rank] if len(sides) == 2 * rank else (0,) * rank
    start = tuple(a - p * j for a, p, j in zip(before.start, added, before.stride, strict=True))
    return replace(before, start=start)


def _joined(node: Node, inputs: list[Node], found: Mapping[str, Field]) -> Field | None:
    """Take the largest field of the inputs, and the stride of one as large as the output."""
    rank = len(found[inputs[0].id].size)
    same = [p for p in inputs if p.output_shape[-rank:] == node.output_shape[-rank:]]
    if not same or any(len(found[p.id].size) != rank for p in inputs):
        return None
    largest = [
        max((found[p.id] for p in inputs), key=lambda field: field.size[axis])
        for axis in range(rank)
    ]
    return Field(
        tuple(field.size[axis] for axis, field in enumerate(largest)),
        found[same[0].id].stride,
        tuple(field.start[axis] for axis, field in enumerate(largest)),
    )
