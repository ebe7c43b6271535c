"""Decides what a whole network looks like at one glance: few units, repetitions folded."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import prod

from generator.analysis.blocks import CONV_STAGE, Block, blocks
from generator.analysis.cost import macs_by_node
from generator.analysis.folding import folded
from generator.analysis.graph import Graph
from generator.analysis.kinds import FOLLOWERS, Kind, kind_of
from generator.analysis.operations import operations
from generator.analysis.signature import labels
from generator.analysis.stages import stage_strides
from generator.analysis.titles import readable, title_of
from generator.analysis.units import Outline, Unit
from generator.analysis.window import changes_nothing, window_of
from generator.records import REMEMBERED, ModelRecord, Node, Shape

__all__ = ["Outline", "Unit", "outline"]


@lru_cache(REMEMBERED)
def outline(record: ModelRecord) -> Outline:
    """Gather operations into units, such as blocks, and fold units that repeat."""
    graph = Graph(operations(record))
    boxed = {f"{block.path}#{block.call}": block for block in _boxed(record, graph)}
    owner = _owners(graph, boxed)
    units = tuple(_units(record, graph, owner, boxed))
    edges = {
        (owner[producer], owner[node.id]): None
        for node in graph.nodes
        for producer in node.inputs
        if producer in owner and owner[producer] != owner[node.id]
    }
    return folded(Outline(units, tuple(edges)))


def _boxed(record: ModelRecord, graph: Graph) -> Iterator[Block]:
    """Yield the blocks that are drawn as one box each.

    Modules are; of what only the wiring shows, what repeats is. A run of equal convolutions reads
    better as convolutions.
    """
    modules = {module.path for module in record.modules}
    found = blocks(record)
    kinds = Counter(block.kind for block in found if block.path not in modules)
    label_of = labels(graph)
    for block in found:
        if block.path in modules:
            yield block
        elif kinds[block.kind] > 1:
            convs = {label_of[node.id] for node in block.nodes if kind_of(node) is Kind.CONV}
            if block.kind != CONV_STAGE or len(convs) > 1:
                yield block


def _owners(graph: Graph, boxed: Mapping[str, Block]) -> dict[str, str]:
    """Say for every node which unit it belongs to: a block, or the id of its first node."""
    owner = {node.id: name for name, block in boxed.items() for node in block.nodes}
    for node in graph.nodes:
        if node.id not in owner:
            owner[node.id] = owner[node.inputs[0]] if _follows(node, graph) else node.id
    for node in reversed(graph.nodes):
        if not graph.producers[node.id] and kind_of(node) is not Kind.INPUT:
            # Made of parameters alone, such as a class token: part of what reads it.
            owner[node.id] = next((owner[n] for n in graph.consumers[node.id]), owner[node.id])
    return owner


def _follows(node: Node, graph: Graph) -> bool:
    read = graph.producers[node.id]
    producer = graph.by_id[read[0]] if len(read) == 1 and read == node.inputs[:1] else None
    if producer is None or kind_of(producer) is Kind.INPUT or len(graph.consumers[read[0]]) > 1:
        return False
    if kind_of(node) is Kind.RESHAPE:  # a split is drawn: what leaves is not all that came
        return prod(node.output_shape) == prod(producer.output_shape)
    if kind_of(node) is Kind.MERGE or (kind_of(node) is Kind.OTHER and not node.parameters):
        return node.output_shape == producer.output_shape  # a factor, a curve of its own
    return kind_of(node) in FOLLOWERS or _keeps_everything(node, producer.output_shape)


def _keeps_everything(node: Node, before: Shape) -> bool:
    """Say whether a pooling does nothing at this input size, as AlexNet's adaptive one at 224."""
    window = window_of(node, before) if kind_of(node) is Kind.POOL else None
    return window is not None and changes_nothing(window)


def _units(
    record: ModelRecord, graph: Graph, owner: Mapping[str, str], boxed: Mapping[str, Block]
) -> Iterator[Unit]:
    members: dict[str, list[Node]] = {}
    for node in graph.nodes:
        members.setdefault(owner[node.id], []).append(node)
    strides = stage_strides(record)
    macs = macs_by_node(record)
    sizes = {parameter.name: parameter.numel for parameter in record.parameters}
    counted: set[str] = set()
    # Constants may be made long before what reads them, so that the order of units is not theirs.
    firsts = {
        name: boxed[name].nodes[0] if name in boxed else graph.by_id[name] for name in members
    }
    for name in sorted(members, key=lambda name: graph.order[firsts[name].id]):
        own, first, block = members[name], firsts[name], boxed.get(name)
        entering = graph.by_id.get(block.inputs[0]) if block and block.inputs else None
        before = entering.output_shape if entering else graph.shape_before(first)
        names = {p for node in own for p in node.parameters} - counted
        counted |= names
        last = _last_drawn(own, graph.by_id[block.output] if block else first)
        yield Unit(
            id=name,
            kind=Kind.BLOCK if block else kind_of(first),
            title=_block_title(block) if block else title_of(first, before),
            count=1,
            path=block.path if block else first.path,
            input_shape=before,
            output_shape=last.output_shape or before,
            stride=strides[last.id],
            params=sum(sizes.get(p, 0) for p in names),
            macs=sum(macs.get(node.id, 0) for node in own),
            alike=f"{block.kind}: {block.variant}" if block else "",
        )


def _block_title(block: Block) -> str:
    return block.variant if block.kind == CONV_STAGE else readable(block.kind)


def _last_drawn(nodes: list[Node], main: Node) -> Node:
    """Return the operation whose output the unit shows: flattening belongs to what follows."""
    rank = len(main.output_shape)
    return [node for node in nodes if len(node.output_shape) == rank][-1]
