"""Claims about ZFNet: its numbers and the sizes of the paper's figure."""

import torch
from counting import macs, output_shape, params, sizes
from torch import nn

from generator.zoo.nets.zfnet import zfnet


def test_zfnet_has_the_known_numbers() -> None:
    """62 357 608 parameters, 1 168 032 896 MACs at 224 pixels."""
    with torch.device("meta"):
        net = zfnet()
    assert params(net) == 62_357_608
    assert macs(net) == 1_168_032_896
    assert output_shape(net) == (2, 1000)


def test_sizes_are_those_of_the_figure() -> None:
    """110 after the first convolution, 55, 26, 13, and 6 before the dense layers."""
    with torch.device("meta"):
        net = zfnet()
    assert sizes(net, nn.Conv2d, nn.MaxPool2d) == [110, 55, 26, 13, 13, 13, 13, 6]


def test_normalisation_follows_pooling() -> None:
    """The figure pools first; AlexNet does it the other way round."""
    with torch.device("meta"):
        layers = list(zfnet().features)
    norms = [i for i, layer in enumerate(layers) if isinstance(layer, nn.LocalResponseNorm)]
    assert len(norms) == 2
    assert all(isinstance(layers[i - 1], nn.MaxPool2d) for i in norms)
