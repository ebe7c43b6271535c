"""Decides the stages of a net: what it does at each output stride, and in its head."""

from dataclasses import dataclass
from functools import lru_cache
from math import prod

from generator.analysis.blocks import blocks
from generator.analysis.cost import macs_by_node
from generator.analysis.field import fields_in
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import spatial
from generator.records import REMEMBERED, ModelRecord, Node


@dataclass(frozen=True)
class Stage:
    """All operations whose outputs have one stride, or whose block ends there."""

    stride: int | None
    """Input pixels per step of the output; none in the head, where positions are gone."""
    resolution: tuple[int, ...]
    """Of what the stage hands on, like its channels."""
    channels: int
    params: int
    macs: int
    blocks: int
    nodes: tuple[str, ...]


@lru_cache(REMEMBERED)
def stride_by_node(record: ModelRecord) -> dict[str, int | None]:
    """Return each operation's output stride; none where one position is left, or none at all."""
    found = fields_in(record)
    return {
        node.id: max(found[node.id].stride)
        if node.id in found and prod(spatial(node.output_shape)) > 1
        else None
        for node in record.nodes
    }


def stage_strides(record: ModelRecord) -> dict[str, int | None]:
    """Return the stride of the stage that each operation counts in.

    What has no positions, but scales maps that do, belongs to them: a gate is no head. What a block
    begins with, at the stride that it leaves, counts where the block goes on working, so that
    ResNet-50's stages are conv2_x to conv5_x (He et al. 2016, Table 1). A block that ends in a
    pooling works before it, as a transition of DenseNet does.
    """
    filled = stride_by_node(record)
    for node in reversed(record.nodes):
        for name in node.inputs:
            if name in filled and filled[name] is None:
                filled[name] = filled[node.id]
    macs = macs_by_node(record)
    for block in blocks(record):
        left, end = {filled[name] for name in block.inputs}, filled[block.output]
        is_working = any(macs.get(node.id) and filled[node.id] == end for node in block.nodes)
        if end is not None and is_working:
            filled |= {node.id: end for node in block.nodes if filled[node.id] in left}
    return filled


@lru_cache(REMEMBERED)
def stages(record: ModelRecord) -> tuple[Stage, ...]:
    """Return a model's stages, smallest stride first, the head last."""
    strides = stage_strides(record)
    members: dict[int | None, list[Node]] = {}
    for node in record.nodes:
        if kind_of(node) not in {Kind.INPUT, Kind.OUTPUT}:
            members.setdefault(strides[node.id], []).append(node)
    order = sorted(members, key=lambda stride: (stride is None, stride or 0))
    macs = macs_by_node(record)
    sizes = {parameter.name: parameter.numel for parameter in record.parameters}
    ends = {block.output for block in blocks(record)}
    leaving = _leaving(record, strides)
    counted: set[str] = set()
    return tuple(
        _stage(stride, members[stride], macs, sizes, ends, leaving, counted) for stride in order
    )


def _leaving(record: ModelRecord, strides: dict[str, int | None]) -> set[str]:
    """Return the operations of blocks that end in a later stage: they lead out of their own.

    DenseNet-121 hands 256 channels on at stride 4, though the transition's convolution, to 128,
    still works there (Huang et al. 2017, Table 1).
    """
    return {
        node.id
        for block in blocks(record)
        for node in block.nodes
        if strides[node.id] != strides[block.output] and strides[block.output] is not None
    }


def _stage(  # noqa: PLR0913 - what a stage is made from
    stride: int | None,
    nodes: list[Node],
    macs: dict[str, int],
    sizes: dict[str, int],
    ends: set[str],
    leaving: set[str],
    counted: set[str],
) -> Stage:
    names = [
        n for n in dict.fromkeys(p for node in nodes for p in node.parameters) if n not in counted
    ]
    counted.update(names)
    staying = [n for n in nodes if n.id not in leaving] or nodes
    shape = _handed_on(staying).output_shape
    return Stage(
        stride=stride,
        resolution=spatial(shape),
        channels=shape[1] * _side_by_side(shape, staying) if len(shape) > 1 else 0,
        params=sum(sizes.get(name, 0) for name in names),
        macs=sum(macs.get(node.id, 0) for node in nodes),
        blocks=sum(node.id in ends for node in nodes),
        nodes=tuple(node.id for node in nodes),
    )


def _handed_on(nodes: list[Node]) -> Node:
    """Return the operation whose output the stage ends with: the last on maps, if it has any.

    What begins without positions is a head, in whatever shape it computes afterwards.
    """
    if prod(spatial(nodes[0].output_shape)) <= 1:
        return nodes[-1]
    return next((n for n in reversed(nodes) if prod(spatial(n.output_shape)) > 1), nodes[-1])


def _side_by_side(shape: tuple[int, ...], nodes: list[Node]) -> int:
    """Return how many maps of this shape a stage hands on: AlexNet's two towers are 2 · 48 wide."""
    read = {name for node in nodes for name in node.inputs}
    ends = sum(node.id not in read and node.output_shape == shape for node in nodes)
    return max(1, ends) if prod(spatial(shape)) > 1 else 1
