"""Which tensors are shown: stages, blocks, branches, connectors, and the steps between."""

import pytest
import torch
import torchvision
import toys
from torch import nn

from generator.capture.trace import export, nodes_of, outputs_of
from generator.capture.wanted import Wanted, choose
from generator.capture.watch import module_tree, watch
from generator.capture.wiring import last_maps
from generator.records import FeatureGrid, Node, Reason, Skipped, Step
from generator.zoo.nets.alexnet import TwoTowerAlexNet


def chosen(model: nn.Module, side: int = 64) -> tuple[tuple[Wanted, ...], tuple[Skipped, ...]]:
    """Return what would be shown of a model."""
    nodes, outputs = traced(model, side)
    return choose(nodes, module_tree(model), outputs)


def traced(model: nn.Module, side: int = 64) -> tuple[tuple[Node, ...], dict[str, str | None]]:
    """Trace a model, and find what its modules return."""
    model.eval()
    example = torch.zeros(1, 3, side, side)
    with watch(model) as seen:
        model(example)
    program = export(model, example)
    nodes = nodes_of(program, model)
    return nodes, outputs_of(program, model, nodes, seen.calls)


def names(wanted: tuple[Wanted, ...], *, is_inner: bool = False) -> list[str]:
    """Return the readers' names of what is shown on its own, or inside of blocks."""
    shown = [one for one in wanted if one.is_inner is is_inner]
    return [
        FeatureGrid.model_construct(
            **{f: getattr(one, f) for f in ("path", "node", "step", "part")},
            is_output=one.is_output,
        ).name
        for one in shown
    ]


def test_a_chain_shows_its_convolutions_with_what_follows() -> None:
    """Norm and activation belong to the convolution before them."""
    wanted, skipped = chosen(toys.Plain(), 17)

    assert names(wanted) == ["features.0 / convolution", "features"]
    assert [one.node for one in wanted if not one.is_inner] == ["relu_", "relu"]
    assert names(wanted, is_inner=True) == ["features.3"]
    assert not skipped


def test_a_residual_block_shows_both_branches_and_the_sum() -> None:
    """The activation behind the sum is part of it; the stem is both a layer and a branch."""
    wanted, _ = chosen(toys.ResidualNet(), 17)

    assert names(wanted) == [
        "stem",
        "blocks.0.second",
        "blocks.0",
        "blocks.1.second",
        "blocks.1",
        "blocks.2.project",
        "blocks.2.second",
        "blocks",
    ]
    (last,) = [one for one in wanted if one.path == "blocks"]
    assert (last.step, last.also) == (Step.SUM, ("blocks.2",))


def test_each_branch_and_connector_of_a_shuffled_net_is_shown() -> None:
    """Split, both parts, the branch, the concatenation and the shuffle, in this order."""
    wanted, _ = chosen(toys.Branches(), 17)

    assert names(wanted) == [
        *("stem", "chunk / split 1", "chunk / split 2", "branch"),
        *("cat / concatenation", "reshape / channel shuffle"),
    ]


def test_each_branch_of_each_inception_module_is_shown() -> None:
    """Nine modules of four branches, each under its own name, and their concatenations."""
    wanted, _ = chosen(torchvision.models.googlenet(weights=None, init_weights=False))

    shown = names(wanted)
    modules = [f"inception{number}" for number in ("3a", "3b", *(f"4{x}" for x in "abcde"))]
    modules += ["inception5a", "inception5b"]
    expected = {f"{m}.branch{b}" for m in modules for b in (1, 2, 3, 4)} | set(modules)
    assert expected < set(shown)
    assert len(shown) == len(expected) + 3  # and the stem
    assert "inception3a.branch2.0" in names(wanted, is_inner=True)


def test_squeeze_and_expand_of_a_fire_module_are_shown() -> None:
    """The squeeze is a fork, the expansions are branches."""
    wanted, skipped = chosen(torchvision.models.squeezenet1_1())

    fire = [name for name in names(wanted) if name.startswith("features.4")]
    assert fire == [
        "features.4.squeeze / convolution",
        "features.4.expand1x1 / convolution",
        "features.4.expand3x3 / convolution",
        "features.4",
    ]
    assert [(s.path, s.reason) for s in skipped] == [("classifier", Reason.ONE_POSITION)]


def test_connector_steps_of_shufflenet_are_shown() -> None:
    """Both halves, the worked branch, the concatenation; the unit returns the shuffle."""
    wanted, _ = chosen(torchvision.models.shufflenet_v2_x0_5())

    unit = [one for one in wanted if one.path.startswith("stage2.1") and not one.is_inner]
    assert names(tuple(unit)) == [
        *("stage2.1 / split 1", "stage2.1 / split 2", "stage2.1.branch2"),
        *("stage2.1 / concatenation", "stage2.1"),
    ]
    assert unit[-1].step is Step.SHUFFLE


def test_dense_layers_and_transitions_are_shown_but_not_what_they_collect() -> None:
    """The concatenation at a dense layer's entry holds only what is shown already."""
    wanted, _ = chosen(torchvision.models.densenet121())

    shown = names(wanted)
    assert sum("denselayer" in name for name in shown) == 58
    assert {f"features.transition{n}" for n in (1, 2, 3)} < set(shown)
    assert {f"features.denseblock{n}" for n in (1, 2, 3, 4)} < set(shown)
    assert not any("denselayer" in name and "concatenation" in name for name in shown)
    inside = names(wanted, is_inner=True)
    assert "features.denseblock1.denselayer2.conv1 / convolution" in inside
    assert "features.denseblock1.denselayer2 / concatenation" in inside


def test_a_net_of_plain_functions_shows_its_operations() -> None:
    """Without modules there are no blocks, and the operations bear the names."""
    wanted, _ = chosen(toys.FunctionalBranches(), 17)

    shown = names(wanted)
    assert sum(name.endswith(" / concatenation") for name in shown) == 3
    assert sum(name.endswith(" / convolution") for name in shown) == 10
    assert len(shown) == len(set(shown))
    assert all(name.endswith(" / pooling") for name in names(wanted, is_inner=True))


def test_a_tensor_is_shown_once() -> None:
    """Whatever modules return it."""
    wanted, _ = chosen(torchvision.models.resnet18())

    places = [(one.node, one.part) for one in wanted]
    assert len(places) == len(set(places))


class Odd(nn.Module):
    """Containers that return a vector, a sequence, a volume, a tuple, a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
        self.vector = nn.Sequential(nn.Flatten(), nn.Linear(4 * 36, 8))
        self.sequence = nn.Sequential(nn.Flatten(2), nn.ReLU())
        self.volume = nn.Sequential(nn.Unflatten(1, (1, 4)), nn.Conv3d(1, 2, 1))
        self.pair = Pair()
        self.named = Named()

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        maps = self.maps(pictures)
        first, second = self.pair(maps)
        several = self.named(first)["a"].sum() + second.sum() + self.volume(maps).sum()
        return self.vector(maps) + self.sequence(maps).sum() + several


class Pair(nn.Module):
    """Returns a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Conv2d(4, 2, 1), nn.Conv2d(4, 3, 1)

    def forward(self, maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.left(maps), self.right(maps)


class Named(nn.Module):
    """Returns a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(2, 2, 1)

    def forward(self, maps: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"a": self.convolve(maps)}


def test_of_several_tensors_the_first_is_shown_and_odd_shapes_are_explained() -> None:
    """Tuples and dictionaries are looked into; vectors, sequences and volumes have no maps."""
    wanted, skipped = chosen(Odd(), 8)

    outputs = {one.path: one.node for one in wanted if one.is_output}
    assert (outputs["pair"], outputs["named"]) == ("conv2d_1", "conv2d_3")
    assert {s.path: (s.reason, s.detail) for s in skipped} == {
        "vector": (Reason.NO_MAPS, "8"),
        "sequence": (Reason.NO_MAPS, "4×36"),
        "volume": (Reason.NO_MAPS, "2×4×6×6"),
    }


@pytest.mark.parametrize(
    ("model", "node"),
    [
        (torchvision.models.resnet18(), "relu__16"),
        (torchvision.models.squeezenet1_0(), "relu__25"),
        (torchvision.models.vgg11(init_weights=False), "relu__7"),
        (nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, 2)), None),
    ],
    ids=["resnet18", "squeezenet1_0", "vgg11", "no convolution"],
)
def test_the_last_maps_are_those_before_pooling(model: nn.Module, node: str | None) -> None:
    """The sum's or the convolution's activation; nothing without convolutions."""
    nodes, _ = traced(model)

    assert last_maps(nodes) == node


def test_the_last_maps_of_joined_branches_are_the_whole() -> None:
    """Not one branch of the last module, but their concatenation."""
    nodes, outputs = traced(torchvision.models.googlenet(weights=None, init_weights=False))

    assert last_maps(nodes) == outputs["inception5b"]


def test_the_last_maps_of_two_towers_hold_both() -> None:
    """Where towers are pooled before they are joined, the join counts."""
    nodes, _ = traced(TwoTowerAlexNet(), 224)

    (found,) = [node for node in nodes if node.id == last_maps(nodes)]
    assert (found.op, found.output_shape) == ("cat", (1, 256, 6, 6))
