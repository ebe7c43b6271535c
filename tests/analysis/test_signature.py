"""Claims about signatures: what makes two blocks the same, and what does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from light import light_record
from torch import Tensor, cat, nn

from generator.analysis.graph import Graph
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.operations import operations
from generator.analysis.signature import labels, signature


def _signature(net: nn.Module, channels: int = 4, size: int = 12) -> str:
    """Return the signature of everything between input and output."""
    graph = Graph(operations(light_record(net, channels, size, size)))
    ends = {Kind.INPUT, Kind.OUTPUT}
    inside = [node for node in graph.nodes if kind_of(node) not in ends]
    return signature(inside, labels(graph))


def _block(channels: int = 4, **convolution: int) -> nn.Module:
    settings_ = {"kernel_size": 3, "padding": 1, **convolution}
    return nn.Sequential(
        nn.Conv2d(channels, channels, **settings_), nn.BatchNorm2d(channels), nn.ReLU()
    )


class Sum(nn.Module):
    """Two branches, added or concatenated; either may be computed first."""

    def __init__(self, *, swapped: bool = False, joined: bool = False) -> None:
        super().__init__()
        self.narrow, self.wide = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 3, padding=1)
        self.swapped, self.joined = swapped, joined

    def forward(self, maps: Tensor) -> Tensor:
        first, second = (self.wide, self.narrow) if self.swapped else (self.narrow, self.wide)
        one, other = first(maps), second(maps)
        return cat((one, other), dim=1) if self.joined else one + other


@given(channels=st.integers(2, 9), size=st.integers(5, 40))
@settings(max_examples=15, deadline=None)
def test_width_and_resolution_are_no_part_of_a_signature(channels: int, size: int) -> None:
    """A block is the same at any scale."""
    assert _signature(_block(channels), channels, size) == _signature(_block())


@pytest.mark.parametrize(
    "convolution",
    [
        {"kernel_size": 5},
        {"stride": 2},
        {"padding": 0},
        {"dilation": 2},
        {"groups": 2},
        {"groups": 4},
    ],
    ids=["kernel", "stride", "padding", "dilation", "grouped", "depthwise"],
)
def test_every_choice_is_part_of_a_signature(convolution: dict[str, int]) -> None:
    """Kernel, stride, padding, dilation and grouping make another block."""
    assert _signature(_block(**convolution)) != _signature(_block())


def test_another_activation_makes_another_block() -> None:
    """So does a clipped one: ReLU6 is not any clipping."""
    kinds = (nn.ReLU(), nn.ReLU6(), nn.Hardtanh(-1, 1), nn.SiLU())
    found = {_signature(nn.Sequential(nn.Conv2d(4, 4, 1), kind)) for kind in kinds}
    assert len(found) == len(kinds)


def test_the_order_of_branches_has_no_meaning() -> None:
    """Which one the code computes, or names, first is no matter of architecture."""
    assert _signature(Sum(swapped=True)) == _signature(Sum())
    assert _signature(Sum(swapped=True, joined=True)) == _signature(Sum(joined=True))


def test_how_branches_meet_makes_a_block() -> None:
    """A sum is no concatenation."""
    assert _signature(Sum()) != _signature(Sum(joined=True))


def test_what_does_nothing_here_is_left_out() -> None:
    """Dropout is switched off when a net is looked at."""
    with_dropout = nn.Sequential(*_block().children(), nn.Dropout())
    assert _signature(with_dropout) == _signature(_block())


def test_a_narrow_branch_twice_is_not_once() -> None:
    """How often something happens counts, also where its results are the same."""
    once, twice = Sum(), Sum()
    twice.wide = nn.Conv2d(4, 4, 1)
    once.wide = nn.Identity()
    assert _signature(once) != _signature(twice)
