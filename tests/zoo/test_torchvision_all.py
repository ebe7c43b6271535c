"""Every classification network of torchvision, counted by our own code and by its authors."""

from functools import cache

import pytest
import torch
import torchvision
from hollow import hollow
from torch import Tensor, nn

from generator.capture.watch import watch

NAMES = tuple(torchvision.models.list_models(module=torchvision.models))
TAGS = {"vit_h_14": "IMAGENET1K_SWAG_LINEAR_V1"}
"""Weights whose input is the one that their network takes when nothing else is said."""

pytestmark = pytest.mark.slow


@cache
def counted(name: str) -> tuple[int, int]:
    """Return parameters and MACs of a network without values."""
    built = hollow(name, TAGS.get(name, "DEFAULT"))
    example = torch.zeros(1, *built.input_shape, device="meta")
    return params(built.module), macs(built.module, example)


def params(net: nn.Module) -> int:
    """Count every parameter once."""
    return sum(values.numel() for values in net.parameters())


def macs(net: nn.Module, example: Tensor) -> int:
    """Let a network run once while our code counts."""
    with watch(net, lambda _path, _module, _maps: False) as observed:
        net(example)
    return sum(call.macs for call in observed.calls)


def published(name: str) -> tuple[int, float]:
    """Return what torchvision says: `num_params`, and `_ops`, called GFLOPS and really GMACs."""
    entries = torchvision.models.get_model_weights(name).__members__
    meta = entries[TAGS.get(name, "DEFAULT")].meta
    return meta["num_params"], meta["_ops"]


def test_there_are_eighty() -> None:
    """None is left out, and a new one is counted too."""
    assert len(NAMES) >= 80


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_macs_are_those_that_torchvision_publishes(name: str) -> None:
    """Parameters to the digit, MACs to the three decimals that are printed."""
    ours, theirs = counted(name), published(name)
    assert ours[0] == theirs[0]
    assert f"{ours[1] / 1e9:.3f}" == f"{theirs[1]:.3f}"


@pytest.mark.parametrize("name", ["squeezenet1_1", "swin_t", "regnet_x_400mf"])
def test_a_network_without_values_counts_as_a_real_one(name: str) -> None:
    """What makes the large ones affordable changes no number."""
    real = torchvision.models.get_model(name).eval()
    example = torch.zeros(1, *hollow(name).input_shape)
    assert counted(name) == (params(real), macs(real, example))


@pytest.mark.parametrize(
    ("name", "with_heads", "without"),
    [("googlenet", 13_004_888, 6_624_904), ("inception_v3", 27_161_264, 23_834_568)],
)
def test_auxiliary_heads_cost_parameters_and_no_macs(
    name: str, with_heads: int, without: int
) -> None:
    """They are published with Inception v3 and without GoogLeNet; nothing of them runs."""
    sizes, costs = [], []
    for is_on in (True, False):
        net = torchvision.models.get_model(name, aux_logits=is_on, init_weights=False)
        side = 299 if name == "inception_v3" else 224
        sizes.append(params(net))
        costs.append(macs(net.to("meta").eval(), torch.zeros(1, 3, side, side, device="meta")))
    assert sizes == [with_heads, without]
    assert costs[0] == costs[1]
    reference = hollow(name).reference
    assert reference is not None
    assert reference.auxiliary_params == with_heads - without
