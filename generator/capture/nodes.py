"""Decides how one operation of a traced graph is recorded: name, module, shape, plain arguments."""

import math
import operator
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import fx, nn

from generator.capture.nesting import first_tensor
from generator.records import Argument, Node, Shape

INPUT_OP = "input"
OUTPUT_OP = "output"


@dataclass(frozen=True)
class Surroundings:
    """What in a graph is no operation."""

    inputs: Mapping[str, str]
    """Ids in the record, by the name of a node that stands for an argument."""
    parameters: Mapping[str, str]
    """Names in the model, by the name of a node that stands for a parameter."""
    state: frozenset[str]
    """Nodes that stand for parameters, buffers and constants."""


def nodes_in(graph: fx.Graph, around: Surroundings, model: nn.Module) -> tuple[Node, ...]:
    """Return inputs, operations and output of a graph in execution order, tuples unpacked."""
    nodes = []
    for node in graph.nodes:
        is_ours = node.name in around.inputs if node.op == "placeholder" else _makes_tensors(node)
        if is_ours and not _is_unpacking(node):
            nodes.append(_node(node, around))
    return tuple(_first_named(nodes, model))


def first_names(model: nn.Module) -> dict[str, str]:
    """Return the first name of each module by all of its names."""
    first = {module: path for path, module in model.named_modules()}
    return {path: first[m] for path, m in model.named_modules(remove_duplicate=False)}


def first_parameters(model: nn.Module) -> dict[str, str]:
    """Return the first name of each parameter by all of its names."""
    first = {parameter: name for name, parameter in model.named_parameters()}
    return {n: first[p] for n, p in model.named_parameters(remove_duplicate=False)}


def _first_named(nodes: Iterable[Node], model: nn.Module) -> Iterator[Node]:
    """Rename modules that have several names to their first, the one by which hooks know them.

    The trace counts calls by name; here they are counted over all names of a module.
    """
    names = first_names(model)
    uses = Counter(names.values())
    calls: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
    for node in nodes:
        path = names.get(node.path, node.path)
        if uses[path] > 1:
            seen = calls[path]
            call = seen.setdefault((node.path, node.call), len(seen))
            yield node.model_copy(update={"path": path, "call": call})
        else:
            yield node


def _makes_tensors(node: fx.Node) -> bool:
    """Say whether a node yields tensors: reading a size or checking a condition does not."""
    return node.op == "output" or (
        node.op == "call_function" and first_tensor(node.meta.get("val")) is not None
    )


def _is_unpacking(node: fx.Node) -> bool:
    return node.op == "call_function" and node.target is operator.getitem


def _node(node: fx.Node, around: Surroundings) -> Node:
    path, call = _module(node)
    producers = list(_producers(node))
    read = [producer.name for producer in producers]
    return Node(
        id=around.inputs.get(node.name, node.name),
        op=_operation(node),
        path=path,
        call=call,
        inputs=tuple(
            around.inputs.get(producer.name, producer.name)
            for producer in producers
            # A part of the graph in a graph of its own (autocast, cond) is an argument, no tensor.
            if producer.name not in around.state and producer.op != "get_attr"
        ),
        output_shape=_shape(node.meta.get("val")),
        parameters=tuple(around.parameters[name] for name in read if name in around.parameters),
        arguments=_arguments(node),
    )


def _operation(node: fx.Node) -> str:
    if node.op == "placeholder":
        return INPUT_OP
    if node.op == "output":
        return OUTPUT_OP
    name = str(getattr(node.target, "__name__", node.target)).split(".")[0]
    return name.rstrip("_") or name  # relu_ and relu are one operation, whoever owns the memory


def _module(node: fx.Node) -> tuple[str, int]:
    """Return the innermost module that ran a node, and which call of it this was."""
    stack = node.meta.get("nn_module_stack") or {}
    if not stack:
        return "", 0
    key, (path, _type) = list(stack.items())[-1]
    _, _, repeat = key.partition("@")
    return path, int(repeat) if repeat.isdigit() else 0


def _producers(node: fx.Node) -> Iterator[fx.Node]:
    """Yield the nodes whose tensors a node reads, looking through tuple unpacking."""
    for producer in node.all_input_nodes:
        if _is_unpacking(producer):
            yield from _producers(producer)
        elif producer.op in {"placeholder", "get_attr"} or _makes_tensors(producer):
            yield producer


def _shape(value: object) -> Shape:
    """Return the shape of a traced value; of several tensors, the first one's."""
    tensor = first_tensor(value)
    return () if tensor is None else tuple(_size(size) for size in tensor.shape)


def _size(size: int | torch.SymInt) -> int:
    """Return a size for a batch of one, whatever the batch was traced with."""
    if isinstance(size, int):
        return size
    expression = size.node.expr
    return int(expression.subs(dict.fromkeys(expression.free_symbols, 1)))


def _arguments(node: fx.Node) -> dict[str, Argument]:
    """Return plain arguments by their schema names, defaults filled in, and the weight's shape."""
    schema = getattr(node.target, "_schema", None)
    if schema is None:
        return {}
    arguments: dict[str, Argument] = {}
    for position, declared in enumerate(schema.arguments):
        value = node.kwargs.get(declared.name, declared.default_value)
        if position < len(node.args):
            value = node.args[position]
        if isinstance(value, fx.Node):
            if declared.name == "weight":
                arguments["weight_shape"] = _shape(value.meta.get("val"))
            elif declared.name == "bias":
                arguments["bias"] = True
        elif (plain := _plain(value)) is not None:
            arguments[declared.name] = plain
    return arguments


def _plain(value: object) -> Argument | None:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it; masks are filled with -inf
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple) and value:
        items = [_number(item) for item in value]
        if all(isinstance(item, int) for item in items):
            return tuple(item for item in items if isinstance(item, int))
        if None not in items:
            return tuple(float(item) for item in items if item is not None)
    return None


def _number(item: object) -> int | float | None:
    if isinstance(item, fx.Node):
        item = item.meta.get("val")
    if isinstance(item, int | torch.SymInt):
        return _size(item)
    return item if isinstance(item, float) else None
