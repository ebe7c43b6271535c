"""Claims about receptive fields and output strides, against the literature and real gradients."""

import pytest
import torch
import toys
from conftest import RecordOf
from torch import Tensor, nn

from generator.analysis.field import fields
from generator.analysis.layers import Layer, layers
from generator.records import ModelRecord, Node


def _field_at(record: ModelRecord, path: str) -> tuple[int | None, int | None]:
    """Return receptive field and stride where a module's last operation is."""
    row = [layer for layer in layers(record) if layer.path == path][-1]
    return row.receptive_field, row.stride


def _seen(net: nn.Module, path: str) -> tuple[int, int]:
    """Measure how far the middle of a module's last output sees, by a real backward pass.

    All weights are one, so that nothing cancels and no activation shuts.
    """
    outputs: list[Tensor] = []
    module = net.get_submodule(path)
    module.register_forward_hook(lambda _module, _inputs, output: outputs.append(output))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(1)
    pictures = torch.ones(1, 3, 64, 64, requires_grad=True)
    net.eval()(pictures)
    maps = outputs[-1]  # (1, C, H, W)
    torch.autograd.backward(maps[0, 0, maps.shape[2] // 2, maps.shape[3] // 2])
    assert pictures.grad is not None
    rows, columns = pictures.grad[0].abs().sum(0).nonzero(as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ResidualNet", "stem"),
        ("ResidualNet", "blocks.1.second"),
        ("ResidualNet", "blocks.2.second"),
        ("Branches", "stem"),
        ("Branches", "branch.0"),
        ("Chain", "row.3"),
        ("Padded", "around"),
        ("Padded", "normalise"),
        ("Padded", "last"),
        ("Recurrent", "again.second"),
        ("Gated", "stem"),
    ],
)
def test_a_field_is_what_the_gradient_of_one_output_reaches(
    record_of: RecordOf, name: str, path: str
) -> None:
    """Through shortcuts, strides, splits, paddings, normalisation and repeated calls."""
    net = getattr(toys, name)()
    field, _ = _field_at(record_of(name), path)
    assert (field, field) == _seen(net, path)


def test_a_kernel_made_of_parameters_alone_does_not_hide_the_field(record_of: RecordOf) -> None:
    """A weight computed in the forward pass sees nothing of the picture."""
    record = record_of("Padded")
    last = [node for node in record.nodes if node.op == "conv2d"][-1]
    assert fields(record.nodes)[last.id].size == (17, 17)


def test_where_branches_meet_the_larger_field_counts() -> None:
    """The shortcut of a block sees less than what it is added to."""
    nodes = (
        Node(id="x", op="input", path="", output_shape=(1, 1, 9, 9)),
        Node(
            id="conv",
            op="conv2d",
            path="c",
            inputs=("x",),
            output_shape=(1, 1, 9, 9),
            arguments={"weight_shape": (1, 1, 3, 3), "padding": (1, 1)},
        ),
        Node(id="add", op="add", path="", inputs=("x", "conv"), output_shape=(1, 1, 9, 9)),
    )
    assert fields(nodes)["add"].size == (3, 3)


@pytest.mark.parametrize(("dilation", "expected"), [(1, 3), (2, 5), (4, 9)])
def test_dilation_spreads_the_field(dilation: int, expected: int) -> None:
    """A 3×3 kernel with holes spans its holes, too, as the gradient shows."""
    convolve = nn.Conv2d(1, 1, 3, padding=dilation, dilation=dilation)
    pictures = torch.ones(1, 1, 21, 21, requires_grad=True)
    torch.autograd.backward(convolve(pictures)[0, 0, 10, 10])
    assert pictures.grad is not None
    rows = pictures.grad[0, 0].abs().sum(1).nonzero()
    nodes = (
        Node(id="x", op="input", path="", output_shape=(1, 1, 21, 21)),
        Node(
            id="conv",
            op="conv2d",
            path="c",
            inputs=("x",),
            output_shape=(1, 1, 21, 21),
            arguments={"weight_shape": (1, 1, 3, 3), "dilation": (dilation, dilation)},
        ),
    )
    assert int(rows.max() - rows.min()) + 1 == expected
    assert fields(nodes)["conv"].size == (expected, expected)


def test_a_linear_layer_sees_everything(record_of: RecordOf) -> None:
    """No number is claimed where the whole picture is seen."""
    assert _field_at(record_of("Plain"), "classify") == (None, None)


def test_hooks_alone_claim_no_field(record_of: RecordOf) -> None:
    """Without a graph nothing is known of windows, so nothing is said."""
    assert [row.receptive_field for row in layers(record_of("Refuses"))] == [None]


def _main_road(record: ModelRecord, *kinds: str) -> list[Layer]:
    return [row for row in layers(record) if row.type in kinds and row.stride]


@pytest.mark.slow
def test_alexnets_fields_are_those_of_the_literature(zoo_record_of: RecordOf) -> None:
    """11, 19, 51, 99, 131, 163, and 195 after the last pooling, at stride 32."""
    rows = _main_road(zoo_record_of("alexnet"), "Conv2d", "MaxPool2d")
    expected = [
        *[(11, 4), (19, 8)],
        *[(51, 8), (67, 16)],
        *[(99, 16), (131, 16), (163, 16), (195, 32)],
    ]
    assert [(row.receptive_field, row.stride) for row in rows] == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "path", "field", "stride"),
    [
        ("vgg16", "features.28", 196, 16),
        ("vgg16", "features.30", 212, 32),
        ("resnet18", "layer4.1.conv2", 435, 32),
    ],
)
def test_fields_of_deep_nets_are_those_of_the_literature(
    zoo_record_of: RecordOf, slug: str, path: str, field: int, stride: int
) -> None:
    """Araujo, Norris, Sim (Distill 2019): VGG-16's conv5_3 and pool5, ResNet-18's last block."""
    assert _field_at(zoo_record_of(slug), path) == (field, stride)
