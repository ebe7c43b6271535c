"""Decides where a model is captured: by name in a process of its own, as an object in this one."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from generator import pipeline
from generator.api.asked import Wishes, project_for, spec_for
from generator.api.captured import Captured
from generator.api.given import given, is_network
from generator.api.processes import unseen_main
from generator.api.temporary import Temporary
from generator.capture.request import Request
from generator.capture.supervisor import Outcome, capture_all
from generator.config import Project
from generator.errors import CaptureError
from generator.pictures import read_pictures
from generator.records import ModelRecord, ModelSpec

if TYPE_CHECKING:
    from torch import nn

Factory = Callable[..., "nn.Module"]


def capture(  # noqa: PLR0913 - each is a wish of its own, and all but the model may be left out
    model: "str | nn.Module | Factory",
    *,
    input_shape: Sequence[int] | None = None,
    inputs: object = None,
    kwargs: Mapping[str, JsonValue] | None = None,
    title: str | None = None,
    labels: Sequence[str] | None = None,
    weights: str | Path | None = None,
    images: Sequence[str | Path] | None = None,
    seed: int | None = None,
    device: str | None = None,
    time_limit_s: float | None = None,
    memory_limit_mb: float | None = None,
    project: str | Path = ".",
    on_step: Callable[[str], None] | None = None,
) -> Captured:
    """Run a model once while everything watches, and return what was seen.

    A name is captured in a process of its own, within limits of time and memory: whatever the model
    does there, this process goes on. A module, or a function that makes one, is captured here: a
    module is copied first and left as it is, seeds, threads and the like are put back afterwards,
    but nothing holds limits, and a crash is this process's. `Captured.is_isolated` says which.

    Args:
        model: a name as in archatlas.toml (`"resnet18"`, `"timm:resnet50d"`, `"./nets.py:Net"`), a
            module, or a function that makes one.
        input_shape: of one input, without the batch; (3, 224, 224) if nothing says otherwise.
        inputs: what to call the model with instead: a tensor, a tuple by position, a dict by name,
            each with a batch of one; or a function that makes it; for a name, a function's name.
        kwargs: arguments of the function that makes the model.
        title: what to call it.
        labels: names of classes, in the order of outputs.
        weights: "cached", "download" or "random", or the path of a state dict. A module keeps its
            own.
        images: paths of pictures to show it; sample photographs if none.
        seed: of everything random.
        device: "cpu", "cuda" or "auto".
        time_limit_s: seconds; only for a name.
        memory_limit_mb: 10⁶ bytes; only for a name.
        project: a folder; names of files are relative to it, settings there are the defaults.
        on_step: called with each step that begins.

    Raises:
        RequestError: something asked for is wrong; nothing ran.
        CaptureError: the model could not be built, or raised when it was run.
    """
    wishes = Wishes(
        input_shape=None if input_shape is None else tuple(input_shape),
        kwargs=kwargs,
        title=title,
        labels=None if labels is None else tuple(labels),
        weights=weights,
        images=None if images is None else tuple(images),
        seed=seed,
        device=device,
        time_limit_s=time_limit_s,
        memory_limit_mb=memory_limit_mb,
    )
    where = project_for(Path(project), wishes)
    with given(model, inputs, has_arguments=bool(kwargs)) as (name, inputs_name):
        wishes["inputs"] = inputs_name
        spec = spec_for(name, where, wishes)
        files = Temporary()
        request = _request(spec, where, files.folder)
        say = on_step or (lambda _step: None)
        is_isolated = isinstance(model, str)
        record = _isolated(request, where, say) if is_isolated else _here(request, model, say)
    if not record.is_captured:
        raise CaptureError(_problems(record))
    return Captured(spec, record, files.folder, is_isolated=is_isolated, kept=files)


def _request(spec: ModelSpec, project: Project, folder: Path) -> Request:
    settings = project.settings
    return Request(
        spec=spec,
        own_pictures=read_pictures(project.root, settings.images),
        weights=settings.weights,
        seed=settings.seed,
        root=project.root,
        folder=folder,
        picture_bytes=settings.features.budget_bytes,
        device=settings.device,
    )


def _isolated(request: Request, project: Project, say: Callable[[str], None]) -> ModelRecord:
    with unseen_main(), closing(_outcomes(request, project, say)) as outcomes:
        return next(outcomes).done.record


def _outcomes(request: Request, project: Project, say: Callable[[str], None]) -> Generator[Outcome]:
    limits = pipeline.limits_of(project)
    return capture_all([request], 1, limits, lambda _request, step, _seconds: say(step))


def _here(request: Request, model: object, say: Callable[[str], None]) -> ModelRecord:
    # Only where somebody has a module at hand is torch loaded anyway.
    from generator.api.here import captured_here  # noqa: PLC0415

    return captured_here(request, say, keeps_weights=is_network(model))


def _problems(record: ModelRecord) -> str:
    said = [f"{record.slug}: {f.kind}: {f.error}: {f.message}" for f in record.failures]
    return "\n".join(said) or f"{record.slug}: nothing was captured"
