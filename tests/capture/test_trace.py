"""The graph: every operation, its shapes for one picture, and the module call that ran it."""

import pytest
import torch
from conftest import RecordOf
from strangers import Pair, Wrapping
from torch import Tensor, nn
from toys import Branches, Plain, Refuses, ResidualNet

from generator.capture.examples import Example
from generator.capture.trace import INPUT_OP, OUTPUT_OP, export, nodes_of, nodes_of_calls
from generator.records import Node, Reason, TraceMethod

EXAMPLE = torch.zeros(1, 3, 17, 17)


class OneAtATime(nn.Module):
    """Holds its batch to be one, so that it cannot be traced for any other."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        assert len(pictures) == 1
        return self.convolve(pictures).flatten(1)


class Aliased(nn.Module):
    """One convolution under three names, called by each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 3, 3)
        self.second = self.first
        self.wrapped = nn.Sequential(self.first, nn.ReLU())

    def forward(self, pictures: Tensor) -> Tensor:
        return self.wrapped(self.second(self.first(pictures))).flatten(1)


class Normalised(nn.Module):
    """Divides by the largest value of all, a tensor without dimensions."""

    def forward(self, pictures: Tensor) -> Tensor:
        maps = pictures - pictures.mean()
        return maps / maps.amax()


class Masked(nn.Module):
    """Fills a mask with minus infinity, as attention does."""

    def forward(self, pictures: Tensor) -> Tensor:
        return pictures.masked_fill(pictures > 0, float("-inf")).softmax(-1)


def trace(model: nn.Module) -> tuple[Node, ...]:
    """Trace a toy net as a capture would."""
    return nodes_of(export(model.eval(), EXAMPLE), model)


def test_a_chain_is_listed_in_execution_order() -> None:
    """Inputs come first and the output last, with every operation between, functional ones too."""
    nodes = trace(Plain())

    assert [node.op for node in nodes] == [
        INPUT_OP,
        *("conv2d", "batch_norm", "relu", "max_pool2d", "conv2d", "relu"),
        *("mean", "linear", OUTPUT_OP),
    ]
    assert [node.inputs for node in nodes[1:]] == [(node.id,) for node in nodes[:-1]]


def test_shapes_are_those_of_a_single_picture() -> None:
    """Whatever batch the trace used, the record speaks of one."""
    nodes = trace(Plain())

    assert [node.output_shape for node in nodes if node.op != OUTPUT_OP] == [
        (1, 3, 17, 17),
        *[(1, 4, 9, 9)] * 3,
        (1, 4, 5, 5),
        *[(1, 6, 3, 3)] * 2,
        (1, 6),
        (1, 5),
    ]


@pytest.mark.parametrize("net", [Plain, ResidualNet, Branches])
def test_every_node_names_a_module_that_exists(net: type[nn.Module]) -> None:
    """Module paths are the keys that calls, rows and pictures share."""
    model = net()

    paths = {node.path for node in trace(model)}

    assert paths <= {path for path, _ in model.named_modules()}
    assert len(paths) > 3


def test_a_module_called_twice_has_two_call_numbers() -> None:
    """The activation inside a residual block is one module with two places in the graph."""
    nodes = trace(ResidualNet())

    relus = [(node.path, node.call) for node in nodes if node.op == "relu"]
    assert relus == [(f"blocks.{block}.relu", call) for block in range(3) for call in range(2)]


def test_a_module_with_several_names_is_known_by_its_first() -> None:
    """Calls are counted over all names, or no row of the layer table would find its operation."""
    nodes = trace(Aliased())

    assert [(n.path, n.call) for n in nodes if n.op == "conv2d"] == [("first", n) for n in range(3)]


@pytest.mark.parametrize("net", ["Plain", "ResidualNet", "Branches", "Shared"])
def test_calls_of_the_trace_are_the_calls_the_hooks_saw(net: str, record_of: RecordOf) -> None:
    """Two independent ways of counting agree on which call of which module computed something."""
    record = record_of(net)

    called = {(call.path, call.call) for call in record.calls}
    traced = {(node.path, node.call) for node in record.nodes}

    computing = {(call.path, call.call) for call in record.calls if call.macs}
    assert computing <= traced <= called


def test_both_inputs_of_a_sum_are_recorded() -> None:
    """A shortcut is an edge like any other."""
    nodes = {node.id: node for node in trace(ResidualNet())}

    producers = [nodes[i].path for i in nodes["add"].inputs]

    assert producers == ["blocks.0.second", "stem"]


def test_unpacking_a_chunk_is_no_operation() -> None:
    """Who reads one half of a split reads from the split itself."""
    nodes = {node.id: node for node in trace(Branches())}

    assert not [node for node in nodes.values() if node.op == "getitem"]
    assert nodes["chunk"].output_shape == (1, 2, 8, 8)
    assert nodes["cat"].inputs[0] == "chunk"
    assert [n.id for n in nodes.values() if n.path == "branch.0" and "chunk" in n.inputs]


def test_reading_a_size_is_no_operation() -> None:
    """The channel shuffle asks for sizes; only what makes tensors is listed."""
    operations = {node.op for node in trace(Branches())}

    assert {"view", "transpose", "reshape"} <= operations
    assert not [op for op in operations if op.startswith(("sym_", "_assert", "eq", "floordiv"))]


def test_arguments_include_what_the_code_left_to_default() -> None:
    """Pages show dilation and groups even where nobody wrote them down."""
    first = next(node for node in trace(Plain()) if node.op == "conv2d")

    assert first.arguments == {
        "weight_shape": (4, 3, 3, 3),
        "stride": (2, 2),
        "padding": (1, 1),
        "dilation": (1, 1),
        "groups": 1,
    }


def test_a_bias_is_noted() -> None:
    """Formulas add one per output where there is a bias, and only there."""
    convolutions = [node for node in trace(Plain()) if node.op == "conv2d"]

    assert [node.arguments.get("bias", False) for node in convolutions] == [False, True]


def test_sizes_in_arguments_are_those_of_a_single_picture() -> None:
    """A view is told the batch it was traced with; the record puts one in its place."""
    view = next(node for node in trace(Branches()) if node.op == "view")

    assert view.arguments["size"] == (1, 2, 2, 8, 8)


def test_parameters_are_named_by_the_node_that_reads_them() -> None:
    """Weights are no inputs, yet known by their names."""
    nodes = trace(Plain())

    read = [name for node in nodes for name in node.parameters]

    assert sorted(read) == sorted(name for name, _ in Plain().named_parameters())


def test_a_tensor_without_dimensions_keeps_its_edges() -> None:
    """A mean over everything takes part in the graph."""
    nodes = {node.id: node for node in trace(Normalised())}

    assert nodes["mean"].output_shape == ()
    assert nodes["sub"].inputs == ("pictures", "mean")
    assert nodes["div"].inputs == ("sub", "amax")


def test_infinity_is_written_as_a_word() -> None:
    """JSON has no number for it, and a record must be readable again."""
    fill = next(node for node in trace(Masked()) if node.op == "masked_fill")

    assert fill.arguments["value"] == "-inf"
    assert Node.model_validate_json(fill.model_dump_json()) == fill


def test_a_net_that_insists_on_one_picture_is_traced_with_one() -> None:
    """When no symbolic batch is possible, a fixed one still shows the graph."""
    nodes = trace(OneAtATime())

    assert [node.output_shape for node in nodes[:3]] == [
        (1, 3, 17, 17),
        (1, 2, 15, 15),
        (1, 450),
    ]


def test_what_export_refuses_is_followed(record_of: RecordOf) -> None:
    """Control flow on values leaves the way that a picture took, and the record says so."""
    record = record_of("Refuses")

    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.FX
    assert record.failures == ()
    assert [s.kind for s in record.skipped if s.reason is Reason.NO_EXPORT] == [
        *("trace", "onnx", "attribution")
    ]
    assert record.nodes[1].parameters == ("convolve.weight", "convolve.bias")
    assert [n.op for n in record.nodes[:3]] == [INPUT_OP, "conv2d", "sum"]
    assert record.nodes[3].op in {"mean", "amax"}


def test_calls_alone_make_a_chain(record_of: RecordOf) -> None:
    """What hooks know, where nothing can be traced: leaf modules in the order of their calls."""
    record = record_of("Refuses")

    nodes = nodes_of_calls(record.calls, [stats.name for stats in record.parameters])

    assert nodes[1].parameters == ("convolve.weight", "convolve.bias")
    assert [(n.op, n.path, n.output_shape) for n in nodes] == [
        (INPUT_OP, "", (1, 3, 17, 17)),
        ("Conv2d", "convolve", (1, 2, 15, 15)),
    ]


def test_a_dataclass_comes_out_as_its_tensors() -> None:
    """torch.export knows no types of the user's own; hooks for it never outlive the trace."""
    model = Wrapping("dataclass").eval()

    assert [n.op for n in trace(model)] == [INPUT_OP, "conv2d", "mean", "linear", OUTPUT_OP]
    assert not any(m._forward_hooks for m in model.modules())


@pytest.mark.parametrize("named", [False, True], ids=["in order", "by name"])
def test_several_inputs_share_their_batch(*, named: bool) -> None:
    """Shapes are those of one example, whichever way the arguments come."""
    picture, row = torch.rand(1, 3, 9, 9), torch.rand(1, 5)
    example = Example(named={"row": row, "picture": picture}) if named else Example((picture, row))
    model = Pair().eval()

    nodes = nodes_of(export(model, example), model)

    assert {n.id: n.output_shape for n in nodes if n.op == INPUT_OP} == {
        "picture": (1, 3, 9, 9),
        "row": (1, 5),
    }
    assert next(n for n in nodes if n.op == "mul").output_shape == (1, 4)


def test_export_says_why_it_refuses() -> None:
    """The error is torch's own, for the failure on the page."""
    with pytest.raises(RuntimeError, match="data-dependent"):
        export(Refuses().eval(), EXAMPLE)


def test_a_chain_of_no_calls_is_empty() -> None:
    """Without a forward pass there is no graph, not even an input."""
    assert nodes_of_calls((), ()) == ()
