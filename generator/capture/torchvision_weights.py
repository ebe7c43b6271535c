"""Decides which of torchvision's published weights a model gets, and what is known of them."""

import inspect
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn

from generator.capture.checkpoint import digest_of, place, readable
from generator.errors import CaptureError
from generator.records import ModelSpec, Reference

_PATIENCE_S = 30.0
"""How long a server may say nothing."""

_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")
"""Names in files from before 2018: norm.1 is norm1 today."""


def published(spec: ModelSpec) -> torchvision.models.WeightsEnum | None:
    """Return torchvision's own entry for a model's weights; none if they are the user's own."""
    source, _, name = spec.factory.rpartition(":")
    if source != "torchvision" or not spec.is_stock:
        return None
    entries = torchvision.models.get_model_weights(name).__members__
    return entries.get(spec.weights or "DEFAULT")


def cache_path(weights: torchvision.models.WeightsEnum) -> Path:
    """Return where torch.hub keeps that file, or would keep it."""
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name


def load_published(module: nn.Module, weights: torchvision.models.WeightsEnum) -> str:
    """Give a model published weights, downloading them if need be; return the file's SHA-256.

    Raises:
        CaptureError: no network, or a file that is damaged or of another net.
    """
    path = cache_path(weights)
    if path.is_file():
        _verify(path)
    with readable(path.name), _downloading(weights, path):
        state = weights.get_state_dict(
            progress=False, check_hash=True, map_location="cpu", weights_only=True
        )
    place(module, _today(state), f"{weights}: {path.name}")
    if hasattr(module, "transform_input"):
        # GoogLeNet and Inception weights come from TensorFlow, which scales inputs differently.
        setattr(module, "transform_input", True)  # noqa: B010 - nn.Module types attributes
    return digest_of(path)


def crop_shape(weights: torchvision.models.WeightsEnum | None) -> tuple[int, ...]:
    """Return the input (3, H, W) that weights were evaluated with; ImageNet's usual without any."""
    size = 224 if weights is None else weights.transforms().crop_size[0]
    return (3, size, size)


def reference(
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
        gmacs=meta["_ops"] if input_shape == crop_shape(weights) else None,
        top1=metrics.get("acc@1"),
        top5=metrics.get("acc@5"),
        recipe=meta.get("recipe"),
        crop=weights.transforms().crop_size[0],
    )


def _verify(path: Path) -> None:
    """Compare a file with the digest in its own name, as torch.hub does only while downloading."""
    expected = path.stem.rpartition("-")[2]
    with readable(path.name):
        digest = digest_of(path)
    if not digest.startswith(expected):
        raise CaptureError(
            f"{path.name}: its content does not match the digest in its name (found "
            f"{digest[:8]}); delete the file and download it again"
        )


@contextmanager
def _downloading(weights: torchvision.models.WeightsEnum, path: Path) -> Iterator[None]:
    """Say what to do where a download fails; torch.hub itself leaves no half of a file behind."""
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_PATIENCE_S)
    try:
        yield
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise CaptureError(
            f"{weights}: {path.name} could not be downloaded ({reason}); put the file, from "
            f'{weights.url}, into {_cache_name()}, or set weights = "cached" or "random"'
        ) from error
    except RuntimeError as error:
        if "invalid hash value" not in str(error):
            raise
        raise CaptureError(
            f"{weights}: what came from {weights.url} does not match the digest in its name and "
            'was not kept; try again later, or set weights = "cached" or "random"'
        ) from error
    finally:
        socket.setdefaulttimeout(patience)


def _cache_name() -> str:
    """Name torch.hub's folder as its documentation does, without a path of this machine."""
    if "TORCH_HOME" in os.environ:
        return "$TORCH_HOME/hub/checkpoints"
    if "XDG_CACHE_HOME" in os.environ:
        return "$XDG_CACHE_HOME/torch/hub/checkpoints"
    return ".cache/torch/hub/checkpoints in your home folder"


def _today(state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Rename what torchvision's DenseNets were saved with, as torchvision does on loading."""
    if not any(_OLD_DENSENET.search(key) for key in state):
        return state  # as it is, for it knows the versions of its modules
    return {_OLD_DENSENET.sub(r"\1\2.", key): tensor for key, tensor in state.items()}


def _auxiliary_params(net: type[nn.Module]) -> int | None:
    """Count the heads that a net of torchvision has in training; none if it knows no such thing."""
    if "aux_logits" not in inspect.signature(net).parameters:
        return None
    with torch.device("meta"):  # sizes alone, and no random number is drawn
        whole = net(aux_logits=True, init_weights=False)
    named = whole.named_parameters()
    return sum(values.numel() for name, values in named if name.lower().startswith("aux"))
