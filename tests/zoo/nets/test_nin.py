"""Claims about Network in Network: four blocks, no dense layer, one map a class."""

import pytest
import torch
from counting import macs, output_shape, params, sizes
from torch import nn

from generator.zoo.nets.nin import NiNBlock, nin, nin_imagenet


def test_imagenet_net_has_the_known_numbers() -> None:
    """7 595 176 parameters, 1 100 188 800 MACs at 224 pixels."""
    net = nin_imagenet()
    assert params(net) == 7_595_176
    assert macs(net) == 1_100_188_800
    assert output_shape(net) == (2, 1000)


def test_textbooks_net_has_ten_maps_at_the_end() -> None:
    """96 maps at 54², 256 at 26², 384 at 12², 10 at 5², and their means."""
    net = nin()
    assert params(net) == 2_015_398
    assert sizes(net, NiNBlock) == [54, 26, 12, 5]
    assert [b.mix2.out_channels for b in net.modules() if isinstance(b, NiNBlock)] == [
        *(96, 256, 384, 10)
    ]
    assert output_shape(net) == (2, 10)
    assert output_shape(nin(channels=1), (1, 224, 224)) == (2, 10)


@pytest.mark.parametrize("factory", [nin, nin_imagenet])
def test_a_block_is_one_wide_convolution_and_two_of_one_pixel(factory: type[nn.Module]) -> None:
    """Four times, and no dense layer anywhere."""
    net = factory()
    blocks = [module for module in net.modules() if isinstance(module, NiNBlock)]
    kernels = [[m.kernel_size[0] for m in b if isinstance(m, nn.Conv2d)] for b in blocks]
    assert kernels == [[11, 1, 1], [5, 1, 1], [3, 1, 1], [3, 1, 1]]
    assert not [m for m in net.modules() if isinstance(m, nn.Linear)]


def test_the_score_is_the_mean_of_a_map() -> None:
    """Global average pooling stands where other nets have dense layers."""
    net = nin().eval()
    pictures = torch.randn(1, 3, 128, 128)
    with torch.no_grad():
        torch.testing.assert_close(net(pictures), net.features(pictures).mean(dim=(2, 3)))
