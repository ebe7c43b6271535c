"""Claims about the GoogLeNet of 2014: table 1 of the paper, and heads that come and go."""

import pytest
import torch
from counting import macs, output_shape, params, sizes
from torch import nn

from generator.zoo.nets.googlenet import GoogLeNet2014, Inception, Scores, googlenet_2014


def test_numbers_with_and_without_heads() -> None:
    """In evaluation the heads cost nothing, as they are not computed."""
    plain, headed = googlenet_2014(), googlenet_2014(auxiliary=True)
    heads = [128 * (n + 1) + 1024 * (2048 + 1) + 1000 * (1024 + 1) for n in (512, 528)]
    assert params(plain) == 6_998_552
    assert params(headed) == 6_998_552 + sum(heads) == 13_378_280
    assert macs(plain) == macs(headed) == 1_582_671_872


def test_nine_modules_have_the_maps_of_the_table() -> None:
    """28 pixels for two, 14 for five, 7 for two; the last gives 1024 maps."""
    net = googlenet_2014()
    modules = [m for m in net.modules() if isinstance(m, Inception)]
    made = [sum(branch[-2].out_channels for branch in module.children()) for module in modules]
    assert made == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert sizes(net, Inception) == [28] * 2 + [14] * 5 + [7] * 2


def test_it_is_the_net_of_2014() -> None:
    """A real 5×5 in the third branch, biases, response normalisation, no batch normalisation."""
    net = googlenet_2014(auxiliary=True)
    kinds = [type(module) for module in net.modules()]
    modules = [m for m in net.modules() if isinstance(m, Inception)]
    assert {module.branch3[2].kernel_size for module in modules} == {(5, 5)}
    assert nn.BatchNorm2d not in kinds
    assert kinds.count(nn.LocalResponseNorm) == 2
    assert all(m.bias is not None for m in net.modules() if isinstance(m, nn.Conv2d))


def test_heads_speak_in_training_only() -> None:
    """Three scores for each picture while training, and a gradient through each; one otherwise."""
    net = googlenet_2014(auxiliary=True, classes=5)
    scores = net.train()(torch.randn(2, 3, 224, 224))
    assert isinstance(scores, Scores)
    assert [tuple(one.shape) for one in scores] == [(2, 5)] * 3
    (scores.aux1.sum() + scores.aux2.sum()).backward()
    assert net.inception4d.branch1[0].weight.grad.any()
    assert net.inception5b.branch1[0].weight.grad is None
    assert output_shape(net, (3, 224, 224)) == (2, 5)
    assert googlenet_2014(classes=5).train()(torch.randn(2, 3, 64, 64)).shape == (2, 5)


@pytest.mark.parametrize("saved_with_heads", [True, False])
@pytest.mark.parametrize("loaded_with_heads", [True, False])
def test_weights_reload_whichever_side_has_heads(
    *, saved_with_heads: bool, loaded_with_heads: bool
) -> None:
    """The answer is the same afterwards; heads that were not saved stay as they are."""
    saved = googlenet_2014(auxiliary=saved_with_heads, classes=3).eval()
    loaded = googlenet_2014(auxiliary=loaded_with_heads, classes=3).eval()
    before = {name: value.clone() for name, value in loaded.state_dict().items()}
    loaded.load_main(saved.state_dict())
    pictures = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(loaded(pictures), saved(pictures))
    expected = before | saved.state_dict()
    assert all(torch.equal(v, expected[name]) for name, v in loaded.state_dict().items())


def _small() -> GoogLeNet2014:
    with torch.device("meta"):
        return googlenet_2014(auxiliary=True, classes=3)


def test_anything_but_a_head_must_fit() -> None:
    """Missing, surplus and misshapen weights are refused by name."""
    state = _small().state_dict()
    without = {name: value for name, value in state.items() if name != "classifier.bias"}
    with pytest.raises(RuntimeError, match=r"Missing key.*classifier\.bias"):
        _small().load_main(without)
    with pytest.raises(RuntimeError, match=r"Unexpected key.*other"):
        _small().load_main(state | {"other": torch.zeros(1)})
    with pytest.raises(RuntimeError, match=r"size mismatch for aux1\.7\.bias"):
        _small().load_main(state | {"aux1.7.bias": torch.zeros(4)})
