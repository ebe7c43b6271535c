"""Claims about wiring: which operations belong together when no module says so."""

import torch
from light import light_record
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from generator.analysis.graph import Graph
from generator.analysis.operations import operations
from generator.analysis.regions import Pattern, regions


def _kernels(*shapes: tuple[int, ...]) -> nn.ParameterList:
    return nn.ParameterList([nn.Parameter(torch.zeros(shape)) for shape in shapes])


def _regions(net: nn.Module) -> list[tuple[Pattern, int]]:
    """Return each region's pattern, and how many operations it holds."""
    graph = _graph(net)
    return [(region.pattern, len(region.nodes)) for region in regions(graph, frozenset())]


def _graph(net: nn.Module) -> Graph:
    return Graph(operations(light_record(net, 4, 16, 16)))


class Wired(nn.Module):
    """Kernels of 3×3 over four channels, and of 1×1; what is done with them is up to a subclass."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = _kernels(*[(4, 4, 3, 3)] * 6)
        self.narrow = _kernels(*[(4, 4, 1, 1)] * 4)

    def conv(self, maps: Tensor, number: int) -> Tensor:
        return F.conv2d(maps, self.wide[number], padding=1)

    def mix(self, maps: Tensor, number: int) -> Tensor:
        return F.conv2d(maps, self.narrow[number])


class BeforeActivation(Wired):
    """Norm and activation come first, so that nothing follows the sum."""

    def forward(self, maps: Tensor) -> Tensor:
        for first in (0, 2):
            inside = self.conv(F.relu(F.batch_norm(maps, torch.ones(4), torch.ones(4))), first)
            maps = maps + self.conv(F.relu(inside), first + 1)
        return maps


class GateInside(Wired):
    """A residual block with squeeze-and-excitation in it."""

    def forward(self, maps: Tensor) -> Tensor:
        inside = self.conv(maps, 0)
        gate = self.mix(F.relu(self.mix(F.adaptive_avg_pool2d(inside, 1), 0)), 1)
        return F.relu(maps + inside * torch.sigmoid(gate))


class LongShortcut(Wired):
    """Two residual blocks, and a shortcut around both."""

    def forward(self, maps: Tensor) -> Tensor:
        first = maps + self.conv(F.relu(self.conv(maps, 0)), 1)
        second = first + self.conv(F.relu(self.conv(first, 2)), 3)
        return maps + second


class Nested(Wired):
    """Branches that branch again, as in Inception's last modules."""

    def forward(self, maps: Tensor) -> Tensor:
        left, right = self.mix(maps, 0), self.mix(maps, 1)
        left = torch.cat((self.conv(left, 0), self.conv(left, 1)), dim=1)
        right = torch.cat((self.conv(right, 2), self.conv(right, 3)), dim=1)
        return torch.cat((left, right), dim=1)


class Hourglass(Wired):
    """Maps are made smaller and larger again, then put behind those they came from."""

    def forward(self, maps: Tensor) -> Tensor:
        small = self.conv(F.max_pool2d(maps, 2), 0)
        return torch.cat((maps, F.interpolate(self.conv(small, 1), scale_factor=2)), dim=1)


class Growing(Wired):
    """A dense block that carries one growing stack of maps along."""

    def forward(self, maps: Tensor) -> Tensor:
        for number in (0, 1):
            maps = torch.cat((maps, self.conv(maps[:, :4], number)), dim=1)
        return maps


class Leaking(Wired):
    """What lies between the two ends of a shortcut is read elsewhere too."""

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        inside = F.relu(self.conv(maps, 0))
        return maps + self.conv(inside, 1), inside


def test_a_residual_block_may_begin_with_its_norm() -> None:
    """Both blocks hold norm, activation, two convolutions, the activation between, and the sum."""
    assert _regions(BeforeActivation()) == [(Pattern.RESIDUAL, 6)] * 2


def test_a_gate_inside_a_residual_block_is_part_of_it() -> None:
    """The outer of the two is the block."""
    assert _regions(GateInside()) == [(Pattern.RESIDUAL, 8)]


def test_a_shortcut_around_several_blocks_does_not_hide_them() -> None:
    """A region that only holds a series of alike ones is looked through."""
    assert _regions(LongShortcut()) == [(Pattern.RESIDUAL, 4)] * 2


def test_branches_that_branch_are_one_block() -> None:
    """Regions side by side are no series."""
    assert _regions(Nested()) == [(Pattern.BRANCHES, 9)]


def test_maps_of_another_resolution_make_no_dense_layer() -> None:
    """An hourglass puts new maps behind old ones as well, yet goes another way."""
    assert _regions(Hourglass()) == [(Pattern.BRANCHES, 5)]


def test_a_growing_stack_is_made_of_dense_layers() -> None:
    """Its concatenations are part of them."""
    assert [pattern for pattern, _ in _regions(Growing())] == [Pattern.DENSE] * 2


def test_what_is_read_from_outside_is_no_region() -> None:
    """A block has one value that leaves."""
    assert _regions(Leaking()) == []


def test_a_region_never_holds_what_a_module_has_claimed() -> None:
    """The sum is taken, so that only the gate is left."""
    graph = _graph(GateInside())
    (whole,) = regions(graph, frozenset())
    (left,) = regions(graph, frozenset({whole.exit}))
    assert left.pattern is Pattern.EXCITATION
    assert left.nodes < whole.nodes
