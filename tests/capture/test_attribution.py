"""Attribution: gradients by definition, overlays that can be laid on the picture, reasons."""

import io
from collections.abc import Sequence

import numpy as np
import pytest
import torch
import toys
from PIL import Image
from torch import Tensor, nn

from generator.capture.attribution import MAX_SIDE, Overlay, _follow_back, _weighed, attribute
from generator.capture.trace import export, nodes_of
from generator.capture.wiring import last_maps
from generator.records import AttributionMethod, Reason, Skipped

SIDE = 16


class Corner(nn.Module):
    """Says class 1 for what is bright in the upper left quarter, and looks nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.relu(self.convolve(pictures))
        quarter = maps[:, :, : SIDE // 2, : SIDE // 2].mean((2, 3))
        return torch.stack([-quarter.sum(1), quarter.sum(1)], dim=1)


class Constant(nn.Module):
    """Says the same of every picture."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return torch.tensor([[0.0, 1.0]]) + 0 * self.convolve(pictures).mean()


class Choosy(nn.Module):
    """Gives scores that no gradient leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return (self.convolve(pictures).mean((2, 3)) > 0).float()


class Maps(nn.Module):
    """Returns maps, as for segmentation."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.convolve(pictures)


def attributed(
    model: nn.Module, labels: Sequence[str] = (), side: int = SIDE
) -> list[Overlay | Skipped]:
    """Attribute what a model says of noise."""
    model.eval()
    program = export(model, torch.zeros(1, 3, side, side))
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    node = last_maps(nodes_of(program, model))
    return list(attribute(program, picture, "cat", node, labels))


def alpha(overlay: Overlay | Skipped) -> np.ndarray:
    """Return how opaque an overlay is."""
    assert isinstance(overlay, Overlay)
    with Image.open(io.BytesIO(overlay.content)) as image:
        return np.asarray(image.convert("RGBA"))[:, :, 3].astype(int)


@pytest.fixture
def corner() -> Corner:
    """A net that likes bright upper left quarters."""
    model = Corner()
    nn.init.constant_(model.convolve.weight, 0.1)
    nn.init.zeros_(model.convolve.bias)
    return model


def test_what_a_class_looks_at_is_found(corner: Corner) -> None:
    """Both methods point at the one quarter that counts, and are clear elsewhere."""
    overlays = attributed(corner, ("dark", "bright"))

    for overlay, method in zip(overlays, AttributionMethod, strict=True):
        shown = alpha(overlay)
        assert isinstance(overlay, Overlay)
        assert (overlay.attribution.method, overlay.attribution.label) == (method, "bright")
        assert shown.shape == (SIDE, SIDE)
        assert shown[: SIDE // 2 - 1, : SIDE // 2 - 1].mean() > 100
    assert alpha(overlays[1])[SIDE // 2 + 1 :, SIDE // 2 + 1 :].max() < 10


def test_grad_cam_follows_its_definition(corner: Corner) -> None:
    """Maps weighed by the mean of the score's gradient at them, positive parts only."""
    picture = torch.rand(1, 3, SIDE, SIDE)
    program = export(corner.eval(), torch.zeros_like(picture))

    found = _follow_back(program, picture, "relu_")

    maps = corner.convolve(picture).relu().detach().requires_grad_()
    score = maps[:, :, : SIDE // 2, : SIDE // 2].mean((2, 3)).sum()
    (gradient,) = torch.autograd.grad(score, maps)
    expected = (gradient.mean((2, 3), keepdim=True) * maps).sum(1)[0].relu().detach()
    assert found is not None
    torch.testing.assert_close(_weighed(found), expected / expected.max())


def test_saliency_equals_the_gradient_of_the_module_itself() -> None:
    """By plain autograd on the model, in-place activation and all."""
    model = toys.Plain().eval()
    picture = torch.rand(1, 3, 17, 17)
    program = export(model, torch.zeros_like(picture))

    found = _follow_back(program, picture, None)

    watched = picture.clone().requires_grad_()
    scores = model(watched)[0]
    scores.max().backward()
    assert found is not None
    assert found.likeliest == int(scores.argmax())
    torch.testing.assert_close(found.of_input, watched.grad)


@pytest.mark.parametrize("name", [n for n in toys.TRACED if n != "Shared"])
def test_every_way_of_wiring_can_be_followed_back(name: str) -> None:
    """Whatever the net, each method gives an overlay or a reason, and never raises."""
    found = attributed(getattr(toys, name)(), side=17)

    assert len(found) == 2
    assert any(isinstance(one, Overlay) for one in found)
    assert all(isinstance(o, Overlay) or o.reason is not Reason.ERROR for o in found)


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        (Constant(), [Reason.NO_GRADIENT] * 2),
        (Choosy(), [Reason.NO_GRADIENT] * 2),
        (Maps(), [Reason.NO_CLASSES]),
        (nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, 1)), [Reason.NO_CLASSES]),
    ],
    ids=["constant", "without a gradient", "maps", "one class"],
)
def test_what_cannot_be_attributed_says_why(model: nn.Module, reasons: list[Reason]) -> None:
    """A reason each; no blank overlay."""
    found = attributed(model)

    assert [one.reason for one in found if isinstance(one, Skipped)] == reasons
    assert len(found) == len(reasons)


def test_a_net_without_convolutions_has_only_saliency() -> None:
    """There are no maps that Grad-CAM could weigh."""
    grad_cam, saliency = attributed(nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, 3)))

    assert isinstance(grad_cam, Skipped)
    assert (grad_cam.reason, grad_cam.detail) == (Reason.NO_MAPS, "Grad-CAM")
    assert isinstance(saliency, Overlay)
    assert saliency.attribution.node is None


def test_overlays_of_large_inputs_are_small() -> None:
    """In the input's proportions, and light enough to be loaded beside it."""
    for overlay in attributed(toys.Gated(), side=2 * MAX_SIDE):
        assert alpha(overlay).shape == (MAX_SIDE, MAX_SIDE)
        assert isinstance(overlay, Overlay)
        assert len(overlay.content) < 20_000


def test_attribution_leaves_the_model_as_it_was(corner: Corner) -> None:
    """No gradient is left on its weights, and nothing is attached to it."""
    before = {name: p.clone() for name, p in corner.named_parameters()}

    attributed(corner)

    for name, parameter in corner.named_parameters():
        assert parameter.grad is None
        assert torch.equal(parameter, before[name])


def test_equal_nets_give_equal_bytes() -> None:
    """Nothing of time or place gets into an overlay."""
    torch.manual_seed(3)
    first = attributed(toys.Gated(), side=17)
    torch.manual_seed(3)
    second = attributed(toys.Gated(), side=17)

    assert first == second
