"""Decides what is said about a parameter tensor: how its values are spread."""

from pathlib import Path

import torch
from torch import nn

from generator.capture.kernels import draw_first, first_kernels
from generator.records import Histogram, ParameterStats

BINS = 32
_COUNTED_AT_ONCE = 1 << 22


def parameter_stats(model: nn.Module, folder: Path) -> tuple[ParameterStats, ...]:
    """Describe every parameter once, shared ones under their first name."""
    first = first_kernels(model)
    return tuple(
        _describe(
            name, parameter, draw_first(parameter.detach(), folder) if name == first else None
        )
        for name, parameter in model.named_parameters()
    )


def _describe(name: str, parameter: nn.Parameter, file: str | None) -> ParameterStats:
    values = parameter.detach().flatten().float()
    finite = values if bool(torch.isfinite(values).all()) else values[torch.isfinite(values)]
    count = finite.numel()
    return ParameterStats(
        name=name,
        shape=tuple(parameter.shape),
        numel=parameter.numel(),
        bytes=parameter.numel() * parameter.element_size(),
        trainable=parameter.requires_grad,
        mean=float(finite.mean()) if count else None,
        std=float(finite.std()) if count > 1 else None,
        min=float(finite.min()) if count else None,
        max=float(finite.max()) if count else None,
        sparsity=float((values == 0).double().mean()) if len(values) else None,
        histogram=_histogram(finite) if count > 1 else None,
        file=file,
    )


def _histogram(values: torch.Tensor) -> Histogram:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return Histogram(low=low, high=high, counts=(len(values),))
    # float32 cannot count beyond 2²⁴; in parts, since a layer of VGG would take 800 MB as float64.
    parts = (part.double() for part in torch.split(values, _COUNTED_AT_ONCE))
    counts = torch.stack([torch.histc(part, BINS, low, high) for part in parts]).sum(dim=0)
    return Histogram(low=low, high=high, counts=tuple(int(count) for count in counts))
