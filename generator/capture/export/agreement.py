"""Decides whether an exported model gives the outputs of the model it was made from."""

from collections.abc import Sequence

import torch

TOLERANCE = 1e-4
"""Differences allowed, in parts of the largest output: float32 sums taken in another order."""


def tensors_in(value: object) -> tuple[torch.Tensor, ...]:
    """Return every tensor of a model's output, whatever they are wrapped in, in order."""
    if isinstance(value, torch.Tensor):
        return (value,)
    items: Sequence[object] = ()
    if isinstance(value, dict):
        items = tuple(value.values())
    elif isinstance(value, list | tuple):
        items = value
    return tuple(tensor for item in items for tensor in tensors_in(item))


def disagreement(found: object, expected: object) -> str | None:
    """Say how two outputs differ by more than rounding; none if they do not."""
    ours, theirs = tensors_in(found), tensors_in(expected)
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
