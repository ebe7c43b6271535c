"""Decides how a model comes to life: which code builds it, and which weights it gets."""

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from generator.capture.checkpoint import digest_of, place, read_state
from generator.capture.examples import Example, dtype_of, made_by
from generator.capture.imports import find
from generator.capture.inputs import Statistics, takes_pictures
from generator.capture.timm_models import TimmModel, timm_model
from generator.capture.torchvision_weights import (
    cache_path,
    crop_shape,
    load_published,
    published,
    reference,
)
from generator.capture.train import train
from generator.capture.wrappers import unwrapped
from generator.config import STATE_FOLDER, WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Origin, Reference, TrainingRun


@dataclass(frozen=True)
class Weights:
    """What a model's weights are, once they are in place."""

    said: str
    """What a page says of them."""
    are_random: bool = False
    sha256: str | None = None
    """Digest of the file they come from."""
    checkpoint: Path | None = None
    """The file that they come from, or would come from if it were there."""
    training: TrainingRun | None = None


@dataclass(frozen=True)
class BuiltModel:
    """A model ready to run: evaluation mode, weights in place."""

    module: nn.Module
    input_shape: tuple[int, ...]
    labels: tuple[str, ...]
    weights: Weights
    reference: Reference | None
    example: Example | None = None
    """What it is called with where that is no picture and no tensor of `input_shape` alone."""
    statistics: Statistics = field(default_factory=Statistics)
    """What its pictures are normalised by."""

    @property
    def takes_pictures(self) -> bool:
        """Say whether it is shown pictures: one tensor (1 or 3, H, W) is all that it gets."""
        return self.example is None and takes_pictures(self.input_shape)


def build(spec: ModelSpec, policy: WeightsPolicy, seed: int, root: Path) -> BuiltModel:
    """Build a model with seeded random weights, then load better ones if policy and disk allow.

    Raises:
        CaptureError: the factory makes no module, one without values, or the weights do not fit.
    """
    seed_everything(seed)
    entry, from_timm = published(spec), timm_model(spec)
    input_shape = from_timm.input_shape if from_timm else spec.input_shape or crop_shape(entry)
    module = unwrapped(_construct(spec, root, input_shape))
    with suppress(NotImplementedError):  # what torch.export made has one mode for ever
        module.eval()
    example = made_by(spec.inputs, root, spec.slug, seed) if spec.inputs else None
    input_shape = example.input_shape if example else input_shape
    _settle(module, example or Example((torch.zeros(1, *input_shape, dtype=dtype_of(module)),)))
    if from_timm is not None:
        labels, about = from_timm.labels, from_timm.reference
    else:
        labels = tuple(entry.meta["categories"] if entry else ())
        about = None if entry is None else reference(entry, input_shape, module)
    return BuiltModel(
        module=module,
        input_shape=input_shape,
        labels=spec.labels or labels,
        weights=_load(module, input_shape, spec, policy, seed, root),
        reference=about,
        example=example,
        statistics=from_timm.statistics if from_timm else Statistics(),
    )


def seed_everything(seed: int) -> None:
    """Make every random source of this process repeat itself."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the global source is the one a net may use
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True, warn_only=True)


def _load(  # noqa: PLR0911, PLR0913 - all that a build is told decides about weights
    module: nn.Module,
    input_shape: tuple[int, ...],
    spec: ModelSpec,
    policy: WeightsPolicy,
    seed: int,
    root: Path,
) -> Weights:
    """Give a model the best weights that the policy allows and the disk or this machine has."""
    at_random = Weights(f"random (seed {seed})", are_random=True)
    entry = published(spec)
    if policy is WeightsPolicy.RANDOM:
        return at_random
    if spec.weights is None and spec.is_stock and (from_timm := timm_model(spec)) is not None:
        return _load_timm(module, from_timm, policy, at_random)
    if entry is not None:
        checkpoint = cache_path(entry)
        if policy is not WeightsPolicy.DOWNLOAD and not checkpoint.is_file():
            return replace(at_random, checkpoint=checkpoint)
        return Weights(str(entry), sha256=load_published(module, entry), checkpoint=checkpoint)
    if spec.weights is not None:
        return _load_file(module, root / spec.weights, spec)
    if spec.training is not None:
        trained = train(module, spec, input_shape, seed, root / STATE_FOLDER / "trained")
        said = f"trained here on {trained.run.dataset} (seed {seed})"
        return Weights(said, sha256=trained.sha256, training=trained.run)
    return at_random


def _load_timm(
    module: nn.Module, model: TimmModel, policy: WeightsPolicy, at_random: Weights
) -> Weights:
    tag = model.facts.get("tag")
    if not tag or (policy is not WeightsPolicy.DOWNLOAD and model.cached() is None):
        return replace(at_random, checkpoint=model.awaited())
    path, sha256 = model.load(module)
    return Weights(f"timm {model.name.partition('.')[0]}.{tag}", sha256=sha256, checkpoint=path)


def _load_file(module: nn.Module, path: Path, spec: ModelSpec) -> Weights:
    name = f"{spec.slug}: {spec.weights}"
    if not path.is_file():
        raise CaptureError(
            f"{spec.slug}: no weights file {spec.weights}; put it there, correct 'weights' in the "
            f"settings or leave it out{_tags(spec)}"
        )
    place(module, read_state(path, name), name)
    return Weights(path.name, sha256=digest_of(path), checkpoint=path)


def _tags(spec: ModelSpec) -> str:
    """Name torchvision's own weights, one of which may have been meant."""
    source, _, builder = spec.factory.rpartition(":")
    if source != "torchvision":
        return ""
    tags = torchvision.models.get_model_weights(builder).__members__
    return f" (torchvision has {', '.join(tags)})"


def _construct(spec: ModelSpec, root: Path, input_shape: tuple[int, ...]) -> nn.Module:
    source, _, attribute = spec.factory.rpartition(":")
    if (from_timm := timm_model(spec)) is not None:
        module = from_timm.construct()
    elif source == "torchvision":
        # A vision transformer learns a code for each place of one picture size.
        size = {"image_size": input_shape[-1]} if attribute.startswith("vit_") else {}
        module = torchvision.models.get_model(attribute, weights=None, **{**size, **spec.kwargs})
    else:
        factory: Any = find(spec.factory, root, spec.slug)
        is_function = callable(factory) and not isinstance(factory, nn.Module)
        module = factory(**spec.kwargs) if is_function else factory
    if not isinstance(module, nn.Module):
        raise CaptureError(
            f"{spec.slug}: {spec.factory} gives {type(module).__name__}, not a torch.nn.Module"
        )
    if spec.origin is Origin.USER and any(p.is_meta for p in module.parameters()):
        raise CaptureError(
            "its weights are on the device 'meta', without values; build it on the CPU: random "
            "weights will do"
        )
    return module


def _settle(module: nn.Module, example: Example) -> None:
    """Run a net once if it has lazy layers, whose sizes only a first input decides.

    Those of layers that it never reaches stay undecided: they have no values, so none are counted.
    """
    if _undecided(module):
        with torch.no_grad():
            example.run(module)
        for tensor in _undecided(module):
            tensor.materialize((0,))


def _undecided(module: nn.Module) -> list[UninitializedParameter | UninitializedBuffer]:
    tensors = (*module.parameters(), *module.buffers())
    kinds = (UninitializedParameter, UninitializedBuffer)
    return [tensor for tensor in tensors if isinstance(tensor, kinds)]
