"""Claims about modules as blocks: which level of the tree a reader wants to see."""

import pytest
from light import light_record
from torch import Tensor, nn

from generator.analysis.graph import Graph
from generator.analysis.operations import operations
from generator.analysis.tree import ModuleTree, is_below


def _conv() -> nn.Conv2d:
    return nn.Conv2d(4, 4, 3, padding=1)


class Pair(nn.Module):
    """Two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = _conv(), _conv()

    def forward(self, maps: Tensor) -> Tensor:
        return self.second(self.first(maps))


class Unit(nn.Module):
    """One convolution and its norm: a single piece of work."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = _conv(), nn.BatchNorm2d(4)

    def forward(self, maps: Tensor) -> Tensor:
        return self.norm(self.conv(maps))


class Around(nn.Module):
    """A shortcut around two convolutions in a module of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = Pair()

    def forward(self, maps: Tensor) -> Tensor:
        return maps + self.inside(maps)


class Branched(nn.Module):
    """Two branches of one class, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = Pair(), Pair()

    def forward(self, maps: Tensor) -> Tensor:
        return self.left(maps) + self.right(maps)


class Series(nn.Module):
    """A stage: blocks of one class, one after the other."""

    def __init__(self, *blocks: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*blocks)

    def forward(self, maps: Tensor) -> Tensor:
        return self.blocks(maps)


class Optional(nn.Module):
    """One convolution with a shortcut, or without."""

    def __init__(self, *, has_shortcut: bool) -> None:
        super().__init__()
        self.conv, self.has_shortcut = _conv(), has_shortcut

    def forward(self, maps: Tensor) -> Tensor:
        return maps + self.conv(maps) if self.has_shortcut else self.conv(maps)


class Functions(nn.Module):
    """Two convolutions with one kernel, and no module for either."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = nn.Parameter(_conv().weight.detach())

    def forward(self, maps: Tensor) -> Tensor:
        once = nn.functional.conv2d(maps, self.kernel, padding=1)
        return nn.functional.conv2d(once, self.kernel, padding=1)


def _blocks(*layers: nn.Module) -> list[str]:
    """Return the paths of a chain's blocks; a stem stands before them."""
    record = light_record(nn.Sequential(_conv(), *layers), 4, 8, 8)
    return [path for path, _ in ModuleTree(record, Graph(operations(record))).blocks]


def test_a_class_of_several_layers_is_a_block() -> None:
    """One convolution with its norm is none, nor is a bare container."""
    assert _blocks(Unit(), Pair(), nn.Sequential(_conv(), _conv()), Pair()) == ["2", "4"]


def test_of_nested_blocks_the_outer_one_counts() -> None:
    """What has a shortcut around it is only part of a block."""
    assert _blocks(Around(), Around()) == ["1", "2"]


def test_a_stage_is_looked_through() -> None:
    """What merely holds a series of blocks is no block, however often its class occurs."""
    found = _blocks(Series(Around()), Series(Around(), Around()))
    assert found == ["1.blocks.0", "2.blocks.0", "2.blocks.1"]


def test_branches_of_one_class_are_no_series() -> None:
    """Side by side they are parts of the block around them."""
    assert _blocks(Branched(), Branched()) == ["1", "2"]


def test_a_backbone_in_a_class_of_its_own_is_looked_through() -> None:
    """It occurs once, and what repeats is inside."""
    assert _blocks(Series(Pair(), Branched(), Pair())) == ["1.blocks.0", "1.blocks.1", "1.blocks.2"]


def test_most_of_a_net_is_no_block() -> None:
    """A class that occurs once and holds most of the layers is the net in other words."""
    assert _blocks(Pair()) == []


def test_a_class_that_is_a_block_somewhere_is_one_everywhere() -> None:
    """Without its shortcut a single convolution is left: the same block, another variant."""
    assert _blocks(Optional(has_shortcut=True), Optional(has_shortcut=False)) == ["1", "2"]


def test_a_module_of_plain_functions_is_a_block() -> None:
    """It holds no other module, and still does several things."""
    assert _blocks(Functions(), Functions()) == ["1", "2"]


@pytest.mark.parametrize(
    ("path", "ancestor", "expected"),
    [("a.b", "a", True), ("a", "a", True), ("ab", "a", False), ("x", "", True)],
)
def test_below_is_a_matter_of_whole_names(path: str, ancestor: str, *, expected: bool) -> None:
    """layer10 does not lie under layer1."""
    assert is_below(path, ancestor) is expected
