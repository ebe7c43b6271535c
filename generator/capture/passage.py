"""Decides what the graph of a model is that torch.export refuses: the way that one input takes.

torch.fx writes down every operation while the model runs. What the model decides on the way, by the
values of its input, is decided in the graph once and for all.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import fx, nn
from torch.fx import traceback
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils import _pytree as pytree

from generator.capture.examples import Example
from generator.capture.nesting import tensors_in
from generator.capture.nodes import INPUT_OP, Surroundings, nodes_in
from generator.capture.watch import hookable
from generator.errors import CaptureError
from generator.records import Node

_STACK = "nn_module_stack"
"""Where torch.export, too, notes which modules an operation is in."""


def follow(model: nn.Module, example: Example) -> fx.GraphModule:
    """Run a model on one example and return what happened, in the operations of ATen.

    Raises:
        CaptureError: nothing that torch could see made a tensor of a tensor.
    """
    leaves, wrapping = pytree.tree_flatten((example.positional, dict(example.named)))
    tensors = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]

    def run(*traced: torch.Tensor) -> tuple[torch.Tensor, ...]:
        left = iter(traced)
        given = [next(left) if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves]
        positional, named = pytree.tree_unflatten(given, wrapping)
        return tuple(tensors_in(model(*positional, **named)))

    # Without cuDNN, as torch.export has it, or a graph would tell of the machine it was made on.
    without_cudnn = torch.backends.cudnn.flags(enabled=False)
    with torch.no_grad(), without_cudnn, _noting_modules(model):
        graph: fx.GraphModule = make_fx(
            run, tracing_mode="real", pre_dispatch=True, _error_on_data_dependent_ops=False
        )(*tensors)
    if not any(node.op == "call_function" for node in graph.graph.nodes):
        raise CaptureError("torch.fx sees no operation in this model")
    return graph


def nodes_of_passage(passage: fx.GraphModule, model: nn.Module) -> tuple[Node, ...]:
    """Return its operations in execution order, tuples unpacked."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    state = [node for node in passage.graph.nodes if node.op == "get_attr"]
    read = {node.name: names.get(id(getattr(passage, node.target, None))) for node in state}
    around = Surroundings(
        inputs=_input_ids(passage.graph),
        parameters={node: name for node, name in read.items() if name is not None},
        state=frozenset(node.name for node in state),
    )
    return nodes_in(passage.graph, around, model)


def _input_ids(graph: fx.Graph) -> dict[str, str]:
    inputs = [node.name for node in graph.nodes if node.op == "placeholder"]
    ids = [INPUT_OP, *(f"{INPUT_OP}_{number}" for number in range(2, len(inputs) + 1))]
    return dict(zip(inputs, ids, strict=False))


@contextmanager
def _noting_modules(model: nn.Module) -> Iterator[None]:
    """Tell torch.fx which module runs, so that its nodes say so; hooks never outlive the block."""
    calls: Counter[str] = Counter()
    stack: list[tuple[str, tuple[str, type]]] = []

    def enter(path: str, module: nn.Module, _arguments: object) -> None:
        stack.append((f"{path}@{calls[path]}", (path, type(module))))
        calls[path] += 1
        traceback.current_meta[_STACK] = dict(stack)

    def leave(_module: nn.Module, _arguments: object, _output: object) -> None:
        stack.pop()
        traceback.current_meta[_STACK] = dict(stack)

    handles = []
    try:
        for path, module in hookable(model):
            handles.append(module.register_forward_pre_hook(partial(enter, path)))
            handles.append(module.register_forward_hook(leave))
        with traceback.preserve_node_meta():
            yield
    finally:
        for handle in handles:
            handle.remove()
        traceback.current_meta.pop(_STACK, None)
