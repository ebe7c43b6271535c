"""Decides which model is exported, and the inputs that it is shown on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from generator.capture.build import BuiltModel, build
from generator.capture.examples import Example, dtype_of
from generator.capture.export.request import ExportRequest
from generator.capture.inputs import fit, to_tensor
from generator.capture.nesting import first_tensor
from generator.capture.session import failure_of
from generator.errors import CaptureError
from generator.pictures import sources_for

_REASON_LENGTH = 200

Say = Callable[[str], None]
"""Tell whoever watches which step begins."""


@dataclass(frozen=True)
class Subject:
    """A model ready to be exported."""

    slug: str
    built: BuiltModel
    examples: tuple[Example, ...]
    """Picture by picture, (1, C, H, W); without pictures its own inputs, or a random one."""
    pictures: Mapping[str, Image.Image]
    """What the model sees, by the picture's id, in the order of the examples."""

    @property
    def first(self) -> Example:
        """What the model is traced with."""
        return self.examples[0]

    @property
    def batch(self) -> torch.Tensor | None:
        """All pictures, (N, C, H, W), or the random input; none where it has inputs of its own."""
        if self.built.example is not None:
            return None
        return torch.cat([tensor for example in self.examples for tensor in example.tensors])


def prepare(request: ExportRequest, say: Say) -> Subject:
    """Build a model with the weights its capture gets, and see it run on one picture.

    Raises:
        CaptureError: it returns nothing that could be compared.
    """
    say("build")
    built = build(request.spec, request.weights, request.seed, request.root)
    subject = _shown(request, built)
    say("forward")
    with torch.no_grad():
        output = subject.first.run(built.module)
    if first_tensor(output) is None:
        raise CaptureError(f"its forward returns {type(output).__name__}, which holds no tensor")
    return subject


def reason_of(error: Exception) -> str:
    """Return what an exception says, in short, without a path of this machine."""
    said = failure_of("", error, Path.cwd()).message
    return said if len(said) <= _REASON_LENGTH else f"{said[:_REASON_LENGTH]}…"


def _shown(request: ExportRequest, built: BuiltModel) -> Subject:
    slug, shape, dtype = request.spec.slug, built.input_shape, dtype_of(built.module)
    if built.example is not None:
        return Subject(slug, built, (built.example,), {})
    if not built.takes_pictures:
        return Subject(slug, built, (Example((torch.rand(1, *shape, dtype=dtype),)),), {})
    sources = sources_for(shape[0], request.own_pictures)
    pictures = {source.id: fit(source, shape) for source in sources}
    tensors = (to_tensor(picture, built.statistics)[None] for picture in pictures.values())
    return Subject(slug, built, tuple(Example((one.to(dtype),)) for one in tensors), pictures)
