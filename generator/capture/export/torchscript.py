"""Decides how a model becomes TorchScript: one `.pt` that runs without its source."""

import warnings
import zipfile
from pathlib import Path

import torch
from torch import nn
from torch.jit._trace import TracerWarning

from generator.capture.examples import Example
from generator.capture.export.agreement import disagreement
from generator.capture.export.subject import Say, Subject, reason_of
from generator.errors import CaptureError

WEIGHTS_NOTE = "weights.txt"
"""The file inside the `.pt` that says which weights these are."""


def write(subject: Subject, folder: Path, say: Say) -> tuple[str, ...]:
    """Write `<slug>.pt`, load it back, and hold its outputs against the model's own."""
    path = folder / f"{subject.slug}.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch advises against TorchScript with every call
        say("compile")
        compiled, how = _compiled(subject.built.module, subject.first)
        torch.jit.save(compiled, path, _extra_files={WEIGHTS_NOTE: subject.built.weights.said})
        _drop_source_lines(path)
        say("compare")
        loaded = torch.jit.load(path)  # type: ignore[no-untyped-call]
        return (how, *_compared(loaded, subject))


def _compiled(module: nn.Module, example: Example) -> tuple[torch.jit.ScriptModule, str]:
    """Trace a model, or script it where a trace would freeze a decision or cannot be made."""
    try:
        traced, is_frozen = _traced(module, example)
    except Exception as error:  # noqa: BLE001 - whatever is raised, compiling may do
        return _scripted(module, error), "torch.jit.trace refused it: compiled by torch.jit.script"
    if not is_frozen:
        return traced, "traced"
    try:
        return _scripted(module, None), "its forward decides: compiled by torch.jit.script"
    except CaptureError:
        return traced, "traced: decisions in its forward stay as they were for the first picture"


def _traced(module: nn.Module, example: Example) -> tuple[torch.jit.ScriptModule, bool]:
    """Return the trace, and whether a decision that depends on the input became part of it."""
    with warnings.catch_warnings(record=True) as said, torch.no_grad():
        warnings.simplefilter("always")
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            module,
            example.positional or None,
            strict=False,
            check_trace=False,
            example_kwarg_inputs=dict(example.named) or None,
        )
    return traced, any(issubclass(one.category, TracerWarning) for one in said)


def _scripted(module: nn.Module, refusal: Exception | None) -> torch.jit.ScriptModule:
    try:
        return torch.jit.script(module)
    except Exception as error:
        reasons = {"torch.jit.trace": refusal, "torch.jit.script": error}
        said = (f"{who}: {reason_of(why)}" for who, why in reasons.items() if why is not None)
        raise CaptureError(f"TorchScript refuses this network: {'; '.join(said)}") from error


def _drop_source_lines(path: Path) -> None:
    """Remove the notes on which line made what: they name folders of this machine."""
    slim = path.with_suffix(".slim")
    with zipfile.ZipFile(path) as full, zipfile.ZipFile(slim, "w") as kept:
        for entry in full.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                kept.writestr(entry, full.read(entry))
    slim.replace(path)


def _compared(loaded: torch.jit.ScriptModule, subject: Subject) -> tuple[str, ...]:
    module, examples = subject.built.module, subject.examples
    with torch.no_grad():
        for example in examples:
            if said := disagreement(example.run(loaded), example.run(module)):
                raise CaptureError(f"loaded back, {said}")
        count = len(examples)
        inputs = f"{count} inputs one by one" if subject.batch is not None else "its own inputs"
        same = f"loaded back: same outputs as the model, {inputs}"
        if subject.batch is None:
            return (same,)
        try:
            takes_batch = not disagreement(loaded(subject.batch), module(subject.batch))
        except Exception:  # noqa: BLE001 - whatever is raised, the net may hold its batch to be one
            takes_batch = False
    return (same if takes_batch else f"{same}; only a batch of 1 works",)
