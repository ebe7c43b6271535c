"""Decides whether an exported model gives the outputs of the model it was made from."""

import torch

from generator.capture.nesting import tensors_in

TOLERANCE = 1e-4
"""Differences allowed, in parts of the largest output: float32 sums taken in another order."""


def disagreement(found: object, expected: object) -> str | None:
    """Say how two outputs differ by more than rounding; none if they do not."""
    ours, theirs = tuple(tensors_in(found)), tuple(tensors_in(expected))
    if len(ours) != len(theirs):
        return f"it returns {len(ours)} tensors instead of {len(theirs)}"
    said = (_difference(one, other) for one, other in zip(ours, theirs, strict=True))
    return next((text for text in said if text is not None), None)


def _difference(found: torch.Tensor, expected: torch.Tensor) -> str | None:
    if found.shape != expected.shape:
        return f"it returns {tuple(found.shape)} instead of {tuple(expected.shape)}"
    ours, theirs = found.detach().double(), expected.detach().double()
    finite = theirs[theirs.isfinite()].abs()
    scale = float(finite.max()) if finite.numel() else 0.0
    if torch.allclose(ours, theirs, rtol=0, atol=TOLERANCE * scale, equal_nan=True):
        return None
    return f"its outputs differ by up to {float((ours - theirs).abs().max()):.3g} of {scale:.3g}"
