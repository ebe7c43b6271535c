"""Decides which kernels are drawn, and how: the first in colour, of others the strongest."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from generator.capture.budget import Ledger
from generator.capture.channels import is_finite, stretch
from generator.capture.sprites import lay_out, stack, webp
from generator.records import KernelGrid

FIRST_FILE = "kernels/first.webp"
MAX_FIRST = 96
FIRST_COLUMNS = 16
SIDE = 8
"""Filters and inputs of each that a grid shows at most; SIDE² filters if each has one input."""
_SHEET_GRIDS = 64


def first_kernels(model: nn.Module) -> str | None:
    """Return the name of the first convolution's weight if its kernels read grey or RGB."""
    for path, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            readable = module.weight.shape[1] in {1, 3} and max(module.kernel_size) > 1
            return f"{path}.weight".lstrip(".") if readable else None
    return None


def draw_first(weight: torch.Tensor, folder: Path) -> str:
    """Draw kernels (out, in, h, w) in rows, RGB when they read three channels; return the file."""
    kernels = np.nan_to_num(weight[:MAX_FIRST].double().cpu().numpy(), posinf=0.0, neginf=0.0)
    low = kernels.min(axis=(1, 2, 3), keepdims=True)
    spread = np.ptp(kernels, axis=(1, 2, 3), keepdims=True)
    scaled = np.rint((kernels - low) / np.where(spread == 0, 1, spread) * 255).astype(np.uint8)
    planes = [lay_out(scaled[:, channel], FIRST_COLUMNS) for channel in range(scaled.shape[1])]
    sheet = planes[0]
    if len(planes) > 1:
        colours = [plane.getchannel("R") for plane in planes]
        sheet = Image.merge("RGBA", [*colours, planes[0].getchannel("A")])
    (folder / FIRST_FILE).parent.mkdir(parents=True, exist_ok=True)
    (folder / FIRST_FILE).write_bytes(webp(sheet, lossless=True))
    return FIRST_FILE


def draw_kernels(model: nn.Module, ledger: Ledger) -> tuple[KernelGrid, ...]:
    """Draw the strongest kernels of every further convolution while there is room."""
    grids: list[KernelGrid] = []
    weights = list(_weights(model))
    for number, start in enumerate(range(0, len(weights), _SHEET_GRIDS)):
        file = f"kernels/{number:02d}.webp"
        drawn = [_draw(*named, file) for named in weights[start : start + _SHEET_GRIDS]]
        sheet, tops = stack([image for _, image in drawn])
        names = [f"kernels of {grid.name}" for grid, _ in drawn]
        if ledger.take(names, {file: webp(sheet, lossless=True)}):
            placed = zip(drawn, tops, strict=True)
            grids += [grid.model_copy(update={"top": top}) for (grid, _), top in placed]
    return tuple(grids)


def _weights(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield weights (out, in, h, w) of convolutions over several positions, but the first."""
    first = first_kernels(model)
    for path, module in model.named_modules():
        name = f"{path}.weight".lstrip(".")
        if isinstance(module, nn.Conv2d) and max(module.kernel_size) > 1 and name != first:
            yield name, module.weight.detach()


def _draw(name: str, weight: torch.Tensor, file: str) -> tuple[KernelGrid, Image.Image]:
    weight = weight.float().cpu()
    if not is_finite(weight):
        weight = weight.nan_to_num(0, 0, 0)
    count, columns = (SIDE, SIDE) if weight.shape[1] > 1 else (SIDE * SIDE, 1)
    filters = _strongest(weight, count)
    inputs = tuple(_strongest(weight[number], columns) for number in filters)
    shown = torch.stack([weight[f][list(i)] for f, i in zip(filters, inputs, strict=True)])
    # One scale a filter: its kernels can be compared with each other.
    scaled = stretch(shown.flatten(2)).reshape(-1, *weight.shape[2:])
    in_a_row = len(inputs[0]) if columns > 1 else SIDE
    sprite = lay_out(scaled, in_a_row)
    grid = KernelGrid(
        name=name,
        filters=tuple(filters),
        inputs=inputs,
        columns=min(in_a_row, len(scaled)),
        file=file,
        top=0,
        width=sprite.width,
        height=sprite.height,
    )
    return grid, sprite


def _strongest(tensors: torch.Tensor, count: int) -> tuple[int, ...]:
    norms = torch.linalg.vector_norm(tensors.flatten(1), dim=1, dtype=torch.float64)
    return tuple(norms.sort(descending=True, stable=True).indices[:count].tolist())
