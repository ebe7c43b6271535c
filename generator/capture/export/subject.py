"""Decides which model is exported, and the inputs that it is shown on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from generator.capture.build import BuiltModel, build
from generator.capture.export.agreement import tensors_in
from generator.capture.export.request import ExportRequest
from generator.capture.inputs import fit, takes_pictures, to_tensor
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
    examples: torch.Tensor
    """One input a picture, (N, C, H, W); a net that takes no pictures gets one random input."""
    pictures: Mapping[str, Image.Image]
    """What the model sees, by the picture's id, in the order of the examples."""


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
        output = built.module(subject.examples[:1])
    if not tensors_in(output):
        raise CaptureError(f"its forward returns {type(output).__name__}, which holds no tensor")
    return subject


def reason_of(error: Exception) -> str:
    """Return what an exception says, in short, without a path of this machine."""
    said = failure_of("", error, Path.cwd()).message
    return said if len(said) <= _REASON_LENGTH else f"{said[:_REASON_LENGTH]}…"


def _shown(request: ExportRequest, built: BuiltModel) -> Subject:
    shape = built.input_shape
    if not takes_pictures(shape):
        return Subject(request.spec.slug, built, torch.rand(1, *shape), {})
    sources = sources_for(shape[0], request.own_pictures)
    pictures = {source.id: fit(source, shape) for source in sources}
    examples = torch.stack([to_tensor(picture) for picture in pictures.values()])
    return Subject(request.spec.slug, built, examples, pictures)
