"""Decides which blocks are the same: one class, one stride, as many weighted layers."""

from dataclasses import dataclass

from generator.analysis.tree import block_paths, is_below
from generator.analysis.window import spatial
from generator.records import ModelRecord, ModuleCall


@dataclass(frozen=True)
class BlockGroup:
    """Blocks that are built alike."""

    kind: str
    variant: str
    paths: tuple[str, ...]


def block_groups(record: ModelRecord) -> tuple[BlockGroup, ...]:
    """Group a model's blocks by class, stride and number of weighted layers, in order of use."""
    groups: dict[tuple[str, str], list[str]] = {}
    first_calls = {call.path: call for call in record.calls if call.call == 0}
    for path in block_paths(record):
        call = first_calls.get(path)
        if call is not None:
            groups.setdefault((call.type, _variant(record, call)), []).append(path)
    return tuple(BlockGroup(kind, variant, tuple(p)) for (kind, variant), p in groups.items())


def _variant(record: ModelRecord, call: ModuleCall) -> str:
    layers = sum(is_below(c.path, call.path) and bool(c.macs) for c in record.calls)
    return f"stride {_stride(call)}, {layers} weighted layers"


def _stride(call: ModuleCall) -> int:
    before, after = spatial(call.input_shape), spatial(call.output_shape)
    if not before or not after or not after[0]:
        return 1
    return max(1, round(before[0] / after[0]))
