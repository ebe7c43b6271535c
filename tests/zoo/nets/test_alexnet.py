"""Claims about the AlexNets: the towers of 2012 meet where the paper says."""

import torch
from counting import macs, output_shape, params, sizes
from torch import nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from generator.zoo.nets.alexnet import (
    LowerTower,
    UpperTower,
    alexnet_2012,
    alexnet_single,
    response_norm,
)


def test_two_towers_have_the_known_numbers() -> None:
    """60 965 224 parameters, 724 406 816 MACs at 224 pixels with padding 2."""
    net = alexnet_2012()
    assert params(net) == 60_965_224
    assert macs(net) == 724_406_816
    assert output_shape(net) == (2, 1000)


def test_a_tower_has_half_of_the_maps() -> None:
    """48, 128, 192, 192, 128; the third layer reads both towers, the second, fourth, fifth one."""
    lower = [m for m in LowerTower() if isinstance(m, nn.Conv2d)]
    upper = [m for m in UpperTower() if isinstance(m, nn.Conv2d)]
    assert [conv.out_channels for conv in (*lower, *upper)] == [48, 128, 192, 192, 128]
    assert [conv.in_channels for conv in (*lower, *upper)] == [3, 48, 256, 192, 192]


def test_pooling_overlaps_and_gives_the_papers_sizes() -> None:
    """Windows of 3 in steps of 2: 55 becomes 27, 13 and 6, in each tower."""
    with torch.device("meta"):
        net = alexnet_2012()
    assert sizes(net, nn.Conv2d) == [55, 27, 55, 27, 13, 13, 13, 13, 13, 13]
    assert sizes(net, nn.MaxPool2d)[-6:] == [27, 13, 27, 13, 6, 6]


def test_separate_towers_compute_a_convolution_in_two_groups() -> None:
    """Layer 2 of both towers is `groups=2` over the maps of both."""
    first, second = LowerTower().conv2, LowerTower().conv2
    left, right = torch.randn(1, 48, 9, 9), torch.randn(1, 48, 9, 9)
    weight = torch.cat((first.weight, second.weight))
    bias = torch.cat((first.bias, second.bias))
    together = F.conv2d(torch.cat((left, right), 1), weight, bias, padding=2, groups=2)
    torch.testing.assert_close(torch.cat((first(left), second(right)), 1), together)


def test_response_norm_is_the_formula_of_the_paper() -> None:
    """A map over (k + α Σ a²)^β: the sum over five neighbours, fewer at the ends; no mean."""
    maps = 10 * torch.randn(1, 7, 2, 2)
    sums = torch.stack([maps[0, max(0, i - 2) : i + 3].square().sum(dim=0) for i in range(7)])
    torch.testing.assert_close(response_norm()(maps), maps / (2 + 1e-4 * sums) ** 0.75)


def test_single_tower_is_the_textbooks() -> None:
    """54, 26, 12, 5 pixels and 6400 features before the dense layers; ten classes."""
    with torch.device("meta"):
        net = alexnet_single()
    assert params(net) == 46_787_978
    assert sizes(net, nn.Conv2d) == [54, 26, 12, 12, 12]
    assert sizes(net, nn.MaxPool2d)[-3:] == [26, 12, 5]
    assert net.classifier[1].in_features == 6400
    assert output_shape(net) == (2, 10)
    assert output_shape(alexnet_single(channels=1), (1, 224, 224)) == (2, 10)
