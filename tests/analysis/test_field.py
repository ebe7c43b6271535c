"""Claims about receptive fields and output strides, against the literature and real gradients."""

import pytest
import torch
import toys
from conftest import RecordOf
from light import light_record
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
    rows, columns = _reached(net, path, None, 64)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def _reached(
    net: nn.Module, path: str, place: tuple[int, int] | None, side: int
) -> tuple[Tensor, Tensor]:
    """Return rows and columns of the picture that one value of a module's last output depends on.

    Without a place it is the value in the middle.
    """
    outputs: list[Tensor] = []
    module = net.get_submodule(path)
    module.register_forward_hook(lambda _module, _inputs, output: outputs.append(output))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(1)
    pictures = torch.ones(1, 3, side, side, requires_grad=True)
    net.eval()(pictures)
    maps = outputs[-1]  # (1, C, H, W)
    row, column = place or (maps.shape[2] // 2, maps.shape[3] // 2)
    torch.autograd.backward(maps[0, 0, row, column])
    assert pictures.grad is not None
    rows, columns = pictures.grad[0].abs().sum(0).nonzero(as_tuple=True)
    return rows, columns


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


# Padded is none of them: circular padding sees the other side of the picture.
_PLACES = [
    ("Plain", "features.0"),
    ("ResidualNet", "stem"),
    ("ResidualNet", "blocks.1.second"),
    ("ResidualNet", "blocks.2.second"),
    ("Branches", "stem"),
    ("Branches", "branch.0"),
    ("Chain", "row.3"),
    ("Recurrent", "again.second"),
    ("Gated", "stem"),
]


@pytest.mark.parametrize(("name", "path"), _PLACES)
def test_the_first_field_begins_where_the_gradient_says(
    record_of: RecordOf, name: str, path: str
) -> None:
    """In the padding above and left of the picture: its other end is what can be seen of it."""
    row = [layer for layer in layers(record_of(name)) if layer.path == path][-1]
    assert row.field is not None
    reached = _reached(getattr(toys, name)(), path, (0, 0), 17)
    for axis, places in enumerate(reached):
        assert int(places.min()) == max(0, row.field.start[axis])
        assert int(places.max()) == min(17, row.field.start[axis] + row.field.size[axis]) - 1


@pytest.mark.parametrize(("name", "path"), _PLACES)
def test_every_field_lies_a_stride_from_its_neighbours(
    record_of: RecordOf, name: str, path: str
) -> None:
    """From the first to the last value of a row, as far as the picture reaches."""
    row = [layer for layer in layers(record_of(name)) if layer.path == path][-1]
    assert row.field is not None
    for place in range(row.output_shape[3]):
        _, columns = _reached(getattr(toys, name)(), path, (0, place), 17)
        begin = row.field.start[1] + place * row.field.stride[1]
        assert int(columns.min()) == max(0, begin)
        assert int(columns.max()) == min(17, begin + row.field.size[1]) - 1


@pytest.mark.parametrize("sides", [(1, 2, 0, 3), (0, 0, 2, 0), (2, 1, 1, 2)])
def test_a_border_moves_where_fields_begin(sides: tuple[int, int, int, int]) -> None:
    """What is added above and left counts; torch names left and right first."""
    left, right, top, bottom = sides

    class Bordered(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3, stride=2)

        def forward(self, pictures: Tensor) -> Tensor:
            return self.conv(nn.functional.pad(pictures, (left, right, top, bottom)))

    (row,) = layers(light_record(Bordered(), 3, 17, 17))
    assert row.field is not None
    assert row.field.start == (-top, -left)
    rows, columns = _reached(Bordered(), "conv", (0, 0), 17)
    assert (int(rows.min()), int(columns.min())) == (0, 0)
    assert (int(rows.max()), int(columns.max())) == (2 - top, 2 - left)


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
    assert [row.receptive_field for row in layers(record_of("Unseen"))] == [None, None]


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
