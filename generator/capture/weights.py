"""Decides what is said about a parameter tensor: how its values are spread."""

from pathlib import Path

import torch
from torch import nn

from generator.capture.channels import histogram, is_finite
from generator.capture.kernels import draw_first, first_kernels
from generator.records import ParameterStats


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
    values = _plain(parameter.detach()).flatten()
    finite = values if is_finite(values) else values[torch.isfinite(values)]
    count = finite.numel()
    counted = histogram(finite) if count else None
    return ParameterStats(
        name=name,
        shape=tuple(parameter.shape),
        numel=parameter.numel(),
        bytes=parameter.numel() * parameter.element_size(),
        trainable=parameter.requires_grad,
        mean=float(finite.mean()) if count else None,
        std=float(finite.std()) if count > 1 else None,
        min=counted and counted.low,
        max=counted and counted.high,
        sparsity=_zeros(values) / len(values) if len(values) else None,
        histogram=counted if count > 1 else None,
        file=file,
    )


def _plain(values: torch.Tensor) -> torch.Tensor:
    """Return values as real numbers of at least 32 bits, uncopied where they are that already."""
    if values.is_complex():
        values = torch.view_as_real(values)
    return values if values.dtype in {torch.float32, torch.float64} else values.float()


def _zeros(values: torch.Tensor) -> int:
    return len(values) - int(values.count_nonzero())
