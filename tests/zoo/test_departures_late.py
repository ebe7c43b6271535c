"""Claims about departures, from ResNet on: what a page says its code does differently, it does."""

import importlib
from collections.abc import Callable, Mapping
from typing import TypeVar

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.regnet import BlockParams, RegNet
from torchvision.ops.misc import SqueezeExcitation

from generator.zoo.families import zoo_entries

Kind = TypeVar("Kind", bound=nn.Module)

FAMILIES = {
    *("ResNet", "ResNeXt", "Wide ResNet", "DenseNet"),
    *("SqueezeNet", "ShuffleNet", "MobileNet", "RegNet"),
}
ENTRIES = {entry.slug: entry for entry in zoo_entries() if entry.family in FAMILIES}


def net_of(slug: str) -> nn.Module:
    """Build a net of the zoo without values, which no statement here is about."""
    source, _, name = ENTRIES[slug].factory.rpartition(":")
    # RegNet computes its widths with tensors, which need values.
    with torch.device("cpu" if slug.startswith("regnet") else "meta"):
        if source == "torchvision":
            net: nn.Module = torchvision.models.get_model(name)
        else:
            net = getattr(importlib.import_module(source), name)(**ENTRIES[slug].kwargs)
    return net.eval()


def conv_at(net: nn.Module, path: str) -> nn.Conv2d:
    """Return the convolution of that name."""
    module = net.get_submodule(path)
    assert isinstance(module, nn.Conv2d)
    return module


def all_of(net: nn.Module, kind: type[Kind]) -> list[Kind]:
    """Return all modules of a kind, in order of definition."""
    return [module for module in net.modules() if isinstance(module, kind)]


def picture(size: int = 224) -> torch.Tensor:
    """Return an input without values."""
    return torch.empty(1, 3, size, size, device="meta")


def macs_of(net: nn.Module) -> int:
    """Count the MACs of one picture."""
    with FlopCounterMode(display=False) as counter:
        net(picture())
    flops: int = counter.get_total_flops()
    return flops // 2


def has_projection_shortcuts(net: nn.Module) -> None:
    """In the first block of stages 2 to 4, and nowhere else."""
    for stage in (2, 3, 4):
        projection = conv_at(net, f"layer{stage}.0.downsample.0")
        assert (projection.kernel_size, projection.stride) == ((1, 1), (2, 2))
        assert isinstance(net.get_submodule(f"layer{stage}.0.downsample.1"), nn.BatchNorm2d)
    assert sum(path.endswith(".downsample") for path, _ in net.named_modules()) == 3


def has_stride_in_three_by_three(net: nn.Module) -> None:
    """And stride 1 in the 1×1 before it."""
    for stage in (2, 3, 4):
        first, second = (conv_at(net, f"layer{stage}.0.conv{number}") for number in (1, 2))
        assert (first.kernel_size, first.stride) == ((1, 1), (1, 1))
        assert (second.kernel_size, second.stride) == ((3, 3), (2, 2))


def has_eight_channels_per_group(net: nn.Module) -> None:
    """In the first stage of a net of 101 layers; 32 groups in every block."""
    grouped = [conv for conv in all_of(net, nn.Conv2d) if conv.kernel_size == (3, 3)]
    assert 3 * len(grouped) + 2 == 101
    assert {conv.groups for conv in grouped} == {32}
    assert {conv.out_channels // conv.groups for conv in grouped[:3]} == {8}


def activates_after_convolution(net: nn.Module) -> None:
    """Watch one block run: convolution, norm, ReLU, three times; no dropout anywhere."""
    block = net.get_submodule("layer1.1")
    ran: list[str] = []
    for child in block.children():
        child.register_forward_hook(lambda module, *_: ran.append(type(module).__name__))
    block(torch.empty(1, 256, 56, 56, device="meta"))
    assert ran == ["Conv2d", "BatchNorm2d", "ReLU"] * 3
    assert not all_of(net, nn.Dropout)


def widens_resnet101(net: nn.Module) -> None:
    """Twice the inner width of each block, the same width outside."""
    narrow = torchvision.models.resnet101
    with torch.device("meta"):
        pairs = zip(all_of(net, nn.Conv2d), all_of(narrow(), nn.Conv2d), strict=True)
    inner = [(wide, thin) for wide, thin in pairs if wide.out_channels != thin.out_channels]
    assert len(inner) == 2 * (3 + 4 + 23 + 3)
    assert all(wide.out_channels == 2 * thin.out_channels for wide, thin in inner)


def grows_by_48(net: nn.Module) -> None:
    """In all 78 dense layers, from 96 channels on."""
    grown = [conv for conv in all_of(net, nn.Conv2d) if conv.kernel_size == (3, 3)]
    assert [conv.out_channels for conv in grown] == [48] * (6 + 12 + 36 + 24)
    assert conv_at(net, "features.conv0").out_channels == 96


def has_inception_layers(net: nn.Module) -> None:
    """Four branches in each of 58 dense layers, that add up to the growth rate."""
    layers = dense_layers(net)
    assert len(layers) == 58
    for layer in layers:
        lasts = [all_of(layer.get_submodule(f"branch{n}"), nn.Conv2d)[-1] for n in (1, 2, 3, 4)]
        assert [last.kernel_size[0] for last in lasts] == [1, 3, 5, 1]
        assert [last.out_channels for last in lasts] == [8, 16, 4, 4]
        assert len(all_of(layer.get_submodule("branch4"), nn.MaxPool2d)) == 1


def shares_the_first_norm(net: nn.Module) -> None:
    """One norm over all that a layer reads, and no ReLU behind a branch's last convolution."""
    for layer in dense_layers(net):
        norm, relu, *branches = layer.children()
        assert isinstance(norm, nn.BatchNorm2d)
        assert isinstance(relu, nn.ReLU)
        for branch in branches:
            assert all_of(branch, nn.Conv2d)[0].in_channels == norm.num_features
            assert isinstance(list(branch.modules())[-1], nn.Conv2d)


def dense_layers(net: nn.Module) -> list[nn.Module]:
    """Return all layers of the four dense blocks."""
    blocks = [net.get_submodule(f"block{number}") for number in (1, 2, 3, 4)]
    return [layer for block in blocks for layer in block.children()]


def makes_maps_of_109(net: nn.Module) -> None:
    """The table's 111 needs 227 pixels."""
    first = conv_at(net, "features.0")
    assert first(picture(224)).shape == (1, 96, 109, 109)
    assert first(picture(227)).shape == (1, 96, 111, 111)


def is_lighter_at_the_front(net: nn.Module) -> None:
    """A smaller first layer than version 1.0, and pooling moved forward."""
    first = conv_at(net, "features.0")
    assert (first.out_channels, first.kernel_size) == (64, (3, 3))
    assert pooled_after(net) == [0, 2, 4]
    assert pooled_after(net_of("squeezenet1_0")) == [0, 3, 7]


def pooled_after(net: nn.Module) -> list[int]:
    """Return how many Fire modules come before each pooling."""
    kinds = [type(module).__name__ for module in net.get_submodule("features").children()]
    return [kinds[:at].count("Fire") for at, kind in enumerate(kinds) if kind == "MaxPool2d"]


def joins_equal_halves(net: nn.Module) -> None:
    """58 and 58 in the first unit; with 24 and 92 it would cost what the paper prints."""
    beside, main = (conv_at(net, f"stage2.0.{at}") for at in ("branch1.2", "branch2.5"))
    assert (beside.in_channels, beside.out_channels) == (24, 58)
    assert (main.in_channels, main.out_channels) == (58, 58)
    more = ((24 * 24 + 58 * 92) - (24 * 58 + 58 * 58)) * 28 * 28
    assert round(more, -5) == 900_000
    assert round(macs_of(net) + more, -5) == 145_800_000


def keeps_seven_by_seven(net: nn.Module) -> None:
    """The last depthwise convolution of thirteen finds maps of 7×7 and leaves them so."""
    depthwise = [conv for conv in all_of(net, nn.Conv2d) if conv.groups > 1]
    assert len(depthwise) == 13
    assert depthwise[-1].stride == (1, 1)
    shapes: list[torch.Size] = []
    depthwise[-1].register_forward_hook(
        lambda _, inputs, output: shapes.extend((inputs[0].shape, output.shape))
    )
    net(picture())
    assert shapes == [(1, 1024, 7, 7)] * 2


def does_not_expand_by_one(net: nn.Module) -> None:
    """The first block starts with its depthwise convolution; the others have one more layer."""
    blocks = [block for block in net.modules() if type(block).__name__ == "InvertedResidual"]
    assert [len(all_of(block, nn.Conv2d)) for block in blocks] == [2] + [3] * 16
    first = all_of(blocks[0], nn.Conv2d)[0]
    assert first.groups == first.in_channels == 32
    assert round(macs_of(net) + 32 * 32 * 112 * 112, -5) == 313_600_000


def ends_without_excitation(net: nn.Module) -> None:
    """All but two blocks have it; the last 1×1 has not."""
    *blocks, last = list(net.get_submodule("features").children())[1:]
    assert [len(all_of(block, SqueezeExcitation)) for block in blocks] == [1, 0, 0] + [1] * 8
    assert all_of(last, nn.Conv2d)[0].out_channels == 576
    assert not all_of(last, SqueezeExcitation)


def ends_with_dense_layers(net: nn.Module) -> None:
    """Two of them, behind pooling to one pixel, and no convolution."""
    pooling, tail = net.get_submodule("avgpool"), net.get_submodule("classifier")
    assert isinstance(pooling, nn.AdaptiveAvgPool2d)
    assert pooling.output_size == 1
    assert len(all_of(tail, nn.Linear)) == 2
    assert not all_of(tail, nn.Conv2d)


def rounds_up_to_400(net: nn.Module) -> None:
    """The rule gives 392, midway between two multiples of 16; with 384 the paper's count is met."""
    assert conv_at(net, "trunk_output.block4.block4-11.f.c.0").out_channels == 400
    assert 8 * round(24 * 2.54**3 / 8) == 392 == (384 + 400) / 2
    rounded_down = RegNet(
        BlockParams(
            depths=[1, 2, 7, 12],
            widths=[32, 64, 160, 384],
            group_widths=[16] * 4,
            bottleneck_multipliers=[1.0] * 4,
            strides=[2] * 4,
        )
    )
    assert sum(parameter.numel() for parameter in rounded_down.parameters()) == 5_157_512


CHECKS: Mapping[tuple[str, str], Callable[[nn.Module], None]] = {
    ("resnet18", "projection_shortcuts"): has_projection_shortcuts,
    ("resnet34", "projection_shortcuts"): has_projection_shortcuts,
    ("resnet50", "stride_in_three_by_three"): has_stride_in_three_by_three,
    ("resnet101", "stride_in_three_by_three"): has_stride_in_three_by_three,
    ("resnet152", "stride_in_three_by_three"): has_stride_in_three_by_three,
    ("resnext101_32x8d", "eight_channels_per_group"): has_eight_channels_per_group,
    ("wide_resnet50_2", "post_activation"): activates_after_convolution,
    ("wide_resnet101_2", "post_activation"): activates_after_convolution,
    ("wide_resnet101_2", "beyond_the_paper"): widens_resnet101,
    ("densenet161", "growth_rate_48"): grows_by_48,
    ("densenet121_inception", "inception_layers"): has_inception_layers,
    ("densenet121_inception", "shared_norm"): shares_the_first_norm,
    ("squeezenet1_0", "unpadded_first_map"): makes_maps_of_109,
    ("squeezenet1_1", "later_release"): is_lighter_at_the_front,
    ("shufflenet_v2_x1_0", "equal_halves_everywhere"): joins_equal_halves,
    ("mobilenet_v1", "last_unit_stride_1"): keeps_seven_by_seven,
    ("mobilenet_v2", "no_expansion_at_one"): does_not_expand_by_one,
    ("mobilenet_v3_small", "no_excitation_at_the_end"): ends_without_excitation,
    ("mobilenet_v3_small", "dense_tail"): ends_with_dense_layers,
    ("mobilenet_v3_large", "dense_tail"): ends_with_dense_layers,
    ("regnet_x_400mf", "last_stage_400"): rounds_up_to_400,
}
"""What to look at in the code, by slug and id of the departure."""


def test_every_departure_is_looked_at() -> None:
    """No statement on a page without a check, and no check without a statement."""
    stated = {
        (slug, departure.id) for slug, entry in ENTRIES.items() for departure in entry.departures
    }
    assert {entry.family for entry in ENTRIES.values()} == FAMILIES
    assert stated == CHECKS.keys()


@pytest.mark.parametrize(("slug", "departure"), CHECKS)
def test_a_departure_is_true_of_the_running_code(slug: str, departure: str) -> None:
    """The page of a model says nothing about its code that its modules do not show."""
    CHECKS[slug, departure](net_of(slug))
