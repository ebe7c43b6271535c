"""Decides what is said of BatchNorm: the four vectors of every layer, and how they are spread."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from generator.capture.channels import significant
from generator.records import NormStats, NormVector

_FILE_VALUES = 8192
"""A file is full with so many numbers, about 60 KB."""


def norm_stats(model: nn.Module, folder: Path) -> tuple[NormStats, ...]:
    """Describe every BatchNorm once, and write its vectors, several layers to a file."""
    layers: dict[str, dict[str, torch.Tensor]] = {}
    found: list[NormStats] = []
    number = 0
    for path, module in model.named_modules():
        if not isinstance(module, _BatchNorm) or not (vectors := _vectors(module)):
            continue
        if sum(len(v) for named in layers.values() for v in named.values()) >= _FILE_VALUES:
            _write(layers, folder / _file(number))
            layers, number = {}, number + 1
        layers[path] = vectors
        found.append(
            NormStats(
                path=path,
                channels=module.num_features,
                epsilon=module.eps,
                vectors=tuple(_describe(symbol, values) for symbol, values in vectors.items()),
                file=_file(number),
            )
        )
    if layers:
        _write(layers, folder / _file(number))
    return tuple(found)


def _file(number: int) -> str:
    return f"norms/{number:02d}.json"


def _vectors(module: _BatchNorm) -> dict[str, torch.Tensor]:
    """Return scale, shift, moving mean and variance: those that the layer has."""
    named = {
        "γ": module.weight,
        "β": module.bias,
        "μ": module.running_mean,
        "σ²": module.running_var,
    }
    return {symbol: v.detach().double() for symbol, v in named.items() if v is not None}


def _describe(symbol: str, values: torch.Tensor) -> NormVector:
    finite = values[values.isfinite()]
    count = len(finite)
    return NormVector(
        symbol=symbol,
        mean=float(finite.mean()) if count else None,
        std=float(finite.std()) if count > 1 else None,
        min=float(finite.min()) if count else None,
        max=float(finite.max()) if count else None,
    )


def _write(layers: Mapping[str, Mapping[str, torch.Tensor]], path: Path) -> None:
    plain = {
        name: {symbol: _numbers(values) for symbol, values in vectors.items()}
        for name, vectors in layers.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    path.write_text(content, encoding="utf-8", newline="\n")


def _numbers(values: torch.Tensor) -> list[float | None]:
    """Return values to four digits; null for what is not finite, which JSON has no word for."""
    return [significant(v, 4) if math.isfinite(v) else None for v in values.tolist()]
