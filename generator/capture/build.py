"""Decides how a model comes to life: which code builds it, and which weights it gets."""

import hashlib
import importlib
import importlib.util
import inspect
import pickle
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn.parameter import is_lazy

from generator.config import WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Reference


@dataclass(frozen=True)
class BuiltModel:
    """A model ready to run: evaluation mode, weights in place."""

    module: nn.Module
    input_shape: tuple[int, ...]
    labels: tuple[str, ...]
    weights: str
    weights_are_random: bool
    reference: Reference | None
    checkpoint: Path | None
    """The file that weights come from, or would come from if it were there."""


def build(spec: ModelSpec, policy: WeightsPolicy, seed: int, root: Path) -> BuiltModel:
    """Build a model with seeded random weights, then load better ones if policy and disk allow.

    Raises:
        CaptureError: the factory makes no module, or the weights do not fit.
    """
    seed_everything(seed)
    published = _published(spec)
    module = _construct(spec, root).eval()
    input_shape = spec.input_shape or _crop_shape(published)
    _settle(module, input_shape)
    loaded = checkpoint = None
    if policy is WeightsPolicy.RANDOM:
        pass
    elif published is not None:
        checkpoint = _cache_path(published)
        if policy is WeightsPolicy.DOWNLOAD or checkpoint.is_file():
            _load_published(module, published, checkpoint)
            loaded = str(published)
    elif spec.weights is not None:
        checkpoint = root / spec.weights
        _load_file(module, checkpoint, spec)
        loaded = checkpoint.name
    return BuiltModel(
        module=module,
        input_shape=input_shape,
        labels=spec.labels or tuple(published.meta["categories"] if published else ()),
        weights=loaded or f"random (seed {seed})",
        weights_are_random=loaded is None,
        reference=None if published is None else _reference(published, input_shape, module),
        checkpoint=checkpoint,
    )


def seed_everything(seed: int) -> None:
    """Make every random source of this process repeat itself."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the global source is the one a net may use
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True, warn_only=True)


def _construct(spec: ModelSpec, root: Path) -> nn.Module:
    source, _, attribute = spec.factory.rpartition(":")
    if source == "torchvision":
        module = torchvision.models.get_model(attribute, weights=None, **spec.kwargs)
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


def _published(spec: ModelSpec) -> torchvision.models.WeightsEnum | None:
    """Return torchvision's own entry for a model's weights; none if they are the user's own."""
    source, _, name = spec.factory.rpartition(":")
    if source != "torchvision" or not spec.is_stock:
        return None
    entries = torchvision.models.get_model_weights(name).__members__
    return entries.get(spec.weights or "DEFAULT")


def _cache_path(weights: torchvision.models.WeightsEnum) -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name


def _load_published(
    module: nn.Module, weights: torchvision.models.WeightsEnum, checkpoint: Path
) -> None:
    if checkpoint.is_file():
        _verify_hash(checkpoint)
    state = weights.get_state_dict(
        progress=False, check_hash=True, map_location="cpu", weights_only=True
    )
    wanted = module.state_dict().keys()
    surplus = sorted(k for k in state.keys() - wanted if not k.lower().startswith("aux"))
    missing = sorted(wanted - state.keys())
    if missing or surplus:
        raise CaptureError(f"{weights}: missing keys {missing[:5]}, unexpected {surplus[:5]}")
    module.load_state_dict({key: state[key] for key in wanted})
    if hasattr(module, "transform_input"):
        # GoogLeNet and Inception weights come from TensorFlow, which scales inputs differently.
        setattr(module, "transform_input", True)  # noqa: B010 - nn.Module types attributes


def _verify_hash(checkpoint: Path) -> None:
    """Compare a file with the digest in its own name, as torch.hub does only while downloading."""
    expected = checkpoint.stem.rpartition("-")[2]
    with checkpoint.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if not digest.startswith(expected):
        raise CaptureError(
            f"{checkpoint.name}: its content does not match the digest in its name (found "
            f"{digest[:8]}); delete the file and download it again"
        )


def _load_file(module: nn.Module, path: Path, spec: ModelSpec) -> None:
    if not path.is_file():
        raise CaptureError(f"{spec.slug}: no weights file {spec.weights}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise CaptureError(
            f"{spec.slug}: {spec.weights} is no state dict, or holds more than tensors and is not "
            "run; save one with torch.save(net.state_dict(), …)"
        ) from error
    try:
        module.load_state_dict(state)
    except (RuntimeError, TypeError) as error:
        raise CaptureError(f"{spec.slug}: {spec.weights} does not fit: {error}") from error


def _crop_shape(weights: torchvision.models.WeightsEnum | None) -> tuple[int, ...]:
    size = 224 if weights is None else weights.transforms().crop_size[0]
    return (3, size, size)


def _reference(
    weights: torchvision.models.WeightsEnum, input_shape: tuple[int, ...], module: nn.Module
) -> Reference:
    """Return what torchvision publishes; its MACs hold for its own crop only."""
    meta = weights.meta
    metrics = meta["_metrics"].get("ImageNet-1K", {})
    return Reference(
        source=f"torchvision {torchvision.__version__.partition('+')[0]}",
        weights_tag=weights.name,
        num_params=meta["num_params"],
        auxiliary_params=_auxiliary_params(type(module)),
        gmacs=meta["_ops"] if input_shape == _crop_shape(weights) else None,
        top1=metrics.get("acc@1"),
        top5=metrics.get("acc@5"),
        recipe=meta.get("recipe"),
        crop=weights.transforms().crop_size[0],
    )


def _auxiliary_params(net: type[nn.Module]) -> int | None:
    """Count the heads that a net of torchvision has in training; none if it knows no such thing."""
    if "aux_logits" not in inspect.signature(net).parameters:
        return None
    with torch.device("meta"):  # sizes alone, and no random number is drawn
        whole = net(aux_logits=True, init_weights=False)
    named = whole.named_parameters()
    return sum(values.numel() for name, values in named if name.lower().startswith("aux"))
