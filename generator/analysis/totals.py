"""Decides a model's size in single numbers."""

from dataclasses import dataclass
from functools import lru_cache
from math import prod

from generator.analysis.cost import macs_by_node
from generator.records import REMEMBERED, ModelRecord


@dataclass(frozen=True)
class Totals:
    """A model's size; absent numbers could not be observed."""

    params: int
    trainable_params: int
    macs: int | None
    activations: int | None
    """Elements that convolutions, linear layers and matrix products write for one input."""
    weight_bytes: int
    depth: int | None
    """Weighted layers on the longest way from input to output."""


@lru_cache(REMEMBERED)
def totals(record: ModelRecord) -> Totals:
    """Add up one record."""
    macs = macs_by_node(record)
    working = [node for node in record.nodes if macs.get(node.id)]
    observed = record.is_captured
    return Totals(
        params=sum(p.numel for p in record.parameters),
        trainable_params=sum(p.numel for p in record.parameters if p.trainable),
        macs=record.total_macs,
        activations=sum(prod(n.output_shape) for n in working) if observed else None,
        weight_bytes=sum(p.bytes for p in record.parameters) + record.buffer_bytes,
        depth=_depth(record, macs) if observed else None,
    )


def _depth(record: ModelRecord, macs: dict[str, int]) -> int:
    deepest: dict[str, int] = {}
    for node in record.nodes:
        before = max((deepest.get(name, 0) for name in node.inputs), default=0)
        is_weighted = bool(macs.get(node.id)) and (bool(node.parameters) or not node.arguments)
        deepest[node.id] = before + is_weighted
    return max(deepest.values(), default=0)
