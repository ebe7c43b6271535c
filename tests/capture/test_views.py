"""What is noted of one look: by the graph or, where there is none, by hooks."""

import pytest
import torch
import toys
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from generator.capture.trace import export
from generator.capture.views import noting, through_graph, through_hooks, worth_showing
from generator.capture.wanted import Wanted
from generator.records import Reason, Step


def kept(model: nn.Module) -> list[str]:
    """Return the paths a model's sheets would have, all outputs being 4×4."""
    keep = worth_showing(model)
    output = torch.zeros(1, 2, 4, 4)
    return [path for path, module in model.named_modules() if keep(path, module, output)]


@pytest.mark.parametrize(
    "output",
    [
        torch.zeros(1, 4, 1, 1),
        torch.zeros(1, 4),
        torch.zeros(1, 4, 8),
        torch.zeros(1, 4, 2, 2, dtype=torch.int64),
    ],
    ids=["1×1", "vector", "sequence", "integers"],
)
def test_only_maps_are_worth_showing(output: Tensor) -> None:
    """A single pixel, a vector or indices make no picture."""
    model = nn.Sequential(nn.Conv2d(3, 4, 1))

    assert not worth_showing(model)("0", model[0], output)


def test_convolutions_outside_of_blocks_are_shown() -> None:
    """In a chain every convolution counts, but no activation of its own."""
    chain = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.Conv2d(2, 2, 1))
    model = nn.Sequential(chain, nn.Conv2d(2, 2, 1))

    assert kept(model) == ["0", "0.0", "0.2", "1"]


def test_a_convolution_alone_in_its_container_is_shown_as_the_container() -> None:
    """Convolution, norm and activation are one step, shown when it is complete."""
    step = nn.Sequential(nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2), nn.ReLU())

    assert kept(nn.Sequential(step, nn.ReLU())) == ["0"]


def test_convolutions_inside_of_blocks_are_not_shown() -> None:
    """A block of its own class is shown as what it returns."""

    class Block(nn.Module):
        """Two convolutions that belong together."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 1))

    assert kept(nn.Sequential(Block())) == ["0", "0.inner"]


def test_a_model_that_is_one_convolution_is_shown() -> None:
    """The smallest net has a sheet too."""
    assert kept(nn.Conv2d(3, 2, 1)) == [""]


def test_a_name_with_dots_is_no_obstacle() -> None:
    """Nothing looks modules up by their dotted path, which such a name makes ambiguous."""
    model = nn.Sequential()
    setattr(model, "../x", nn.Sequential(nn.Conv2d(3, 2, 1), nn.Conv2d(2, 2, 1)))

    assert kept(model) == ["../x", "../x.0", "../x.1"]


def test_a_reparametrised_weight_is_no_feature_map() -> None:
    """The module that computes a kernel returns four dimensions, and yet no map."""
    model = nn.Sequential(weight_norm(nn.Conv2d(3, 2, 3)))

    assert "0" in kept(model)
    assert "0.parametrizations.weight" not in kept(model)


def test_without_a_graph_modules_and_leaves_are_seen() -> None:
    """Grids by path, thumbnails under the ids of the chain of calls."""
    model = toys.Refuses().eval()

    with torch.no_grad():
        seen = through_hooks(model)(torch.rand(1, 3, 9, 9), "cat")

    assert [(w.path, w.node) for w in seen.grids] == [("convolve", None)]
    assert list(seen.tiles) == ["call_0"]


def test_a_part_of_a_split_is_seen_as_itself() -> None:
    """Both halves of a split are measured, each with its own channels."""
    model = toys.Branches().eval()
    program = export(model, torch.zeros(1, 3, 17, 17))
    wanted = [Wanted("chunk", "", Step.SPLIT, part=part) for part in (1, 2)]
    picture = torch.rand(1, 3, 17, 17)

    seen = through_graph(program, noting(wanted, {"chunk"}))(picture, "cat")

    halves = model.stem(picture).detach().chunk(2, dim=1)
    for one, half in zip(wanted, halves, strict=True):
        assert seen.grids[one].mean == pytest.approx(float(half.mean()), rel=1e-5)


def test_what_cannot_be_measured_says_why() -> None:
    """A picture that makes a layer constant leaves a reason, not a blank grid."""
    model = nn.Sequential(nn.Conv2d(3, 2, 1, bias=False), nn.ReLU())
    program = export(model, torch.zeros(1, 3, 4, 4))

    note = noting([Wanted("conv2d", "0")], set())
    seen = through_graph(program, note)(torch.zeros(1, 3, 4, 4), "black")

    assert not seen.grids
    (skipped,) = seen.skipped
    assert (skipped.path, skipped.image, skipped.reason) == ("0", "black", Reason.CONSTANT)
