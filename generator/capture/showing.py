"""Decides what a model is shown while it is observed: pictures one by one, or its own inputs."""

from collections.abc import Sequence
from pathlib import Path

import torch

from generator.capture.build import BuiltModel
from generator.capture.examples import Example, dtype_of
from generator.capture.inputs import batch_of
from generator.pictures import Source, sources_for
from generator.records import Picture


def shown_to(
    built: BuiltModel, own_pictures: Sequence[Source], folder: Path, device: torch.device
) -> tuple[tuple[Example, ...], tuple[Picture, ...]]:
    """Return what a model is called with, one input after the other, and the pictures among it.

    Not all at once: a net may hold its batch to be one.
    """
    if built.example is not None:
        return (built.example.on(device),), ()
    sources = sources_for(built.input_shape[0], own_pictures) if built.takes_pictures else ()
    batch, pictures = batch_of(sources, built.input_shape, folder, built.statistics)
    inputs = batch.to(device, dtype_of(built.module)).chunk(len(batch))
    return tuple(Example((one,)) for one in inputs), pictures


def traced_with(built: BuiltModel, device: torch.device) -> Example:
    """Return what a model is traced with: shapes are all that counts, or its own inputs."""
    if built.example is not None:
        return built.example.on(device)
    dtype = dtype_of(built.module)
    return Example((torch.zeros(1, *built.input_shape, device=device, dtype=dtype),))
