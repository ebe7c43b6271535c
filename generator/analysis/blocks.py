"""Decides which parts of a network are blocks, and which blocks are built alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from generator.analysis.aspects import Part
from generator.analysis.field import fields
from generator.analysis.graph import Graph
from generator.analysis.grouping import groupings
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.operations import operations
from generator.analysis.regions import SPLITS, regions
from generator.analysis.runs import conv_runs, is_separable
from generator.analysis.signature import labels, signature
from generator.analysis.tree import ModuleTree
from generator.analysis.variants import variants
from generator.records import REMEMBERED, ModelRecord, Node, TraceMethod

CONV_STAGE = "conv stage"
SEPARABLE = "separable convolution"


@dataclass(frozen=True)
class Block:
    """One occurrence of a block."""

    path: str
    """Path of its module; of a block that only the wiring shows, that of the module around it and
    a name that no module has: features/residual-block-3."""
    call: int
    """Which call of the module."""
    kind: str
    """Class of its module, or what its wiring is called."""
    variant: str
    """What tells it from other blocks of its kind in this network, in words."""
    nodes: tuple[Node, ...]
    """Its operations in execution order, as `operations` returns them."""
    inputs: tuple[str, ...]
    """Ids of the operations outside whose values it reads."""
    output: str
    """Id of the operation whose value leaves."""


@dataclass(frozen=True)
class BlockGroup:
    """Blocks that are built alike, whatever their channels and resolution."""

    kind: str
    variant: str
    signature: str
    blocks: tuple[Block, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Where the block is used; a module that is called several times is named once."""
        return tuple(dict.fromkeys(block.path for block in self.blocks))

    @property
    def count(self) -> int:
        """How often the block is used, every call counted."""
        return len(self.blocks)


@dataclass(frozen=True)
class _Found:
    """A block before it is known which others there are."""

    path: str
    call: int
    kind: str
    part: Part
    signature: str


@lru_cache(REMEMBERED)
def blocks(record: ModelRecord) -> tuple[Block, ...]:
    """Return a network's blocks in order of use; no operation is in two of them."""
    found = [block for group in block_groups(record) for block in group.blocks]
    order = {node.id: place for place, node in enumerate(record.nodes)}
    return tuple(sorted(found, key=lambda block: order[block.nodes[0].id]))


@lru_cache(REMEMBERED)
def block_groups(record: ModelRecord) -> tuple[BlockGroup, ...]:
    """Return a network's blocks, those together that are built alike, in order of use.

    Modules of an own class say where blocks begin and end. Around them, wiring does: residual
    sums, branches that are concatenated, dense ladders; and in a net without any such, the
    convolutions between two poolings.
    """
    graph = Graph(operations(record))
    groups: dict[tuple[str, str], list[_Found]] = {}
    for found in _found(record, graph):
        groups.setdefault((found.kind, found.signature), []).append(found)
    names = _variants(groups)
    return tuple(
        BlockGroup(
            kind, names[kind, digest], digest, tuple(_block(f, names[kind, digest]) for f in alike)
        )
        for (kind, digest), alike in groups.items()
    )


def _variants(groups: dict[tuple[str, str], list[_Found]]) -> dict[tuple[str, str], str]:
    kinds: dict[str, list[tuple[str, str]]] = {}
    for key in groups:
        kinds.setdefault(key[0], []).append(key)
    return {
        key: text
        for keys in kinds.values()
        for key, text in zip(
            keys, variants([groups[key][0].part.aspects() for key in keys]), strict=True
        )
    }


def _block(found: _Found, variant: str) -> Block:
    part = found.part
    return Block(found.path, found.call, found.kind, variant, part.nodes, part.inputs, part.output)


def _found(record: ModelRecord, graph: Graph) -> list[_Found]:
    seen = fields(graph.nodes)
    label_of = labels(graph)
    groups = groupings(graph)
    made = []
    for path, call, kind, nodes in _delimited(record, graph):
        inputs, output = _ends(nodes, graph)
        part = Part(nodes, inputs, output, graph, seen, groups)
        made.append(_Found(path, call, kind, part, signature(nodes, label_of)))
    return sorted(made, key=lambda found: graph.order[found.part.nodes[0].id])


def _delimited(
    record: ModelRecord, graph: Graph
) -> Iterator[tuple[str, int, str, tuple[Node, ...]]]:
    """Yield where blocks begin and end: (path, call, kind, operations)."""
    tree = ModuleTree(record, graph)
    for (path, call), nodes in tree.blocks.items():
        yield path, call, tree.types[path], nodes
    if record.provenance is not None and record.provenance.trace is TraceMethod.HOOKS:
        return  # the order of calls is not the wiring
    taken = frozenset(node.id for nodes in tree.blocks.values() for node in nodes)
    wired = list(_wired(graph, taken))
    if not wired and not tree.blocks:
        wired = [
            (SEPARABLE if is_separable(run, graph) else CONV_STAGE, run) for run in conv_runs(graph)
        ]
    yield from _named(wired, {module.path for module in record.modules})


def _wired(graph: Graph, taken: frozenset[str]) -> Iterator[tuple[str, tuple[Node, ...]]]:
    for region in regions(graph, taken):
        nodes = graph.in_order(region.nodes)
        before = _entrance(region.entry, nodes, graph)
        after = _tail(graph.by_id[region.exit], graph)
        yield region.pattern.value, (*before, *nodes, *after)


def _entrance(entry: str, nodes: Iterable[Node], graph: Graph) -> Iterator[Node]:
    """Yield the split that a block begins with, if it does."""
    node = graph.by_id[entry]
    inside = {node.id for node in nodes}
    if node.op in SPLITS and inside.issuperset(graph.consumers[entry]):
        yield node


def _tail(exit_: Node, graph: Graph) -> Iterator[Node]:
    """Yield what only finishes a block: its activation, the shuffling of its channels."""
    waiting: list[Node] = []
    node: Node | None = _finish(exit_, graph)
    while node is not None:
        waiting.append(node)
        if len(node.output_shape) == len(exit_.output_shape):
            yield from waiting
            waiting = []
        node = _finish(node, graph)


def _finish(node: Node, graph: Graph) -> Node | None:
    """Return what alone reads a value and keeps all of it: an activation or a reordering."""
    readers = graph.consumers[node.id]
    after = graph.by_id[readers[0]] if len(readers) == 1 else None
    if after is None or kind_of(after) not in {Kind.ACTIVATION, Kind.RESHAPE}:
        return None
    return after if prod(after.output_shape) == prod(node.output_shape) else None


def _ends(nodes: tuple[Node, ...], graph: Graph) -> tuple[tuple[str, ...], str]:
    """Return what a block reads from outside, and the last operation that is read outside."""
    inside = {node.id for node in nodes}
    inputs = dict.fromkeys(
        name for node in nodes for name in graph.producers[node.id] if name not in inside
    )
    leaving = [node.id for node in nodes if not inside.issuperset(graph.consumers[node.id])]
    return tuple(inputs), (leaving or [nodes[-1].id])[-1]


def _named(
    wired: Iterable[tuple[str, tuple[Node, ...]]], modules: set[str]
) -> Iterator[tuple[str, int, str, tuple[Node, ...]]]:
    """Give blocks without a module a path: that of the module around them, and a name."""
    taken = set(modules)
    for kind, nodes in wired:
        around = _common([node.path for node in nodes])
        number = 1
        while (path := _path(around, kind, number)) in taken:
            number += 1
        taken.add(path)
        yield path, 0, kind, nodes


def _path(around: str, kind: str, number: int) -> str:
    return f"{around}/{kind.replace(' ', '-')}-{number}".lstrip("/")


def _common(paths: list[str]) -> str:
    """Return the path of the innermost module around all of these."""
    shared = []
    for parts in zip(*(path.split(".") for path in paths), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return ".".join(shared)
