"""Claims about VGG-16-C: configuration B (VGG-13) and three convolutions of 1×1."""

import torch
import torchvision
from counting import macs, output_shape, params, sizes
from torch import nn

from generator.zoo.nets.vgg import VGG16C, vgg16_c


def _net() -> VGG16C:
    with torch.device("meta"):
        return vgg16_c()


def test_c_is_b_with_three_convolutions_of_one_pixel() -> None:
    """Parameters and MACs are VGG-13's and theirs."""
    with torch.device("meta"):
        b = torchvision.models.vgg13()
    net = _net()
    weights = [256**2, 512**2, 512**2]
    assert params(net) == params(b) + sum(weights) + 256 + 512 + 512 == 133_638_952
    costs = [weight * size**2 for weight, size in zip(weights, (56, 28, 14), strict=True)]
    assert macs(net) == macs(b) + sum(costs) == 11_770_888_192
    assert output_shape(net) == (2, 1000)


def test_the_last_convolution_of_stages_three_to_five_is_one_pixel_wide() -> None:
    """The others are 3×3; stages have 2, 2, 3, 3, 3 convolutions and halve the size."""
    convolutions = [m for m in _net().modules() if isinstance(m, nn.Conv2d)]
    kernels = [conv.kernel_size[0] for conv in convolutions]
    assert kernels == [3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 1]
    assert sizes(_net(), nn.MaxPool2d) == [112, 56, 28, 14, 7]
