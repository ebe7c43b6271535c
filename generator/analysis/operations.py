"""Decides which operations readers see as one: all that a leaf module without weights runs."""

from collections.abc import Iterator
from functools import lru_cache

from generator.analysis.kinds import Kind, kind_of
from generator.records import REMEMBERED, ModelRecord, Node


@lru_cache(REMEMBERED)
def operations(record: ModelRecord) -> tuple[Node, ...]:
    """Return a record's nodes, those of one call of a leaf without weights as a single node.

    torch writes local response normalisation, for one, as ten operations. The single node has the
    module's class for its operation, and the id of the last one.
    """
    groups = _groups(record)
    names = {node.id: group[-1].id for group in groups.values() for node in group}
    types = {(call.path, call.call): call.type for call in record.calls}
    whole = {group[-1].id: _as_one(group, types[key], names) for key, group in groups.items()}
    return tuple(_renamed(record.nodes, names, whole))


def _groups(record: ModelRecord) -> dict[tuple[str, int], list[Node]]:
    """Return the operations of every call that is shown as one."""
    groups: dict[tuple[str, int], list[Node]] = {
        (call.path, call.call): []
        for call in record.calls
        if call.path and call.is_leaf and not call.macs
    }
    for node in record.nodes:
        if (node.path, node.call) in groups and kind_of(node) not in {Kind.INPUT, Kind.OUTPUT}:
            groups[node.path, node.call].append(node)
    return {
        key: group
        for key, group in groups.items()
        if len(group) > 1 and not any(node.parameters for node in group)
    }


def _as_one(group: list[Node], module_type: str, names: dict[str, str]) -> Node:
    last = group[-1]
    inputs = dict.fromkeys(names.get(name, name) for node in group for name in node.inputs)
    inputs.pop(last.id, None)
    return last.model_copy(
        update={
            "op": module_type,
            "inputs": tuple(inputs),
            "arguments": {},
            "onnx": next((node.onnx for node in group if node.onnx), None),
        }
    )


def _renamed(
    nodes: tuple[Node, ...], names: dict[str, str], whole: dict[str, Node]
) -> Iterator[Node]:
    for node in nodes:
        if node.id in whole:
            yield whole[node.id]
        elif node.id not in names:
            inputs = tuple(dict.fromkeys(names.get(name, name) for name in node.inputs))
            yield node.model_copy(update={"inputs": inputs})
