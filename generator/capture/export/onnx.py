"""Decides how a model becomes an ONNX file that runs: weights inside, sizes as free as they can be.

The batch, height and width are dynamic where tracing, translation and a run at another size allow
it; else fewer of them are.
"""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import onnx
import onnx_ir as ir
import torch
from torch import nn
from torch.export import Dim

from generator.capture.examples import Example
from generator.capture.export.agreement import disagreement
from generator.capture.export.subject import Say, Subject, reason_of
from generator.capture.nesting import tensors_in
from generator.capture.onnx import SIZES, write_runnable
from generator.capture.rewriting import translated
from generator.capture.sizes import other_sizes
from generator.capture.trace import plain_output
from generator.errors import CaptureError

WEIGHTS_KEY = "weights"
"""The entry among the file's properties that says which weights these are."""

_PICTURE_RANK = 4
_MOST_INLINE_BYTES = 1_900_000_000
"""A file of protocol buffers ends at 2 GiB; larger weights lie beside it."""


def write(subject: Subject, folder: Path, say: Say) -> tuple[str, ...]:
    """Write `<slug>.onnx` with as many dynamic sizes as work, checked against the model.

    Raises:
        CaptureError: not even with fixed sizes does it work.
    """
    notes: list[str] = []
    refusal: Exception | None = None
    for free in _wishes(subject.batch):
        say(f"export with {_listed(free) or 'no size'} dynamic")
        try:
            return (*_attempt(subject, free, folder, say), *notes)
        except Exception as error:  # noqa: BLE001 - whatever is raised, fewer sizes may do
            refusal = error
            notes.append(f"with {_listed(free)} dynamic it failed: {reason_of(error)}")
            for path in folder.iterdir():
                path.unlink()
    raise CaptureError(f"no ONNX file of this network works: {refusal}") from refusal


def _wishes(batch: torch.Tensor | None) -> tuple[tuple[int, ...], ...]:
    """Return which axes are to be dynamic, the most first; of a model's own inputs none is."""
    if batch is None:
        return ((),)
    return ((0, 2, 3), (0,), (2, 3), ()) if batch.ndim == _PICTURE_RANK else ((0,), ())


def _listed(axes: tuple[int, ...]) -> str:
    return ", ".join(SIZES[axis] for axis in axes)


def _attempt(subject: Subject, wished: tuple[int, ...], folder: Path, say: Say) -> tuple[str, ...]:
    path = folder / f"{subject.slug}.onnx"
    program = _traced(subject, wished)
    say("translate")
    model = translated(program, lambda: _traced(subject, wished))
    model.metadata_props[WEIGHTS_KEY] = subject.built.weights.said
    _save(model, path)
    onnx.checker.check_model(path)
    shape = model.graph.inputs[0].shape or ()
    free = tuple(axis for axis in wished if not isinstance(shape[axis], int))
    if 0 in wished and 0 not in free:
        raise CaptureError("the batch became a constant")
    say("check")
    return (*_described(subject, free), _checked(subject, free, path))


def _traced(subject: Subject, free: tuple[int, ...]) -> torch.export.ExportedProgram:
    """Trace a model; sizes it cannot leave open become fixed by themselves."""
    # A traced size of 1 would be taken for a constant, so the batch is shown as 2.
    example = subject.first.repeated(2) if 0 in free else subject.first
    # Which words stand for the sizes is decided after translation, when no equation is left.
    symbolic = (dict.fromkeys(free, Dim.AUTO),) if free else None
    with torch.no_grad(), plain_output(subject.built.module):
        return torch.export.export(
            subject.built.module,
            example.positional,
            dict(example.named),
            dynamic_shapes=symbolic,
            strict=False,
        )


def _save(model: ir.Model, path: Path) -> None:
    tensors = (value.const_value for value in model.graph.initializers.values())
    if sum(tensor.nbytes for tensor in tensors if tensor is not None) > _MOST_INLINE_BYTES:
        write_runnable(model, path)
    else:
        ir.save(model, path)


def _described(subject: Subject, free: tuple[int, ...]) -> Iterator[str]:
    yield f"dynamic: {_listed(free) or 'nothing'}"
    if subject.batch is None:
        yield f"fixed: {_spelled(subject.first)}"
        return
    shape = subject.batch.shape
    fixed = [axis for axis in SIZES if axis < len(shape) and axis not in free]
    if fixed:
        sizes = (f"{SIZES[axis]} {1 if axis == 0 else shape[axis]}" for axis in fixed)
        yield f"fixed: {', '.join(sizes)}"


def _checked(subject: Subject, free: tuple[int, ...], path: Path) -> str:
    """Run the file at the model's own size, and at others where some are dynamic."""
    if importlib.util.find_spec("onnxruntime") is None:
        return "not run: onnxruntime is not installed; archatlas[export] brings it along"
    run = _runner(path)
    shown = []
    elsewhere = _elsewhere(subject.batch, free) if subject.batch is not None else ()
    for example in (subject.first, *(Example((one,)) for one in elsewhere)):
        expected = _expected(subject.built.module, example)
        if expected:
            if said := disagreement(run(example), expected):
                raise CaptureError(f"run by onnxruntime at {_spelled(example)}, {said}")
            shown.append(_spelled(example))
    if free and len(shown) == 1:
        raise CaptureError("the network itself takes no other size")
    return f"onnxruntime gives the model's outputs at {', '.join(shown)}"


def _expected(module: nn.Module, example: Example) -> tuple[torch.Tensor, ...]:
    """Return what the model answers; nothing if it does not take that size."""
    try:
        with torch.no_grad():
            return tuple(tensors_in(example.run(module)))
    except Exception:  # noqa: BLE001 - whatever a model raises, it refuses the size
        return ()


def _runner(path: Path) -> Callable[[Example], list[torch.Tensor]]:
    """Return how to run the file; imported only here, for nothing else needs it."""
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options)
    names = [one.name for one in session.get_inputs()]

    def run(example: Example) -> list[torch.Tensor]:
        fed = {name: one.numpy() for name, one in zip(names, example.tensors, strict=True)}
        return [torch.from_numpy(output) for output in session.run(None, fed)]

    return run


def _elsewhere(examples: torch.Tensor, free: tuple[int, ...]) -> Iterator[torch.Tensor]:
    """Yield inputs unlike the first wherever sizes are dynamic, made of the same pictures."""
    batch = torch.cat([examples, examples])[:2] if 0 in free else examples[:1]
    spatial = {axis for axis in free if axis > 1}
    for shape in other_sizes(tuple(examples.shape[1:])) if spatial else ():
        wished = (len(batch), *shape)
        size = [wished[axis] if axis in spatial else batch.shape[axis] for axis in (2, 3)]
        yield nn.functional.interpolate(batch, size, mode="bilinear")
    if free and not spatial:
        yield batch


def _spelled(example: Example) -> str:
    return " and ".join("×".join(map(str, one.shape)) for one in example.tensors)
