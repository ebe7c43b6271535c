"""What the tests of the nets count: parameters, MACs, and the shapes on the way."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

PICTURE = (3, 224, 224)


def params(module: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def macs(net: nn.Module, shape: tuple[int, ...] = PICTURE) -> int:
    """Return what torch counts in evaluation, for one input and without computing anything."""
    with FlopCounterMode(display=False) as counter:
        net.to("meta").eval()(torch.empty(1, *shape, device="meta"))
    return counter.get_total_flops() // 2


def sizes(net: nn.Module, *kinds: type[nn.Module]) -> list[int]:
    """Return the height after each module of the given kinds, for a picture of 224 pixels."""
    heights: list[int] = []
    for module in net.modules():
        if isinstance(module, kinds):
            module.register_forward_hook(lambda _m, _i, maps: heights.append(maps.shape[2]))
    net.to("meta").eval()(torch.empty(1, *PICTURE, device="meta"))
    return heights


def output_shape(net: nn.Module, shape: tuple[int, ...] = PICTURE) -> tuple[int, ...]:
    """Return the shape that comes out for a batch of two."""
    return tuple(net.to("meta").eval()(torch.empty(2, *shape, device="meta")).shape)
