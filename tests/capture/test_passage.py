"""What torch.export refuses is followed on the way that one input takes."""

import pytest
import strangers
import torch
import toys
from torch import nn

from generator.capture.examples import Example
from generator.capture.passage import follow, nodes_of_passage
from generator.capture.trace import INPUT_OP, OUTPUT_OP, export, nodes_of
from generator.capture.watch import watch
from generator.errors import CaptureError
from generator.records import Node

EXAMPLE = torch.rand(1, 3, 17, 17, generator=torch.Generator().manual_seed(0))


def followed(model: nn.Module, *inputs: torch.Tensor) -> tuple[Node, ...]:
    """Follow a toy net as a capture would."""
    return nodes_of_passage(follow(model.eval(), Example(inputs or (EXAMPLE,))), model)


def told(nodes: tuple[Node, ...]) -> list[tuple[object, ...]]:
    """Return all that a node says but the names that its tracer gave."""
    number = {node.id: place for place, node in enumerate(nodes)}
    return [
        (n.op, n.path, n.call, [number[i] for i in n.inputs], n.output_shape, n.parameters)
        for n in nodes
    ]


@pytest.mark.parametrize("net", toys.TRACED)
def test_both_ways_of_tracing_tell_the_same(net: str) -> None:
    """Where torch.export works too: operations, wiring, modules, calls, shapes, weights, arguments.

    Pages do not have to know by which way a graph was found.
    """
    model = getattr(toys, net)().eval()

    exported, seen = nodes_of(export(model, torch.zeros_like(EXAMPLE)), model), followed(model)

    assert told(seen) == told(exported)
    assert [node.arguments for node in seen] == [node.arguments for node in exported]


def test_the_way_taken_is_the_graph() -> None:
    """A loop that ends by values is as long as this picture made it."""
    torch.manual_seed(0)
    model = strangers.Decides().eval()
    with watch(model) as seen:
        model(EXAMPLE)

    nodes = followed(model)

    called = [(c.path, c.call) for c in seen.calls if c.is_leaf]
    assert [(n.path, n.call) for n in nodes if n.parameters] == called
    assert ("skipped", 0) not in called


def test_a_way_through_numpy_is_shown_as_far_as_torch_sees() -> None:
    """Operations before and after are there, the edge between them is not."""
    nodes = {node.path: node for node in followed(strangers.Detour()) if node.parameters}

    assert list(nodes) == ["before", "after"]
    assert "conv2d" not in nodes["after"].inputs


def test_several_inputs_are_numbered() -> None:
    """The first is called as everywhere else."""
    nodes = followed(strangers.Pair(), torch.rand(1, 3, 9, 9), torch.rand(1, 5))

    assert [n.id for n in nodes if n.op == INPUT_OP] == ["input", "input_2"]
    assert nodes[-1].op == OUTPUT_OP
    assert [n.inputs for n in nodes if n.op == "linear"] == [("input_2",)]


def test_hooks_do_not_outlive_it() -> None:
    """Not even where the model raises."""
    model = toys.Raises()
    with pytest.raises(ValueError, match="always breaks"):
        followed(model)

    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_a_model_without_operations_is_none_to_follow() -> None:
    """There is nothing to draw."""
    with pytest.raises(CaptureError, match=r"torch\.fx sees no operation"):
        followed(nn.Identity())
