"""Decides the order of one model's capture: build, one watched forward pass, the artifacts."""

import hashlib
import os
import platform
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import torch
from torch.export import ExportedProgram

from generator.capture import predictions, summary, trace, weights
from generator.capture.build import BuiltModel, build
from generator.capture.checkpoint import shortened
from generator.capture.inputs import batch_of
from generator.capture.insides import Subject, look_inside
from generator.capture.norms import norm_stats
from generator.capture.onnx import names_by_operation, to_onnx, write_structure
from generator.capture.request import Request
from generator.capture.sizes import try_sizes
from generator.capture.summary import Summary
from generator.capture.watch import Observation, first_tensor, module_tree, watch
from generator.pictures import sources_for
from generator.records import (
    Artifact,
    Failure,
    ModelRecord,
    Provenance,
    TraceMethod,
)

_KINDS = {"model.onnx": "onnx", "summary.txt": "torchinfo"}

Say = Callable[[str], None]
"""Tell whoever watches which step begins."""


@dataclass
class _Failures:
    """Steps that failed without taking the model down."""

    root: Path
    found: list[Failure] = field(default_factory=list)

    @contextmanager
    def contain(self, step: str) -> Iterator[None]:
        before = len(self.found)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the one place where a failure becomes a fact
            # What failed on the way is no news once the whole step did.
            self.found[before:] = [failure_of(step, error, self.root)]


def failure_of(step: str, error: BaseException, root: Path) -> Failure:
    """Describe an exception by its first paragraph, without a path or address of this machine.

    One that says nothing is described by the line that raised it.
    """
    lines = traceback.extract_tb(error.__traceback__)
    said = str(error).strip() or (lines[-1].line if lines else "") or ""
    message = re.sub(r" at 0x[0-9a-f]+", "", " ".join(said.partition("\n\n")[0].split()))
    folders = (root, Path.cwd(), Path(sys.prefix), Path("~").expanduser())
    for folder in sorted(map(str, folders), key=len, reverse=True):  # the innermost first
        if folder != os.sep:
            message = message.replace(folder, "…")
    return Failure(kind=step, error=type(error).__name__, message=message[:600])


def capture(request: Request, say: Say) -> tuple[ModelRecord, Path | None]:
    """Observe one model; return its record, and the weights file that decided about it.

    Building and running must work, or the record holds little but the failure. Every later step
    may fail alone.
    """
    torch.set_num_threads(1)  # the result must not depend on how many models run beside it
    failures = _Failures(request.root)
    record = ModelRecord(slug=request.spec.slug, input_shape=request.spec.input_shape or ())
    checkpoint = None
    with failures.contain("build"):
        say("build")
        built = build(request.spec, request.weights, request.seed, request.root)
        checkpoint = built.weights.checkpoint
        record = _basic_record(request, built)
        with failures.contain("forward"):
            say("forward")
            record, examples = _observe(request, built, record, failures)
        if record.is_captured:
            record, program = _trace(request, built, record, failures, say)
            say("features")
            subject = Subject(built.module, program, built.labels, examples)
            limit = request.picture_bytes
            record = look_inside(subject, record, request.folder, limit, failures.contain)
            with failures.contain("sizes"):
                tried = try_sizes(built.module, built.input_shape)
                record = record.model_copy(update={"other_sizes": tried})
    artifacts = _artifacts(request.folder)
    update = {"failures": tuple(failures.found), "artifacts": artifacts}
    return record.model_copy(update=update), checkpoint


def _basic_record(request: Request, built: BuiltModel) -> ModelRecord:
    return ModelRecord(
        slug=request.spec.slug,
        input_shape=built.input_shape,
        reference=built.reference,
        modules=module_tree(built.module),
        buffer_bytes=sum(b.numel() * b.element_size() for b in built.module.buffers()),
        parameters=weights.parameter_stats(built.module, request.folder),
        norms=norm_stats(built.module, request.folder),
        provenance=_provenance(request, built),
        training=built.weights.training,
    )


def _observe(
    request: Request, built: BuiltModel, record: ModelRecord, failures: _Failures
) -> tuple[ModelRecord, Sequence[torch.Tensor]]:
    """Run the model on one picture after the other, the first time watched, under torchinfo."""
    sources = sources_for(built.input_shape[0], request.own_pictures)
    batch, pictures = batch_of(sources, built.input_shape, request.folder)
    examples = batch.chunk(len(batch))  # not all at once: a net may hold its batch to be one
    first, table = _run_first(built.module, examples[0], failures)
    with torch.no_grad():
        further = [first_tensor(built.module(example)) for example in examples[1:]]
    if table is not None:
        summary.write_summary(table, request.folder)
    found: dict[str, object] = {
        "calls": tuple(first.calls),
        "total_macs": sum(call.macs for call in first.calls),
        "torchinfo_macs": None if table is None else table.macs,
        "torchinfo_rows": () if table is None else table.rows,
        "pictures": pictures,
    }
    with failures.contain("predictions"):
        outputs = [first.output, *further]
        answers, skipped = predictions.predict(outputs, pictures, built.labels, request.folder)
        found |= {"predictions": answers, "skipped": skipped}
    return record.model_copy(update=found), examples


def _run_first(
    module: torch.nn.Module, example: torch.Tensor, failures: _Failures
) -> tuple[Observation, Summary | None]:
    """Run a model under torchinfo; again without, if it failed, to see which of the two it was."""
    with failures.contain("torchinfo"), watch(module) as observed:
        return observed, summary.run_with_summary(module, example)
    with watch(module) as observed:
        module(example)
    return observed, None


def _trace(
    request: Request, built: BuiltModel, record: ModelRecord, failures: _Failures, say: Say
) -> tuple[ModelRecord, ExportedProgram | None]:
    """Add the graph, and the ONNX file whose nodes it names."""
    say("trace")
    parameters = [stats.name for stats in record.parameters]
    nodes = trace.nodes_of_calls(record.calls, parameters)
    method, names, program = TraceMethod.HOOKS, {}, None
    with failures.contain("trace"):
        program = trace.export(built.module, torch.zeros(1, *built.input_shape))
        nodes, method = trace.nodes_of(program, built.module), TraceMethod.EXPORT
        with failures.contain("onnx"):
            say("onnx")
            translated = to_onnx(program)
            write_structure(translated, request.folder / "model.onnx")
            names = names_by_operation(translated)
    named = tuple(node.model_copy(update={"onnx": names.get(node.id)}) for node in nodes)
    provenance = record.provenance and record.provenance.model_copy(update={"trace": method})
    return record.model_copy(update={"nodes": named, "provenance": provenance}), program


def _provenance(request: Request, built: BuiltModel) -> Provenance:
    return Provenance(
        torch=version("torch"),
        torchvision=version("torchvision"),
        torchinfo=version("torchinfo"),
        onnx=version("onnx"),
        python=platform.python_version(),
        seed=request.seed,
        weights=built.weights.said,
        weights_are_random=built.weights.are_random,
        weights_sha256=built.weights.sha256 and shortened(built.weights.sha256),
    )


def _artifacts(folder: Path) -> tuple[Artifact, ...]:
    """List every file that was written, by name, with its digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(_artifact(path, path.relative_to(folder).as_posix()) for path in files)


def _artifact(path: Path, name: str) -> Artifact:
    content = path.read_bytes()
    kind = _KINDS.get(name) or name.partition("/")[0]
    return Artifact(
        kind=kind, file=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
