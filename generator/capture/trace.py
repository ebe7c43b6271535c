"""Decides what the graph of a model is: its operations, their shapes, and which module ran each.

`torch.export` sees every operation, functional ones included. Where it refuses a model, `passage`
follows one forward pass; where that fails too, the order in which leaf modules were called stands
in. The record says which.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from inspect import signature

import torch
from torch import nn
from torch.export import ExportedProgram
from torch.utils import _pytree as pytree

from generator.capture.examples import Example
from generator.capture.nesting import tensors_in
from generator.capture.nodes import (
    INPUT_OP,
    OUTPUT_OP,
    Surroundings,
    first_names,
    first_parameters,
    nodes_in,
)
from generator.records import ModuleCall, Node

BATCH = "batch"
_KNOWN = (torch.Tensor, type(None))
"""What torch.export lets a model return, and ONNX too."""

__all__ = [
    "INPUT_OP",
    "OUTPUT_OP",
    "export",
    "nodes_of",
    "nodes_of_calls",
    "outputs_of",
    "plain_output",
]


def export(model: nn.Module, example: torch.Tensor | Example) -> ExportedProgram:
    """Trace a model for a batch of any size, or as given where it refuses; example is (1, …)."""
    given = Example((example,)) if isinstance(example, torch.Tensor) else example
    if all(tensor.dim() and len(tensor) == 1 for tensor in given.tensors):
        try:
            with torch.no_grad(), plain_output(model):
                # A traced size of 1 would be taken for a constant.
                return _export(model, given.repeated(2), shapes=_any_batch(model, given))
        except Exception:  # noqa: BLE001, S110 - whatever it refuses, it may take one input
            pass
    with torch.no_grad(), plain_output(model):
        return _export(model, given, shapes=None)


@contextmanager
def plain_output(model: nn.Module) -> Iterator[None]:
    """Let a model return its tensors bare where torch.export does not know what wraps them."""

    def unwrap(_module: nn.Module, _arguments: object, output: object) -> object:
        leaves = pytree.tree_leaves(output)
        is_known = all(isinstance(leaf, _KNOWN) for leaf in leaves)
        return output if is_known else tuple(tensors_in(output))

    handle = model.register_forward_hook(unwrap)
    try:
        yield
    finally:
        handle.remove()


def nodes_of(program: ExportedProgram, model: nn.Module) -> tuple[Node, ...]:
    """Return the operations of a traced model in execution order, tuples unpacked."""
    found = program.graph_signature
    names = first_parameters(model)  # torch names one that is shared by any of its names
    parameters = {place: names[name] for place, name in found.inputs_to_parameters.items()}
    state = {*parameters, *found.inputs_to_buffers, *found.inputs_to_lifted_tensor_constants}
    inputs = {str(name): str(name) for name in found.user_inputs}
    return nodes_in(program.graph, Surroundings(inputs, parameters, frozenset(state)), model)


def outputs_of(
    program: ExportedProgram, model: nn.Module, nodes: Iterable[Node], calls: Iterable[ModuleCall]
) -> dict[str, str | None]:
    """Return the operation that makes what each module returns when it is called first.

    It is the last one the module ran whose shape is right; none where no operation's is.
    """
    shapes = {node.id: node.output_shape for node in nodes}
    returned = {call.path: call.output_shape for call in calls if not call.call}
    names = first_names(model)
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


def _export(model: nn.Module, given: Example, shapes: object) -> ExportedProgram:
    return torch.export.export(
        model, given.positional, dict(given.named), dynamic_shapes=shapes, strict=False
    )


def _any_batch(model: nn.Module, example: Example) -> object:
    """Say that every tensor's first size is the batch."""
    batch = torch.export.Dim(BATCH)

    def free(value: object) -> object:
        return {0: batch} if isinstance(value, torch.Tensor) else None

    positional, named = pytree.tree_map(free, (example.positional, dict(example.named)))
    if not named:
        return positional
    return dict(signature(model.forward).bind(*positional, **named).arguments)
