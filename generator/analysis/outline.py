"""Decides what a whole network looks like at one glance: few units, repetitions folded."""

from collections import Counter
from dataclasses import dataclass, replace
from math import prod

from generator.analysis.cost import macs_by_node
from generator.analysis.kinds import FOLLOWERS, Kind, kind_of
from generator.analysis.operations import operations
from generator.analysis.stages import stride_by_node
from generator.analysis.tree import block_paths
from generator.analysis.window import changes_nothing, is_depthwise, is_global, window_of
from generator.analysis.words import by_size
from generator.records import ModelRecord, Node, Shape


@dataclass(frozen=True)
class Unit:
    """One box of the design diagram."""

    id: str
    kind: Kind
    title: str
    count: int
    """How many alike follow each other; they are drawn once."""
    path: str
    input_shape: Shape
    output_shape: Shape
    stride: int | None
    params: int
    macs: int


@dataclass(frozen=True)
class Outline:
    """The units of a network and how data flows between them."""

    units: tuple[Unit, ...]
    edges: tuple[tuple[str, str], ...]


def outline(record: ModelRecord) -> Outline:
    """Gather operations into units, such as blocks, and fold units that repeat."""
    nodes = operations(record)
    owner = _owners(record, nodes)
    units = _units(record, nodes, owner)
    edges = {
        (owner[producer], owner[node.id]): None
        for node in nodes
        for producer in node.inputs
        if producer in owner and owner[producer] != owner[node.id]
    }
    return _folded(Outline(units, tuple(edges)))


def _owners(record: ModelRecord, nodes: tuple[Node, ...]) -> dict[str, str]:
    """Say for every node which unit it belongs to: a block's call, or the id of its first node."""
    blocks = set(block_paths(record))
    calls = Counter(call.path for call in record.calls)
    by_id = {node.id: node for node in nodes}
    consumers = Counter(producer for node in nodes for producer in node.inputs)
    owner: dict[str, str] = {}
    for node in nodes:
        block = next((p for p in _ancestors(node.path) if p in blocks), None)
        if block is not None:
            # Each call of a block calls what is inside equally often.
            owner[node.id] = f"{block}#{node.call * calls[block] // max(1, calls[node.path])}"
        elif _follows(node, by_id, consumers):
            owner[node.id] = owner[node.inputs[0]]
        else:
            owner[node.id] = node.id
    return owner


def _follows(node: Node, by_id: dict[str, Node], consumers: Counter[str]) -> bool:
    producer = by_id.get(node.inputs[0]) if len(node.inputs) == 1 else None
    if producer is None or kind_of(producer) is Kind.INPUT or consumers[producer.id] > 1:
        return False
    if kind_of(node) is Kind.RESHAPE:  # a split is drawn: what leaves is not all that came
        return prod(node.output_shape) == prod(producer.output_shape)
    return kind_of(node) in FOLLOWERS or _keeps_everything(node, producer.output_shape)


def _keeps_everything(node: Node, before: Shape) -> bool:
    """Say whether a pooling does nothing at this input size, as AlexNet's adaptive one at 224."""
    window = window_of(node, before) if kind_of(node) is Kind.POOL else None
    return window is not None and changes_nothing(window)


def _ancestors(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _units(record: ModelRecord, nodes: tuple[Node, ...], owner: dict[str, str]) -> tuple[Unit, ...]:
    members: dict[str, list[Node]] = {}
    for node in nodes:
        members.setdefault(owner[node.id], []).append(node)
    strides = stride_by_node(record)
    macs = macs_by_node(record)
    sizes = {parameter.name: parameter.numel for parameter in record.parameters}
    shapes = {node.id: node.output_shape for node in nodes}
    types = {module.path: module.type for module in record.modules}
    counted: set[str] = set()
    units = []
    for name, own in members.items():
        block = name.rpartition("#")[0]
        shape = shapes.get(own[0].inputs[0], ()) if own[0].inputs else ()
        names = {p for node in own for p in node.parameters} - counted
        counted |= names
        last = _last_drawn(own)
        units.append(
            Unit(
                id=name,
                kind=Kind.BLOCK if block else kind_of(own[0]),
                title=types[block] if block else _title(own[0], shape),
                count=1,
                path=block or own[0].path,
                input_shape=shape,
                output_shape=last.output_shape or shape,
                stride=strides[last.id],
                params=sum(sizes.get(p, 0) for p in names),
                macs=sum(macs.get(node.id, 0) for node in own),
            )
        )
    return tuple(units)


def _last_drawn(nodes: list[Node]) -> Node:
    """Return the operation whose output the unit shows: flattening belongs to what follows."""
    rank = len(nodes[0].output_shape)
    return [node for node in nodes if len(node.output_shape) == rank][-1]


def _title(node: Node, before: Shape) -> str:
    window = window_of(node, before)
    kind = kind_of(node)
    if window is None:
        return _PLAIN_TITLES.get(kind, node.op.replace("_", " "))
    step = f", /{max(window.stride)}" if max(window.stride) > 1 else ""
    if kind is Kind.CONV:
        depth = "depthwise " if is_depthwise(node, before) else ""
        return f"{by_size(window.kernel)} {depth}conv{step}"
    name = "max" if "max" in node.op else "average"
    if is_global(window, before, node.output_shape):
        return f"global {name} pool"
    return f"{by_size(window.kernel)} {name} pool{step}"


_PLAIN_TITLES = {Kind.LINEAR: "linear", Kind.INPUT: "input", Kind.OUTPUT: "output"}


def _folded(whole: Outline) -> Outline:
    """Merge each unit into the one before it where they form a chain of equals."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in whole.edges:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    kept: dict[str, Unit] = {}
    home: dict[str, str] = {}
    for unit in whole.units:
        sources = before.get(unit.id, [])
        chained = home[sources[0]] if len(sources) == 1 and len(after[sources[0]]) == 1 else ""
        if chained and _alike(kept[chained], unit):
            kept[chained] = _merged(kept[chained], unit)
            home[unit.id] = chained
        else:
            kept[unit.id] = unit
            home[unit.id] = unit.id
    edges = {(home[a], home[b]): None for a, b in whole.edges if home[a] != home[b]}
    return Outline(tuple(kept.values()), tuple(edges))


def _alike(first: Unit, unit: Unit) -> bool:
    if first.kind is not unit.kind or first.title != unit.title or first.stride != unit.stride:
        return False
    if first.kind is Kind.BLOCK:
        return True
    return first.kind is Kind.CONV and first.output_shape == unit.output_shape


def _merged(first: Unit, unit: Unit) -> Unit:
    return replace(
        first,
        count=first.count + 1,
        output_shape=unit.output_shape,
        params=first.params + unit.params,
        macs=first.macs + unit.macs,
    )
