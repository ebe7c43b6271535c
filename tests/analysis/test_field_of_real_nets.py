"""Receptive fields of published networks: by formula, by a backward pass, by the literature."""

from functools import cache

import pytest
import torch
import torchvision
from hollow import hollow_record
from light import light_record
from torch import Tensor, nn

from generator.analysis.field import fields
from generator.records import ModelRecord
from generator.zoo.nets.lenet import lenet5
from generator.zoo.nets.mobilenet import mobilenet_v1

pytestmark = pytest.mark.slow


def computed(record: ModelRecord, path: str) -> tuple[int, int]:
    """Return field and stride, by formula, where a module's last operation is."""
    inside = [n for n in record.nodes if n.path == path or n.path.startswith(f"{path}.")]
    field = fields(record.nodes)[inside[-1].id]
    assert len({*field.size}) == len({*field.stride}) == 1
    return field.size[0], field.stride[0]


def measured(net: nn.Module, path: str, side: int) -> tuple[int, int]:
    """Return field and stride of two neighbouring outputs, by what their gradients reach."""
    outputs: list[Tensor] = []
    net.get_submodule(path).register_forward_hook(lambda _m, _i, maps: outputs.append(maps))
    # So small that no ReLU6 is ever full, though shortcuts double the values.
    pictures = torch.full((1, 3, side, side), 1e-6, dtype=torch.float64, requires_grad=True)
    net(pictures)
    maps = outputs[-1].sum(1)[0]  # (H, W)
    middle = maps.shape[0] // 2
    (one,) = torch.autograd.grad(maps[middle - 1, middle], pictures, retain_graph=True)
    (other,) = torch.autograd.grad(maps[middle, middle], pictures)
    (first, last), (next_first, next_last) = _rows(one), _rows(other)
    assert next_last - last == next_first - first
    assert first > 0
    assert next_last < side - 1  # neither is cut off by the border
    return last - first + 1, next_first - first


def see_through(name: str, **kwargs: bool) -> nn.Module:
    """Build a network whose gradients vanish nowhere: every weight is positive, nothing shuts.

    A maximum passes its gradient to one value alone; a mean over the same window to all of them.
    """
    net = torchvision.models.get_model(name, **kwargs).eval().requires_grad_(requires_grad=False)
    for head in ("classifier", "fc"):
        if hasattr(net, head):
            setattr(net, head, nn.Identity())
    for path, module in list(net.named_modules()):
        if isinstance(module, nn.MaxPool2d):
            window = (module.kernel_size, module.stride, module.padding, module.ceil_mode)
            net.set_submodule(path, nn.AvgPool2d(*window))
    for path, values in net.named_parameters():
        is_kernel = values.dim() > 1
        values.fill_(0 if path.endswith("bias") else 1 / values[0].numel() if is_kernel else 1)
    return net.double()


def _rows(gradient: Tensor) -> tuple[int, int]:
    """Return the first and last row that a gradient (1, 3, H, W) is not zero in."""
    rows = gradient[0].sum((0, 2)).nonzero()
    return int(rows.min()), int(rows.max())


@pytest.mark.parametrize(
    ("name", "path", "side"),
    [
        ("alexnet", "features.12", 288),
        ("vgg16", "features.30", 256),
        ("resnet18", "layer4.1.conv2", 512),
        ("resnet50", "layer4.2.conv3", 512),
        ("googlenet", "maxpool2", 128),
        ("googlenet", "inception4a", 256),
        ("squeezenet1_1", "features.12", 256),
        ("mobilenet_v2", "features.18", 576),
    ],
)
def test_the_gradient_of_one_output_reaches_exactly_the_field(
    name: str, path: str, side: int
) -> None:
    """Formula and a real backward pass agree, in size and in stride."""
    kwargs = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    net = see_through(name, **kwargs)
    assert measured(net, path, side) == computed(hollow_record(name), path)


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("alexnet", "features.0", (11, 4)),
        ("alexnet", "features.2", (19, 8)),
        ("alexnet", "features.3", (51, 8)),
        ("alexnet", "features.6", (99, 16)),
        ("alexnet", "features.8", (131, 16)),
        ("alexnet", "features.10", (163, 16)),
        ("alexnet", "features.12", (195, 32)),
        ("vgg16", "features.28", (196, 16)),
        ("vgg16", "features.30", (212, 32)),
        ("resnet18", "layer4.1.conv2", (435, 32)),
        ("resnet34", "layer4.2.conv2", (899, 32)),
        ("resnet50", "layer4.2.conv3", (427, 32)),
        ("resnet101", "layer4.2.conv3", (971, 32)),
        ("resnet152", "layer4.2.conv3", (1451, 32)),
    ],
)
def test_fields_of_torchvisions_nets_are_known(
    name: str, path: str, expected: tuple[int, int]
) -> None:
    """Araujo, Norris, Sim (Distill 2019), and by hand for torchvision's strides."""
    assert computed(hollow_record(name), path) == expected


@pytest.mark.parametrize(
    ("name", "field"), [("resnet50", 483), ("resnet101", 1027), ("resnet152", 1507)]
)
def test_the_papers_strides_see_further(name: str, field: int) -> None:
    """Distill's figures are for bottlenecks that stride in their first 1×1."""
    record = hollow_record(name, strides_early=True)
    assert computed(record, "layer4.2.conv3") == (field, 32)


@cache
def _own(name: str) -> ModelRecord:
    if name == "lenet5":
        return light_record(lenet5(), 1, 32, 32)
    return light_record(mobilenet_v1(), 3, 224, 224)


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("lenet5", "c5", 32),
        ("lenet5", "c3", 14),
        ("lenet5", "s2", 6),
        ("mobilenet_v1", "features", 315),
    ],
)
def test_fields_of_our_own_nets_are_known(name: str, path: str, expected: int) -> None:
    """C5 sees the whole digit; MobileNet v1 is in Distill's table."""
    assert computed(_own(name), path)[0] == expected
