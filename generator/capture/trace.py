"""Decides what the graph of a model is: its operations, their shapes, and which module ran each.

`torch.export` sees every operation, functional ones included. Where it refuses a model, the order
in which leaf modules were called stands in, and the record says so.
"""

import math
import operator
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

import torch
from torch import fx, nn
from torch.export import ExportedProgram

from generator.capture.watch import first_tensor
from generator.records import Argument, ModuleCall, Node, Shape

INPUT_OP = "input"
OUTPUT_OP = "output"
BATCH = "batch"


def export(model: nn.Module, example: torch.Tensor) -> ExportedProgram:
    """Trace a model for a batch of any size, or as given where it refuses; example is (1, …)."""
    # A traced size of 1 would be taken for a constant, so the batch is shown as 2.
    pair = torch.cat([example, example])
    symbolic = ({0: torch.export.Dim(BATCH)},)
    with torch.no_grad():
        try:
            return torch.export.export(model, (pair,), dynamic_shapes=symbolic, strict=False)
        except (AssertionError, RuntimeError, TypeError, ValueError):
            return torch.export.export(model, (example,), strict=False)


def nodes_of(program: ExportedProgram, model: nn.Module) -> tuple[Node, ...]:
    """Return the operations of a traced model in execution order, tuples unpacked."""
    signature = program.graph_signature
    parameters: dict[str, str] = dict(signature.inputs_to_parameters)
    inputs = set(signature.user_inputs)
    state = {
        *parameters,
        *signature.inputs_to_buffers,
        *signature.inputs_to_lifted_tensor_constants,
    }
    nodes = []
    for node in program.graph.nodes:
        is_ours = node.name in inputs if node.op == "placeholder" else _makes_tensors(node)
        if is_ours and not _is_unpacking(node):
            nodes.append(_node(node, parameters, state))
    return tuple(_first_named(nodes, model))


def outputs_of(
    program: ExportedProgram, model: nn.Module, nodes: Iterable[Node], calls: Iterable[ModuleCall]
) -> dict[str, str | None]:
    """Return the operation that makes what each module returns when it is called first.

    It is the last one the module ran whose shape is right; none where no operation's is.
    """
    shapes = {node.id: node.output_shape for node in nodes}
    returned = {call.path: call.output_shape for call in calls if not call.call}
    names = _first_names(model)
    first_keys: dict[str, str] = {}
    found: dict[str, str | None] = {}
    for node in program.graph.nodes:
        stack = node.meta.get("nn_module_stack") or {}
        for key, (name, _type) in stack.items() if node.name in shapes else ():
            path = names.get(name, name)
            if first_keys.setdefault(path, key) == key:
                is_it = shapes[node.name] == returned.get(path)
                found[path] = node.name if is_it else found.get(path)
    return found


def nodes_of_calls(calls: tuple[ModuleCall, ...], parameters: Iterable[str]) -> tuple[Node, ...]:
    """Return a chain of leaf modules in the order they were called: what hooks alone can know."""
    owned: dict[str, list[str]] = {}
    for name in parameters:
        owned.setdefault(name.rpartition(".")[0], []).append(name)
    leaves = [call for call in calls if call.is_leaf]
    nodes: list[Node] = []
    if leaves:
        nodes.append(Node(id=INPUT_OP, op=INPUT_OP, path="", output_shape=leaves[0].input_shape))
    for number, call in enumerate(leaves):
        nodes.append(
            Node(
                id=f"call_{number}",
                op=call.type,
                path=call.path,
                call=call.call,
                inputs=(nodes[-1].id,),
                output_shape=call.output_shape,
                parameters=tuple(owned.get(call.path, ())),
            )
        )
    return tuple(nodes)


def _first_named(nodes: Iterable[Node], model: nn.Module) -> Iterator[Node]:
    """Rename modules that have several names to their first, the one by which hooks know them.

    The trace counts calls by name; here they are counted over all names of a module.
    """
    names = _first_names(model)
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


def _first_names(model: nn.Module) -> dict[str, str]:
    """Return the first name of each module by all of its names."""
    first = {module: path for path, module in model.named_modules()}
    return {path: first[m] for path, m in model.named_modules(remove_duplicate=False)}


def _makes_tensors(node: fx.Node) -> bool:
    """Say whether a node yields tensors: reading a size or checking a condition does not."""
    return node.op == "output" or (
        node.op == "call_function" and first_tensor(node.meta.get("val")) is not None
    )


def _is_unpacking(node: fx.Node) -> bool:
    return node.op == "call_function" and node.target is operator.getitem


def _node(node: fx.Node, parameters: Mapping[str, str], state: set[str]) -> Node:
    path, call = _module(node)
    producers = list(_producers(node))
    return Node(
        id=node.name,
        op=_operation(node),
        path=path,
        call=call,
        inputs=tuple(producer.name for producer in producers if producer.name not in state),
        output_shape=_shape(node.meta.get("val")),
        parameters=tuple(parameters[p.name] for p in producers if p.name in parameters),
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
        elif producer.op == "placeholder" or _makes_tensors(producer):
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
