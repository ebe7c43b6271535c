"""How one operation of a graph is recorded: its name, its module, its shape, its arguments."""

import json
import math

import pytest
import torch
from torch import Tensor, nn

from generator.capture.nodes import INPUT_OP, OUTPUT_OP, first_names, first_parameters
from generator.capture.trace import export, nodes_of
from generator.records import Node


class Twice(nn.Module):
    """One layer under two names, called three times."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.other = self.first

    def forward(self, rows: Tensor) -> Tensor:
        return self.first(self.other(self.first(rows)))


class Worded(nn.Module):
    """Uses arguments of every kind."""

    def forward(self, rows: Tensor) -> Tensor:
        wide = rows.reshape(len(rows), 2, -1).clamp(min=0.5, max=math.inf).transpose(1, 2)
        left, right = wide.split([1, 1], dim=2)
        return torch.where(left > right, left, -math.inf).relu_()


def nodes(model: nn.Module) -> dict[str, Node]:
    """Trace a model that takes four numbers."""
    return {node.id: node for node in nodes_of(export(model.eval(), torch.rand(1, 4)), model)}


def test_a_layer_with_two_names_is_counted_under_its_first() -> None:
    """Hooks know it by that name, and number its calls through."""
    model = Twice()

    linear = [node for node in nodes(model).values() if node.op == "linear"]

    assert [(node.path, node.call) for node in linear] == [("first", 0), ("first", 1), ("first", 2)]
    assert all(node.parameters == ("first.weight", "first.bias") for node in linear)
    assert first_parameters(model)["other.weight"] == "first.weight"
    assert first_names(model) == {"": "", "first": "first", "other": "first"}


def test_a_graph_begins_with_inputs_and_ends_with_the_output() -> None:
    """Tuples are unpacked, and reading a size is no operation."""
    found = list(nodes(Worded()).values())

    assert (found[0].op, found[-1].op) == (INPUT_OP, OUTPUT_OP)
    assert not {"getitem", "sym_size"} & {node.op for node in found}
    ids = {node.id for node in found}
    assert all(set(node.inputs) <= ids for node in found)


def test_shapes_are_those_of_one_input() -> None:
    """Whatever batch the trace was made with."""
    found = nodes(Worded())

    assert found["reshape"].output_shape == (1, 2, 2)
    assert found["reshape"].arguments["shape"] == (1, 2, -1)


def test_an_operation_in_place_has_the_name_of_the_other() -> None:
    """Who owns the memory is no part of the architecture."""
    assert "relu" in {node.op for node in nodes(Worded()).values()}


def test_arguments_can_be_written_as_json() -> None:
    """Infinity, which JSON has no word for, too."""
    found = nodes(Worded())

    assert found["clamp"].arguments["min"] == 0.5
    assert found["clamp"].arguments["max"] == "inf"
    for node in found.values():
        json.dumps(node.model_dump(mode="json"), allow_nan=False)


@pytest.mark.parametrize("index", [0, 1])
def test_whoever_reads_a_part_of_a_tuple_reads_what_made_it(index: int) -> None:
    """A split is one operation, however many tensors it makes."""
    reader = next(node for node in nodes(Worded()).values() if node.op == "gt")

    assert reader.inputs[index] == "split_with_sizes"


class Casting(nn.Module):
    """Computes a part of it in fewer bits, which torch traces as a graph of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = nn.Linear(4, 4)

    def forward(self, rows: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            inside = self.narrow(rows)
        return inside.float().relu()


class Seeing(nn.Module):
    """Wants gradients for a part of it, whoever runs it."""

    def forward(self, rows: Tensor) -> Tensor:
        with torch.enable_grad():
            doubled = rows * 2
        return doubled.relu()


class Choosing(nn.Module):
    """Decides by values, in a way that can be traced."""

    def forward(self, rows: Tensor) -> Tensor:
        return torch.cond(rows.sum() > 0, torch.sin, torch.cos, (rows,))


@pytest.mark.parametrize("net", [Casting, Seeing, Choosing, Worded, Twice])
def test_every_input_is_an_operation_before(net: type[nn.Module]) -> None:
    """Or a page would draw an edge from nowhere: graphs inside the graph are no tensors."""
    known: set[str] = set()
    for node in nodes(net()).values():
        assert set(node.inputs) <= known
        known.add(node.id)
