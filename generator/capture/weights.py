"""Decides what is said about a parameter tensor: its spread, and pictures of first kernels."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from generator.capture.features import lay_out
from generator.capture.inputs import save_webp
from generator.records import Histogram, ParameterStats

BINS = 32
MAX_KERNELS = 96
KERNEL_COLUMNS = 16
_KERNEL_FILE = "kernels/first.webp"
_COUNTED_AT_ONCE = 1 << 22


def parameter_stats(model: nn.Module, folder: Path) -> tuple[ParameterStats, ...]:
    """Describe every parameter once, shared ones under their first name."""
    first = _first_kernels(model)
    stats = []
    for name, parameter in model.named_parameters():
        file = None
        if name == first:
            file = _KERNEL_FILE
            save_webp(_draw_kernels(parameter.detach()), folder / file, lossless=True)
        stats.append(_describe(name, parameter, file))
    return tuple(stats)


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


def _first_kernels(model: nn.Module) -> str | None:
    """Return the name of the first convolution's weight if its kernels read grey or RGB."""
    for path, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            readable = module.weight.shape[1] in {1, 3} and max(module.kernel_size) > 1
            return f"{path}.weight".lstrip(".") if readable else None
    return None


def _draw_kernels(weight: torch.Tensor) -> Image.Image:
    """Draw kernels (out, in, h, w) in rows, RGB when they read three channels."""
    kernels = np.nan_to_num(weight[:MAX_KERNELS].double().numpy(), posinf=0.0, neginf=0.0)
    low = kernels.min(axis=(1, 2, 3), keepdims=True)
    spread = np.ptp(kernels, axis=(1, 2, 3), keepdims=True)
    scaled = np.rint((kernels - low) / np.where(spread == 0, 1, spread) * 255).astype(np.uint8)
    planes = [lay_out(scaled[:, channel], KERNEL_COLUMNS) for channel in range(scaled.shape[1])]
    if len(planes) == 1:
        return planes[0]
    colours = [plane.getchannel("R") for plane in planes]
    return Image.merge("RGBA", [*colours, planes[0].getchannel("A")])
