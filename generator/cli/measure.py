"""Decides what `archatlas measure` asks for, and what is said of the times."""

import argparse
import time
from collections.abc import Sequence

from generator import measurement, pipeline
from generator.capture.latency.request import TimingRequest
from generator.cli.terminal import result, say
from generator.config import Project, load_project
from generator.errors import RequestError
from generator.lock import only_one
from generator.records import ModelSpec, Timing
from generator.render.report import table
from generator.shortfalls import timing_shortfalls


def measure(options: argparse.Namespace) -> int:
    """Time models that are captured and not timed yet; print all times."""
    project = load_project(options.config)
    specs = pipeline.chosen(project, options.models)
    if not project.settings.latency:
        raise RequestError(
            f"{project.config_name}: 'latency' names no batch size, so nothing is timed; write "
            "for example latency = [1, 8]"
        )
    if not pipeline.records(project, specs):
        raise RequestError("nothing is captured yet; run 'archatlas capture' first")
    with only_one(project.state, lambda: say("another archatlas works here; waiting for it")):
        measure_missing(project, specs)
    found = measurement.measured(project, specs)
    result(timing_table([found[spec.slug] for spec in specs if spec.slug in found]))
    return 1 if timing_shortfalls(found) else 0


def measure_missing(project: Project, specs: Sequence[ModelSpec]) -> None:
    """Time what is not timed yet, and say how it goes; nothing where no times are wanted."""
    if not project.settings.latency:
        return
    began = time.monotonic()

    def on_step(request: TimingRequest, step: str, seconds: float) -> None:
        say(f"  {request.spec.slug}: timing: {step} (after {seconds:.1f} s)")

    def on_timing(timing: Timing, number: int, of: int) -> None:
        said = [f"{one.median_ms:g} ms for {one.batch}" for one in timing.batches]
        said += [f"{one.kind}: {one.error}: {one.message}" for one in timing.failures]
        say(f"[{number}/{of}] {timing.slug}: {', '.join(said)}")

    done = measurement.measure(project, specs, on_step, on_timing)
    seconds = time.monotonic() - began
    say(f"timed {done.measured}, reused {done.reused} in {seconds:.1f} s")


def timing_table(timings: Sequence[Timing]) -> str:
    """Write times as a table, a line for each batch size."""
    head = ("slug", "batch", "median ms", "runs", "inputs/s", "device", "threads", "torch")
    rows = [
        (
            timing.slug,
            str(one.batch),
            f"{one.median_ms:.4g}",
            str(one.runs),
            f"{one.throughput:,.1f}",
            timing.surroundings.name,
            str(timing.surroundings.threads),
            timing.surroundings.torch,
        )
        for timing in timings
        if timing.surroundings
        for one in timing.batches
    ]
    return table(head, rows, (1, 2, 3, 4, 6))
