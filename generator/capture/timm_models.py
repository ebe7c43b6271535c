"""Decides what timm gives us of a model: its code, its weights' file, and what is known of both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
import torchvision
from torch import nn

from generator.capture.checkpoint import digest_of, readable
from generator.capture.inputs import Statistics
from generator.errors import CaptureError
from generator.records import ModelSpec, Reference

PREFIX = "timm:"
_FILES = ("model.safetensors", "pytorch_model.bin")
_IMAGENET = 1000


@dataclass(frozen=True)
class TimmModel:
    """One name of timm, perhaps with the tag of its weights."""

    spec: ModelSpec
    name: str

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What timm says of the weights that this name has by default."""
        found = _timm("models").get_pretrained_cfg(self.name)
        return {} if found is None else dict(found.to_dict())

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The input (3, H, W) that it was evaluated with."""
        return self.spec.input_shape or tuple(self.facts.get("input_size") or (3, 224, 224))

    @property
    def statistics(self) -> Statistics:
        """What its pictures are normalised by."""
        usual = Statistics()
        return Statistics(
            tuple(self.facts.get("mean") or usual.mean), tuple(self.facts.get("std") or usual.std)
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of its weights, where they are ImageNet's; kwargs may have replaced them."""
        count = self.facts.get("num_classes")
        if not self.spec.is_stock or not count:
            return ()
        if count == _IMAGENET:
            categories = torchvision.models.ResNet50_Weights.DEFAULT.meta["categories"]
            return tuple(categories)
        data = _timm("data")
        subset = data.infer_imagenet_subset(self.facts)
        if subset is None:
            return ()
        names = data.ImageNetInfo(subset)
        return tuple(names.index_to_description(number) for number in range(count))

    @property
    def reference(self) -> Reference | None:
        """What timm publishes of the weights: which they are, and where their recipe stands."""
        if not self.facts.get("tag") or not self.spec.is_stock:
            return None
        return Reference(
            source=f"timm {version('timm')}",
            weights_tag=self.facts["tag"],
            recipe=self.facts.get("origin_url") or None,
            crop=tuple(self.facts["input_size"])[-1],
        )

    def construct(self) -> nn.Module:
        """Build the architecture with random weights, for the input that was asked for."""
        module: nn.Module = _timm().create_model(self.name, pretrained=False, **self._arguments)
        return module

    def cached(self) -> Path | None:
        """Return the weights' file where timm would have left it; none if it is not there."""
        repository, url = self.facts.get("hf_hub_id"), self.facts.get("url")
        if repository:
            hub = import_module("huggingface_hub")
            for name in (self.facts.get("hf_hub_filename"), *_FILES):
                found = hub.try_to_load_from_cache(repository, name) if name else None
                if isinstance(found, str):
                    return Path(found)
        local = Path(torch.hub.get_dir()) / "checkpoints" / Path(url).name if url else None
        return local if local is not None and local.is_file() else None

    def awaited(self) -> Path | None:
        """Return a file that a download would change, where there are no weights yet."""
        repository = self.facts.get("hf_hub_id")
        if not repository:
            return None
        folder = import_module("huggingface_hub.constants").HF_HUB_CACHE
        return Path(folder) / f"models--{repository.replace('/', '--')}" / "refs" / "main"

    def load(self, module: nn.Module) -> tuple[Path, str]:
        """Give a model its published weights; return their file and its SHA-256.

        Raises:
            CaptureError: no network, or a file that is damaged or of another net.
        """
        path = self.cached()
        overlay = {"file": str(path)} if path is not None else None
        with readable(f"{PREFIX}{self.name}" if path is None else path.name), self._downloading():
            donor = _timm().create_model(
                self.name, pretrained=True, pretrained_cfg_overlay=overlay, **self._arguments
            )
        module.load_state_dict(donor.state_dict())
        path = path or self.cached()
        if path is None:
            raise CaptureError(f"{PREFIX}{self.name}: timm does not say where its weights are")
        return path, digest_of(path)

    @property
    def _arguments(self) -> dict[str, Any]:
        """Return the user's arguments; a net for one size only is built for the one asked for."""
        asked = self.spec.input_shape
        is_other = asked is not None and asked != tuple(self.facts.get("input_size", ()))
        size = {"img_size": asked[-1]} if asked and is_other and self._is_fixed else {}
        return {**size, **self.spec.kwargs}

    @property
    def _is_fixed(self) -> bool:
        return bool(self.facts.get("fixed_input_size"))

    @contextmanager
    def _downloading(self) -> Iterator[None]:
        """Say what to do where a download fails."""
        try:
            yield
        except (OSError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise CaptureError(
                f"{PREFIX}{self.name}: its weights could not be had ({reason}); "
                'set weights = "cached" or "random"'
            ) from error


def timm_model(spec: ModelSpec) -> TimmModel | None:
    """Return what timm knows of a model; none if it is not one of timm's."""
    is_timm = spec.factory.startswith(PREFIX)
    return TimmModel(spec, spec.factory.removeprefix(PREFIX)) if is_timm else None


def _timm(part: str = "") -> ModuleType:
    try:
        return import_module(f"timm.{part}" if part else "timm")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "timm":
            raise
        raise CaptureError(
            "models of timm need the package 'timm', which is not installed; install it, or "
            "archatlas[timm], which brings it along"
        ) from error
