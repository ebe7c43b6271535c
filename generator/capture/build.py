"""Decides how a model comes to life: which code builds it, and which weights it gets."""

import importlib
import importlib.util
import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn.parameter import is_lazy

from generator.capture.checkpoint import digest_of, place, read_state
from generator.capture.torchvision_weights import (
    cache_path,
    crop_shape,
    load_published,
    published,
    reference,
)
from generator.capture.train import train
from generator.config import STATE_FOLDER, WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Reference, TrainingRun


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


def build(spec: ModelSpec, policy: WeightsPolicy, seed: int, root: Path) -> BuiltModel:
    """Build a model with seeded random weights, then load better ones if policy and disk allow.

    Raises:
        CaptureError: the factory makes no module, or the weights do not fit.
    """
    seed_everything(seed)
    entry = published(spec)
    input_shape = spec.input_shape or crop_shape(entry)
    module = _construct(spec, root, input_shape).eval()
    _settle(module, input_shape)
    return BuiltModel(
        module=module,
        input_shape=input_shape,
        labels=spec.labels or tuple(entry.meta["categories"] if entry else ()),
        weights=_load(module, input_shape, spec, policy, seed, root),
        reference=None if entry is None else reference(entry, input_shape, module),
    )


def seed_everything(seed: int) -> None:
    """Make every random source of this process repeat itself."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the global source is the one a net may use
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True, warn_only=True)


def _load(  # noqa: PLR0913 - all that a build is told decides about weights
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
    if source == "torchvision":
        # A vision transformer learns a code for each place of one picture size.
        size = {"image_size": input_shape[-1]} if attribute.startswith("vit_") else {}
        module = torchvision.models.get_model(attribute, weights=None, **{**size, **spec.kwargs})
    else:
        factory = getattr(_import(source, root), attribute, None)
        if factory is None:
            raise CaptureError(f"{spec.slug}: {source} has no '{attribute}'")
        module = factory if isinstance(factory, nn.Module) else factory(**spec.kwargs)
    if not isinstance(module, nn.Module):
        raise CaptureError(
            f"{spec.slug}: {spec.factory} returned {type(module).__name__}, not a torch.nn.Module"
        )
    return module


def _import(source: str, root: Path) -> ModuleType:
    path = root / source
    home = path.parent if source.endswith(".py") else root
    sys.path.insert(0, str(home))  # what lies beside it can be imported, as by a script
    if not source.endswith(".py"):
        return importlib.import_module(source)
    name = path.stem if path.stem not in sys.modules else f"own_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise CaptureError(f"{source}: cannot be imported")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


def _settle(module: nn.Module, input_shape: tuple[int, ...]) -> None:
    """Run a net once if it has lazy layers, whose sizes only a first input decides."""
    if any(is_lazy(tensor) for tensor in (*module.parameters(), *module.buffers())):
        with torch.no_grad():
            module(torch.zeros(1, *input_shape))
