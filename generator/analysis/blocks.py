"""Decides which blocks are the same: one class, one stride, as many weighted layers."""

from collections.abc import Mapping
from dataclasses import dataclass

from generator.analysis.field import Field, fields
from generator.analysis.tree import block_paths, is_below
from generator.analysis.window import spatial
from generator.records import ModelRecord, ModuleCall, Node


@dataclass(frozen=True)
class BlockGroup:
    """Blocks that are built alike."""

    kind: str
    variant: str
    paths: tuple[str, ...]

    @property
    def count(self) -> int:
        """How often the block is used."""
        return len(self.paths)


def block_groups(record: ModelRecord) -> tuple[BlockGroup, ...]:
    """Group a model's blocks by class, stride and number of weighted layers, in order of use."""
    groups: dict[tuple[str, str], list[str]] = {}
    found = fields(record.nodes)
    first_calls = {call.path: call for call in record.calls if call.call == 0}
    for path in block_paths(record):
        call = first_calls.get(path)
        if call is not None:
            groups.setdefault((call.type, _variant(record, call, found)), []).append(path)
    return tuple(BlockGroup(kind, variant, tuple(p)) for (kind, variant), p in groups.items())


def _variant(record: ModelRecord, call: ModuleCall, found: Mapping[str, Field]) -> str:
    layers = {c.path for c in record.calls if is_below(c.path, call.path) and c.macs}
    inside = [node for node in record.nodes if is_below(node.path, call.path)]
    stride = _stride(inside, found) or _ratio_of_sizes(call)
    return f"stride {stride}, {len(layers)} weighted layers"


def _stride(inside: list[Node], found: Mapping[str, Field]) -> int | None:
    """Return how many steps of a block's input one step of its output is."""
    if not inside or not inside[0].inputs:
        return None
    before, after = found.get(inside[0].inputs[0]), found.get(inside[-1].id)
    return max(after.stride) // max(before.stride) if before and after else None


def _ratio_of_sizes(call: ModuleCall) -> int:
    """Guess a block's stride where the graph does not tell."""
    before, after = spatial(call.input_shape), spatial(call.output_shape)
    if not before or not after or not after[0]:
        return 1
    return max(1, round(before[0] / after[0]))
