"""Decides the order of one model's capture: build, one watched forward pass, the artifacts."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from torch.export import ExportedProgram

from generator.capture import predictions, summary, weights
from generator.capture.artifacts import artifacts_in
from generator.capture.build import BuiltModel, build
from generator.capture.checkpoint import shortened
from generator.capture.device import device_for, name_of
from generator.capture.examples import Example
from generator.capture.failing import Failures, failure_of
from generator.capture.insides import Subject, look_inside
from generator.capture.nesting import first_tensor
from generator.capture.norms import norm_stats
from generator.capture.onnx import names_by_operation, write_structure
from generator.capture.request import Request
from generator.capture.rewriting import translated
from generator.capture.showing import shown_to, traced_with
from generator.capture.sizes import try_sizes
from generator.capture.summary import Summary
from generator.capture.trace import export, nodes_of_calls
from generator.capture.tracing import trace_model
from generator.capture.watch import Observation, module_tree, watch
from generator.records import (
    ModelRecord,
    Node,
    Picture,
    Provenance,
    Reason,
    Skipped,
    TraceMethod,
)

__all__ = ["Say", "capture", "failure_of"]

Say = Callable[[str], None]
"""Tell whoever watches which step begins."""

Hold = Callable[[ModelRecord], None]
"""Take what is known by now: it is what remains if the process does not live to tell more."""


@dataclass(frozen=True)
class _Running:
    """A model on its device, and what it is shown there."""

    built: BuiltModel
    device: torch.device
    examples: tuple[Example, ...]
    pictures: tuple[Picture, ...]


def capture(
    request: Request, say: Say, hold: Hold = lambda _known: None
) -> tuple[ModelRecord, Path | None]:
    """Observe one model; return its record, and the weights file that decided about it.

    Building and running must work, or the record holds little but the failure. Every later step
    may fail alone.
    """
    torch.set_num_threads(1)  # the result must not depend on how many models run beside it
    failures = Failures(request.root)

    def with_files(record: ModelRecord) -> ModelRecord:
        is_known = record.provenance is not None  # else nothing says what the files are
        artifacts = artifacts_in(request.folder) if is_known else ()
        found = {"failures": tuple(failures.found), "artifacts": artifacts}
        return record.model_copy(update=found)

    record = ModelRecord(slug=request.spec.slug, input_shape=request.spec.input_shape or ())
    checkpoint = None
    with failures.contain("build"):
        say("build")
        device = device_for(request.device)
        built = build(request.spec, request.weights, request.seed, request.root)
        checkpoint = built.weights.checkpoint
        record = _basic_record(request, built, device)
        hold(with_files(record))
        built.module.to(device)
        with failures.contain("forward"):
            say("forward")
            shown = shown_to(built, request.own_pictures, request.folder, device)
            seen = _Running(built, device, *shown)
            record = _observe(request, seen, record, failures)
        if record.is_captured:
            hold(with_files(_followed_by_hooks(record)))
            record, program = _trace(request, seen, record, failures, say)
            hold(with_files(record))
            say("features")
            record = _look(request, seen, record, program, failures)
    return with_files(record), checkpoint


def _basic_record(request: Request, built: BuiltModel, device: torch.device) -> ModelRecord:
    return ModelRecord(
        slug=request.spec.slug,
        input_shape=built.input_shape,
        reference=built.reference,
        modules=module_tree(built.module),
        buffer_bytes=sum(b.numel() * b.element_size() for b in built.module.buffers()),
        parameters=weights.parameter_stats(built.module, request.folder),
        norms=norm_stats(built.module, request.folder),
        provenance=_provenance(request, built, device),
        training=built.weights.training,
    )


def _observe(
    request: Request, seen: _Running, record: ModelRecord, failures: Failures
) -> ModelRecord:
    """Run the model on one example after the other, the first time watched, under torchinfo."""
    first, table, skipped = _run_first(seen.built.module, seen.examples[0], failures)
    with torch.no_grad():
        further = [first_tensor(example.run(seen.built.module)) for example in seen.examples[1:]]
    if table is not None:
        summary.write_summary(table, request.folder)
    found: dict[str, object] = {
        "calls": tuple(first.calls),
        "total_macs": sum(call.macs for call in first.calls),
        "torchinfo_macs": None if table is None else table.macs,
        "torchinfo_rows": () if table is None else table.rows,
        "pictures": seen.pictures,
    }
    with failures.contain("predictions"):
        outputs = [None if one is None else one.cpu() for one in (first.output, *further)]
        labels = seen.built.labels
        answers, unfit = predictions.predict(outputs, seen.pictures, labels, request.folder)
        found |= {"predictions": answers, "skipped": (*skipped, *unfit)}
    return record.model_copy(update=found)


def _run_first(
    module: torch.nn.Module, example: Example, failures: Failures
) -> tuple[Observation, Summary | None, tuple[Skipped, ...]]:
    """Run a model under torchinfo; again without, if it failed, to see which of the two it was."""
    skipped: tuple[Skipped, ...] = ()
    with failures.contain("torchinfo"), watch(module) as observed:
        try:
            return observed, summary.run_with_summary(module, example), ()
        except summary.NoSummaryError as error:
            detail = "" if error.reason is Reason.UNKNOWN_TYPE else str(error)
            skipped = (Skipped(kind="torchinfo", reason=error.reason, detail=detail),)
    with watch(module) as observed:
        example.run(module)
    return observed, None, skipped


def _followed_by_hooks(record: ModelRecord) -> ModelRecord:
    """Add the graph that is known without a trace."""
    nodes = nodes_of_calls(record.calls, [stats.name for stats in record.parameters])
    return _with_graph(record, nodes, TraceMethod.HOOKS)


def _with_graph(record: ModelRecord, nodes: tuple[Node, ...], method: TraceMethod) -> ModelRecord:
    provenance = record.provenance and record.provenance.model_copy(update={"trace": method})
    return record.model_copy(update={"nodes": nodes, "provenance": provenance})


def _trace(
    request: Request, seen: _Running, record: ModelRecord, failures: Failures, say: Say
) -> tuple[ModelRecord, ExportedProgram | None]:
    """Add the graph, and the ONNX file whose nodes it names."""
    say("trace")
    shape = traced_with(seen.built, seen.device)
    parameters = [stats.name for stats in record.parameters]
    traced = trace_model(seen.built.module, shape, seen.examples[0], record.calls, parameters)
    names: dict[str, str] = {}
    skipped = record.skipped
    if traced.program is not None:
        with failures.contain("onnx"):
            say("onnx")
            module = seen.built.module
            translation = translated(traced.program, lambda: export(module, shape))
            write_structure(translation, request.folder / "model.onnx")
            names = names_by_operation(translation)
    elif traced.refusal is not None and traced.method is TraceMethod.FX:
        said = failure_of("trace", traced.refusal, request.root)
        detail = f"{said.error}: {said.message}"
        skipped += tuple(
            Skipped(kind=kind, reason=Reason.NO_EXPORT, detail=detail) for kind in ("trace", "onnx")
        )
    elif traced.refusal is not None:
        with failures.contain("trace"):
            raise traced.refusal
    named = tuple(node.model_copy(update={"onnx": names.get(node.id)}) for node in traced.nodes)
    known = record.model_copy(update={"skipped": skipped})
    return _with_graph(known, named, traced.method), traced.program


def _look(
    request: Request,
    seen: _Running,
    record: ModelRecord,
    program: ExportedProgram | None,
    failures: Failures,
) -> ModelRecord:
    """Add what pictures show, and other sizes of pictures; say so of a model that takes none."""
    built = seen.built
    inputs = [example.tensors[0] for example in seen.examples]
    subject = Subject(built.module, program, built.labels, inputs)
    record = look_inside(subject, record, request.folder, request.picture_bytes, failures.contain)
    if built.takes_pictures:
        with failures.contain("sizes"):
            tried = try_sizes(built.module, built.input_shape)
            return record.model_copy(update={"other_sizes": tried})
        return record
    kinds = ("features", "attribution", "predictions", "sizes")
    skipped = (Skipped(kind=kind, reason=Reason.NO_PICTURES) for kind in kinds)
    return record.model_copy(update={"skipped": (*record.skipped, *skipped)})


def _provenance(request: Request, built: BuiltModel, device: torch.device) -> Provenance:
    return Provenance(
        torch=version("torch"),
        torchvision=version("torchvision"),
        torchinfo=version("torchinfo"),
        onnx=version("onnx"),
        python=platform.python_version(),
        seed=request.seed,
        weights=built.weights.said,
        weights_are_random=built.weights.are_random,
        device=name_of(device),
        weights_sha256=built.weights.sha256 and shortened(built.weights.sha256),
    )
