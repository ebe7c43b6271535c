"""Decides which places of a picture speak for its likeliest class, by gradients.

Grad-CAM weighs the last convolutional maps by the gradient of the class's score (Selvaraju et al.,
ICCV 2017); saliency is that gradient at the input itself (Simonyan et al., 2013).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.export import ExportedProgram

from generator.capture.replay import Visit, pass_by, replay
from generator.capture.sprites import webp
from generator.records import Attribution, AttributionMethod, Reason, Skipped

MAX_SIDE = 112
"""Pixels of an overlay's longer side."""
_STRONGEST = 0.99
"""Quantile of the input gradient that counts as full strength: single pixels stick out far."""
_FAINT, _STRONG = np.array([255, 214, 64]), np.array([200, 0, 60])


@dataclass(frozen=True)
class Overlay:
    """An attribution, and the content of its file."""

    attribution: Attribution
    content: bytes


@dataclass(frozen=True)
class _Gradients:
    """One class's score, followed back."""

    likeliest: int
    classes: int
    maps: torch.Tensor | None
    """(1, C, h, w), and the gradient there."""
    of_maps: torch.Tensor | None
    of_input: torch.Tensor | None
    """(1, C, H, W)."""


def attribute(  # noqa: PLR0913 - one run, and all that it is for
    program: ExportedProgram,
    example: torch.Tensor,
    image: str,
    node: str | None,
    labels: Sequence[str],
    along: Visit = pass_by,
) -> Iterator[Overlay | Skipped]:
    """Yield the overlays of one picture (1, C, H, W), or why there is none.

    Args:
        program: the traced model.
        example: what the model gets to see.
        image: the picture's id.
        node: the last convolutional maps; none where a model has no such maps.
        labels: names of the classes, in output order.
        along: what else looks at the operations while the model runs.
    """
    try:
        found = _follow_back(program, example, node, along)
    except RuntimeError as error:
        detail = str(error).partition("\n")[0][:200]
        yield Skipped(kind="attribution", image=image, reason=Reason.ERROR, detail=detail)
        return
    if found is None:
        yield Skipped(kind="attribution", image=image, reason=Reason.NO_CLASSES)
        return
    is_named = len(labels) == found.classes
    label = labels[found.likeliest] if is_named else f"class {found.likeliest}"
    sides = (example.shape[2], example.shape[3])
    strengths = {
        AttributionMethod.GRAD_CAM: _weighed(found),
        AttributionMethod.SALIENCY: _steepness(found.of_input),
    }
    for method, strength in strengths.items():
        if strength is None:
            reason = Reason.NO_GRADIENT if node or method.name == "SALIENCY" else Reason.NO_MAPS
            yield Skipped(kind="attribution", image=image, reason=reason, detail=method)
            continue
        file = f"attribution/{method.name.lower().replace('_', '-')}-{image}.webp"
        of_maps = node if method is AttributionMethod.GRAD_CAM else None
        found_one = Attribution(image=image, method=method, label=label, node=of_maps, file=file)
        yield Overlay(found_one, webp(_overlay(strength, sides), alpha_quality=60))


def _follow_back(
    program: ExportedProgram, example: torch.Tensor, node: str | None, along: Visit = pass_by
) -> _Gradients | None:
    """Run the model and return the gradients of its largest score; none if it gives no scores."""
    maps: list[torch.Tensor] = []

    def visit(name: str, value: object) -> object:
        value = along(name, value)
        if name != node or not isinstance(value, torch.Tensor):
            return value
        maps.append(value)
        return value.clone()  # what follows may work in place, and these are needed as they are

    picture = example.detach().clone().requires_grad_()
    with torch.enable_grad():
        scores = replay(program, picture.clone(), visit)
    if scores is None or scores.dim() != 2 or len(scores) != 1 or scores.shape[1] < 2:  # noqa: PLR2004
        return None
    if not bool(scores.isfinite().all()):
        return None
    likeliest = int(scores[0].argmax())
    score = scores[0, likeliest]
    if not score.requires_grad:
        return _Gradients(likeliest, scores.shape[1], None, None, None)
    places = [picture, *(m for m in maps if m.requires_grad)]
    gradients = torch.autograd.grad(score, places, allow_unused=True)
    of_maps = gradients[1] if len(gradients) > 1 else None
    plain = [
        None if found is None else found.detach().float().cpu()
        for found in (maps[0] if maps else None, of_maps, gradients[0])
    ]
    return _Gradients(likeliest, scores.shape[1], *plain)


def _weighed(found: _Gradients) -> torch.Tensor | None:
    """Return Grad-CAM's map (h, w) in 0…1; none where nothing speaks for the class."""
    if found.maps is None or found.of_maps is None:
        return None
    weights = found.of_maps.mean((2, 3), keepdim=True)
    strength = (weights * found.maps).sum(1)[0].relu()
    return _scaled(strength, float(strength.max()))


def _steepness(gradient: torch.Tensor | None) -> torch.Tensor | None:
    """Return the input gradient's size (H, W) in 0…1, of the steepest channel at each place."""
    if gradient is None:
        return None
    strength = gradient.abs().amax(1)[0]
    return _scaled(strength, float(strength.quantile(_STRONGEST)) or float(strength.max()))


def _scaled(strength: torch.Tensor, full: float) -> torch.Tensor | None:
    is_usable = full > 0 and bool(strength.isfinite().all())
    return (strength / full).clamp(max=1) if is_usable else None


def _overlay(strength: torch.Tensor, sides: tuple[int, int]) -> Image.Image:
    """Colour a map by strength, transparent where there is none, in the input's proportions."""
    scale = min(1, MAX_SIDE / max(sides))
    size = [max(1, round(side * scale)) for side in sides]
    is_larger = strength.shape[0] > size[0]
    resized = (
        nn.functional.adaptive_max_pool2d(strength[None, None], size)
        if is_larger
        else nn.functional.interpolate(strength[None, None], size, mode="bilinear")
    )
    values = resized[0, 0].double().numpy()[..., None]
    colours = _FAINT + (_STRONG - _FAINT) * values
    pixels = np.rint(np.concatenate([colours, values * 255], axis=2)).astype(np.uint8)
    return Image.fromarray(pixels, "RGBA")
