"""Claims about DenseNet-121 with Inception layers: DenseNet's layout, Inception's proportions."""

import torch
import torchvision
from counting import macs, output_shape, params
from torch import nn

from generator.zoo.nets.densenet import (
    DenseBlock,
    InceptionDenseLayer,
    InceptionDenseNet121,
    Transition,
    densenet121_inception,
)


def _net() -> InceptionDenseNet121:
    with torch.device("meta"):
        return densenet121_inception()


def test_it_has_its_numbers() -> None:
    """Fewer than DenseNet-121, as a quarter of each layer's maps is cheap."""
    with torch.device("meta"):
        usual = torchvision.models.densenet121()
    assert params(_net()) == 5_327_784 < params(usual)
    assert macs(_net()) == 1_628_633_088 < macs(usual)
    assert output_shape(_net()) == (2, 1000)


def test_layout_is_that_of_densenet121() -> None:
    """58 dense layers in blocks of 6, 12, 24, 16, three transitions, and the same maps between."""
    net = _net()
    kinds = [type(module) for module in net.modules()]
    blocks = [module for module in net.modules() if isinstance(module, DenseBlock)]
    assert [len(block) for block in blocks] == [6, 12, 24, 16]
    assert (kinds.count(InceptionDenseLayer), kinds.count(Transition)) == (58, 3)
    with torch.device("meta"):
        usual = torchvision.models.densenet121().features
    theirs = [usual.transition1.conv, usual.transition2.conv, usual.transition3.conv]
    ours = [net.transition1.conv, net.transition2.conv, net.transition3.conv]
    assert [c.in_channels for c in ours] == [c.in_channels for c in theirs]
    assert [c.out_channels for c in ours] == [c.out_channels for c in theirs]


def test_a_layer_has_the_proportions_of_module_3a() -> None:
    """64 : 128 : 32 : 32, an eighth of each; together the growth rate."""
    layer = InceptionDenseLayer(64)
    branches = (layer.branch1, layer.branch2, layer.branch3, layer.branch4)
    made = [branch(torch.randn(1, 64, 7, 7)).shape[1] for branch in branches]
    assert [8 * maps for maps in made] == [64, 128, 32, 32]
    kernels = {m.kernel_size[0] for m in layer.modules() if isinstance(m, nn.Conv2d)}
    assert kernels == {1, 3, 5}


def test_a_block_keeps_what_went_in() -> None:
    """The input comes out first, unchanged, and each layer's maps behind it."""
    block = DenseBlock(8, 3).eval()
    maps = torch.randn(2, 8, 5, 5)
    with torch.no_grad():
        out = block(maps)
    assert out.shape == (2, 8 + 3 * 32, 5, 5)
    assert torch.equal(out[:, :8], maps)
