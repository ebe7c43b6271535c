"""Decides what TensorBoard is shown of a model: its graph, its parameters, its inside."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from PIL import Image
from torch.export import ExportedProgram

from generator.capture import insides, trace
from generator.capture.export.events import EventFile, event_file, graph_of, histogram_of
from generator.capture.export.subject import Say, Subject, reason_of
from generator.capture.sprites import lay_out
from generator.capture.watch import module_tree, watch
from generator.capture.weights import parameter_stats
from generator.records import ModelRecord, ParameterStats

FILE_PREFIX = "events.out.tfevents."


@dataclass(frozen=True)
class _Traced:
    """What one forward pass and one trace showed."""

    record: ModelRecord
    program: ExportedProgram | None
    refusal: str = ""
    """Why there is no program."""


def write(subject: Subject, folder: Path, say: Say) -> tuple[str, ...]:
    """Write one event file: graph, histograms, input pictures, feature maps, first kernels."""
    with (
        event_file(folder / f"{FILE_PREFIX}{subject.slug}") as events,
        TemporaryDirectory() as scratch,
    ):
        events.add_text("weights", subject.built.weights.said)
        say("trace")
        traced = _traced(subject)
        say("parameters")
        parameters = parameter_stats(subject.built.module, Path(scratch))
        events.add(graph_def=graph_of(traced.record.nodes, parameters).SerializeToString())
        unseen = _add_parameters(events, parameters, Path(scratch))
        say("pictures")
        for tag, image in _pictures(subject, traced):
            events.add_image(tag, image)
        return tuple(_notes(traced, unseen))


def _traced(subject: Subject) -> _Traced:
    module = subject.built.module
    with watch(module) as observed:
        subject.first.run(module)
    record = ModelRecord(
        slug=subject.slug,
        input_shape=subject.built.input_shape,
        modules=module_tree(module),
        calls=tuple(observed.calls),
    )
    try:
        program = trace.export(module, subject.first)
    except Exception as error:  # noqa: BLE001 - whatever the tracer raises, hooks can stand in
        names = [name for name, _ in module.named_parameters()]
        nodes = trace.nodes_of_calls(record.calls, names)
        return _Traced(record.model_copy(update={"nodes": nodes}), None, reason_of(error))
    nodes = trace.nodes_of(program, module)
    return _Traced(record.model_copy(update={"nodes": nodes}), program)


def _add_parameters(
    events: EventFile, parameters: tuple[ParameterStats, ...], drawn: Path
) -> list[str]:
    """Add a histogram of each parameter and the first kernels; return what has no histogram."""
    unseen = []
    for stats in parameters:
        histogram = histogram_of(stats)
        if histogram is None:
            unseen.append(stats.name)
        else:
            events.add_histogram(stats.name.replace(".", "/"), histogram)
        if stats.file is not None:
            with Image.open(drawn / stats.file) as kernels:
                events.add_image(f"kernels/{stats.name}", kernels)
    return unseen


def _pictures(subject: Subject, traced: _Traced) -> Iterator[tuple[str, Image.Image]]:
    """Yield each input, and what became of it in every block and branch, in execution order."""
    built, examples = subject.built, [one.tensors[0] for one in subject.examples]
    seeing = insides.Subject(built.module, traced.program, built.labels, examples)
    view = insides.looks_at(seeing, traced.record).view
    for (name, picture), example in zip(subject.pictures.items(), examples, strict=False):
        yield f"inputs/{name}", picture
        with torch.no_grad():
            grids = view(example, name).grids
        outer = {wanted: shown for wanted, shown in grids.items() if not wanted.is_inner}
        for number, (wanted, shown) in enumerate(outer.items(), start=1):
            step = "" if wanted.is_output else f".{wanted.step}{wanted.part or ''}"
            yield f"features_{name}/{number:03d}_{wanted.path}{step}", lay_out(shown.tiles)


def _notes(traced: _Traced, unseen: list[str]) -> Iterator[str]:
    if traced.program is None:
        yield (
            "graph: a chain of modules stands in for the operations, for torch.export refused: "
            f"{traced.refusal}"
        )
    if unseen:
        yield f"no histogram, for they hold no finite value: {', '.join(unseen)}"
