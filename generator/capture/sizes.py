"""Decides at which other input sizes a model is tried, and notes what it does there."""

import torch
from torch import nn

from generator.capture.examples import dtype_of
from generator.capture.watch import watch
from generator.records import OtherSize

_PICTURE = 2
"""Spatial dimensions of a picture."""


def other_sizes(input_shape: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return three further input shapes: two with unlike sides, one of odd numbers.

    At 224×224 they are 192×256, 233×229 and 288×224.
    """
    if len(input_shape) != _PICTURE + 1:
        return ()
    channels, height, width = input_shape
    return (
        (channels, height * 6 // 7, width * 8 // 7),
        (channels, height + 9, width + 5),
        (channels, height * 9 // 7, width),
    )


def try_sizes(model: nn.Module, input_shape: tuple[int, ...]) -> tuple[OtherSize, ...]:
    """Run a model at other sizes, without values if it can; what refuses a size says why."""
    shapes = other_sizes(input_shape)
    tried = tuple(_try(model, shape, "meta") for shape in shapes)
    # Refusing every size, it may refuse to run without values.
    if all(one.error for one in tried) and _try(model, input_shape, "meta").error:
        return tuple(_try(model, shape, "cpu") for shape in shapes)
    return tried


def _try(model: nn.Module, shape: tuple[int, ...], device: str) -> OtherSize:
    tensors = dict([*model.named_parameters(), *model.named_buffers()])
    state = {name: tensor.to(device) for name, tensor in tensors.items()}
    try:
        blank = torch.zeros(1, *shape, device=device, dtype=dtype_of(model))
        with watch(model, lambda *_: False) as seen:
            torch.func.functional_call(model, state, (blank,))
    except Exception as error:  # noqa: BLE001 - whatever a model raises, it refuses the size
        return OtherSize(input_shape=shape, error=f"{type(error).__name__}: {error}"[:200])
    return OtherSize(
        input_shape=shape,
        outputs=tuple(call.output_shape for call in seen.calls if call.is_leaf),
        macs=sum(call.macs for call in seen.calls),
    )
