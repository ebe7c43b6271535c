"""The ONNX file for reading: same function as the network, legible names, no weights inside."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
import pytest
import torch
import torchvision.models as zoo
from torch import nn

from generator.capture.onnx import (
    names_by_module,
    names_by_operation,
    structure_bytes,
    to_onnx,
    write_runnable,
    write_structure,
)
from generator.capture.trace import export
from generator.errors import CaptureError


class Residual(nn.Module):
    """Convolution without bias, batch norm, a bias that is zero, and a sum made in `forward`."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(3)
        self.project = nn.Conv2d(3, 3, 1)
        nn.init.zeros_(self.project.bias)
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(3 * 8 * 8, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, 8, 8) -> (N, 2)."""
        return self.head(self.norm(self.conv(x)).relu() + self.project(x))


class Shuffle(nn.Module):
    """Split the channels, change one half, join and interleave them; sizes are read at run time."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = nn.Conv2d(2, 2, 3, padding=1, groups=2)
        self.stem = nn.Conv2d(3, 4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, 8, 8) -> (N, 4)."""
        kept, changed = self.stem(x).chunk(2, dim=1)
        joined = torch.cat([kept, self.branch(changed)], dim=1)
        batch, channels, height, width = joined.shape
        paired = joined.view(batch, 2, channels // 2, height, width).transpose(1, 2)
        return paired.reshape(batch, channels, height, width).amax((2, 3))


class Recurrent(nn.Module):
    """One module called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, 8, 8) -> (N, 3, 8, 8)."""
        return self.shared(self.shared(x).sigmoid())


class Tokens(nn.Module):
    """A class token repeated per image, attention and a linear layer on sequences."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 1, 3))
        self.attention = nn.MultiheadAttention(3, 1, batch_first=True)
        self.mlp = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, 8, 8) -> (N, 2)."""
        sequence = x.flatten(2).transpose(1, 2)
        sequence = torch.cat([self.token.expand(x.shape[0], -1, -1), sequence], dim=1)
        attended, _ = self.attention(sequence, sequence, sequence, need_weights=False)
        return self.mlp(attended)[:, 0]


class OneImageOnly(nn.Module):
    """Refuses any batch but 1."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3 * 8 * 8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(1, 3, 8, 8) -> (1, 2)."""
        return self.head(x.view(1, 3 * 8 * 8))


class Untranslatable(nn.Module):
    """Uses an operation that ONNX has no words for."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, 8, 8) -> the same shape."""
        return torch.special.bessel_j0(x)


class Example(NamedTuple):
    """A network, its input and what was made of it."""

    network: nn.Module
    images: torch.Tensor
    program: torch.export.ExportedProgram
    model: ir.Model
    structure: bytes

    @property
    def proto(self) -> onnx.ModelProto:
        """The published file, parsed."""
        return onnx.load_from_string(self.structure)


ZOO = {
    "alexnet": zoo.alexnet,
    "googlenet": partial(zoo.googlenet, aux_logits=False, init_weights=False),
    "resnet18": zoo.resnet18,
    "shufflenet_v2_x0_5": zoo.shufflenet_v2_x0_5,
    "vgg16": zoo.vgg16,
}
TOYS = [Residual, Shuffle, Recurrent, Tokens]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(
    scope="module",
    params=[
        *(pytest.param((toy, 8), id=toy.__name__) for toy in TOYS),
        *(pytest.param((make, 224), id=name, marks=pytest.mark.slow) for name, make in ZOO.items()),
    ],
)
def example(request: pytest.FixtureRequest) -> Example:
    """Every toy and every network of the zoo, made once."""
    build, size = request.param
    return make(build, size)


def make(build: Callable[[], nn.Module], size: int = 8) -> Example:
    """Build and translate, with statistics that fit the images: else deep outputs are constant."""
    torch.manual_seed(0)
    network = build()
    images = torch.randn(2, 3, size, size)
    calibrate(network, images)
    program = export(network, images[:1])
    model = to_onnx(program)
    return Example(network, images, program, model, structure_bytes(model))


def calibrate(network: nn.Module, images: torch.Tensor) -> None:
    """Set the running statistics of every batch norm to those of the images."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None  # the plain average, here of one batch
    if norms:
        with torch.no_grad():
            network.train()(images)
    network.eval()


def op_types(proto: onnx.ModelProto) -> list[str]:
    """List the kinds of operations in order."""
    return [node.op_type for node in proto.graph.node]


def node_names(proto: onnx.ModelProto) -> list[str]:
    """List the names of the nodes in order."""
    return [node.name for node in proto.graph.node]


def published_weights(proto: onnx.ModelProto) -> dict[str, tuple[int, ...]]:
    """List name and shape of the weights whose values are left out."""
    return {t.name: tuple(t.dims) for t in proto.graph.initializer if not t.raw_data}


def test_parity_is_asked_of_outputs_that_depend_on_the_image(example: Example) -> None:
    """Without this, a wrong graph could agree by answering the same to everything."""
    with torch.no_grad():
        first, second = example.network(example.images)
    assert (first - second).abs().max() > 0.1 * first.std()


@pytest.mark.parametrize("batch", [1, 2])
def test_runtime_agrees_with_pytorch(example: Example, batch: int, tmp_path: Path) -> None:
    """One model serves every batch size and computes what PyTorch computes."""
    write_runnable(example.model, tmp_path / "model.onnx")
    images = example.images[:batch]
    with torch.no_grad():
        expected = example.network(images).numpy()

    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (actual,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})

    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-3 * expected.std())


def test_batch_is_a_word_at_both_ends(example: Example) -> None:
    """Input and output say `batch` where the other sizes are numbers."""
    graph = example.proto.graph
    first, *others = graph.input[0].type.tensor_type.shape.dim
    assert first.dim_param == graph.output[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [size.dim_value for size in others] == list(example.images.shape[1:])


def test_no_size_is_left_with_a_torch_symbol(example: Example) -> None:
    """Sizes in between are numbers or speak of the batch."""
    values = example.proto.graph.value_info
    sizes = [size for value in values for size in value.type.tensor_type.shape.dim]
    assert sizes
    assert {size.dim_param for size in sizes if "batch" not in size.dim_param} == {""}


def test_node_names_are_unique(example: Example) -> None:
    """A name finds one node."""
    names = node_names(example.proto)
    assert len(set(names)) == len(names)


def test_node_names_are_module_path_and_type(example: Example) -> None:
    """Every name is built by the published rule from a module that exists."""
    modules = dict(example.network.named_modules())
    for node in example.proto.graph.node:
        path, _, own = node.name.rpartition("/")
        assert re.fullmatch(rf"{node.op_type}(_[1-9]\d*)?", own)
        assert path in modules


def test_module_path_is_the_only_metadata(example: Example) -> None:
    """Nothing but the module path is noted anywhere."""
    proto = example.proto
    for node in proto.graph.node:
        noted = {entry.key: entry.value for entry in node.metadata_props}
        assert noted == {"module": node.name.rpartition("/")[0]}
    values = [*proto.graph.value_info, *proto.graph.initializer, *proto.graph.input]
    assert not any(noted.metadata_props for noted in [proto, proto.graph, *values])


def test_nothing_of_this_machine_is_inside(example: Example) -> None:
    """No path of the machine that made the file, no source file."""
    for trace in (b"/work", b"/root", b"/home", b"site-packages", b".py", b"stack_trace"):
        assert trace not in example.structure


def test_weights_keep_name_and_shape_only(example: Example) -> None:
    """Every parameter and used buffer is listed as in `state_dict`, without values."""
    state = {name: tuple(value.shape) for name, value in example.network.state_dict().items()}
    counters = {name for name in state if name.endswith("num_batches_tracked")}
    expected = {name: shape for name, shape in state.items() if name not in counters}

    proto = example.proto

    assert published_weights(proto) == expected
    assert not any(t.raw_data for t in proto.graph.initializer if t.name in expected)


def test_same_trace_gives_same_bytes(example: Example) -> None:
    """Translating again changes nothing, so a rebuild rewrites no file."""
    assert structure_bytes(to_onnx(example.program)) == example.structure


def test_tracing_again_gives_same_bytes(example: Example) -> None:
    """The trace is reproducible too."""
    again = to_onnx(export(example.network, example.images[:1]))
    assert structure_bytes(again) == example.structure


def test_published_file_is_small(example: Example, tmp_path: Path) -> None:
    """Netron fetches the file anew at each visit: 300 KB at most."""
    write_structure(example.model, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == example.structure
    assert len(example.structure) <= 300_000


def test_batch_norm_and_convolution_stay_apart(example: Example) -> None:
    """Each layer of the network is a node of the graph."""
    kinds = [type(module) for module in example.network.modules()]
    ops = op_types(example.proto)
    assert ops.count("BatchNormalization") == kinds.count(nn.BatchNorm2d)
    assert ops.count("Conv") == kinds.count(nn.Conv2d) + isinstance(example.network, Recurrent)


def test_operations_of_the_trace_lead_to_nodes(example: Example) -> None:
    """Every operation found in the ONNX graph is one of the trace, and names a node of its."""
    paths = {
        node.name: [path for path, _ in node.meta["nn_module_stack"].values()][-1]
        for node in example.program.graph.nodes
        if node.op == "call_function" and "sym_size" not in node.name
    }
    found = names_by_operation(example.model)
    assert set(found) <= set(paths)
    assert {name: found[name].rpartition("/")[0] for name in found} == {n: paths[n] for n in found}
    assert set(found.values()) <= set(node_names(example.proto))


def test_every_layer_leads_to_a_node_of_its_own(example: Example) -> None:
    """Layers that compute something can be opened in the graph."""
    layers = (nn.Conv2d, nn.BatchNorm2d, nn.Linear, nn.ReLU, nn.MaxPool2d)
    paths = {path for path, m in example.network.named_modules() if type(m) in layers}
    found = names_by_module(example.model)
    assert paths
    assert {path: found[path].rpartition("/")[0] for path in paths} == {
        path: path for path in paths
    }


def test_container_leads_to_its_first_node() -> None:
    """A block opens where it begins, the network at its first operation."""
    found = names_by_module(make(Residual).model)
    assert found["head"] == "head.0/Reshape"
    assert found[""] == found["conv"] == "conv/Conv"


def test_residual_net_reads_like_its_code() -> None:
    """Names, order and inputs are what one would write on a whiteboard; dropout is gone."""
    proto = make(Residual).proto
    assert node_names(proto) == [
        "conv/Conv",
        "norm/BatchNormalization",
        "Relu",
        "project/Conv",
        "Add",
        "head.0/Reshape",
        "head.2/Gemm",
    ]


def test_convolution_bias_is_what_the_network_has() -> None:
    """The zeros torch invents are removed; a bias that happens to be zero is kept."""
    inputs = {node.name: list(node.input[1:]) for node in make(Residual).proto.graph.node}
    assert inputs["conv/Conv"] == ["conv.weight"]
    assert inputs["project/Conv"] == ["project.weight", "project.bias"]


def test_shuffle_needs_no_shape_arithmetic() -> None:
    """Sizes read at run time leave no Shape, Gather or Concat behind."""
    ops = op_types(make(Shuffle).proto)
    assert ops == [
        "Conv",
        "Split",
        "Conv",
        "Concat",
        "Reshape",
        "Transpose",
        "Reshape",
        "ReduceMax",
    ]


def test_reshape_sizes_stay_readable() -> None:
    """The new sizes are structure: they are in the file, the batch as -1."""
    graph = make(Shuffle).proto.graph
    constants = {t.name: t for t in graph.initializer if t.raw_data}
    first, second = (node.input[1] for node in graph.node if node.op_type == "Reshape")
    assert onnx.numpy_helper.to_array(constants[first]).tolist() == [-1, 2, 2, 8, 8]
    assert onnx.numpy_helper.to_array(constants[second]).tolist() == [-1, 4, 8, 8]


def test_second_call_of_a_module_is_numbered() -> None:
    """A module called twice has two nodes; its path leads to the first."""
    example = make(Recurrent)
    assert node_names(example.proto) == ["shared/Conv", "Sigmoid", "shared/Conv_2"]
    assert names_by_module(example.model) == {"shared": "shared/Conv", "": "shared/Conv"}


def test_parts_of_a_chunk_are_found_by_the_chunk() -> None:
    """A node that replaces another one still belongs to the traced operation."""
    found = names_by_operation(make(Shuffle).model)
    assert found["chunk"] == "Split"
    assert found["cat"] == "Concat"


def test_publishing_leaves_the_model_runnable(tmp_path: Path) -> None:
    """Leaving the weights out of the file does not take them from the model."""
    example = make(Residual)
    write_structure(example.model, tmp_path / "structure.onnx")
    write_runnable(example.model, tmp_path / "model.onnx")
    loaded = onnx.load(tmp_path / "model.onnx")
    weights = {t.name: onnx.numpy_helper.to_array(t) for t in loaded.graph.initializer}
    np.testing.assert_array_equal(weights["conv.weight"], example.network.conv.weight.detach())


def test_network_that_refuses_batches_keeps_its_one_image() -> None:
    """A static size is better than no file."""
    proto = make(OneImageOnly).proto
    sizes = [size.dim_value for size in proto.graph.input[0].type.tensor_type.shape.dim]
    assert sizes == [1, 3, 8, 8]


def test_untranslatable_operation_is_named() -> None:
    """The error says which operation ONNX lacks, and keeps torch's own."""
    program = export(Untranslatable(), torch.randn(1, 3, 8, 8))
    with pytest.raises(CaptureError, match="bessel_j0") as caught:
        to_onnx(program)
    assert isinstance(caught.value.__cause__, torch.onnx.OnnxExporterError)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """Only the command line prints."""
    make(Residual)
    assert capfd.readouterr() == ("", "")
