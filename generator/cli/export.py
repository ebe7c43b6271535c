"""Decides what `archatlas export` asks for, and what it says of the files."""

import argparse
import difflib

from generator import pipeline
from generator.capture.export.request import ExportRequest, Kind
from generator.cli.terminal import result, say
from generator.config import load_project
from generator.lock import only_one


def export(options: argparse.Namespace) -> int:
    """Write one model as a file that other programs read; print where it is."""
    project = load_project(options.config)
    (spec,) = pipeline.chosen(project, [options.model])
    out = (options.out or project.root / "exports" / spec.slug).resolve()

    def on_step(_request: ExportRequest, step: str, seconds: float) -> None:
        say(f"  {spec.slug}: {step} (after {seconds:.1f} s)")

    with only_one(project.state, _waiting):
        delivery = pipeline.export(project, spec, options.kind, out, on_step)
    for note in delivery.notes:
        say(f"  {spec.slug}: {note}")
    for path in delivery.files:
        result(str(path))
    return 0


def kind(text: str) -> Kind:
    """Read what to export to, as argparse wants it."""
    if text in list(Kind):
        return Kind(text)
    near = difflib.get_close_matches(text, list(Kind), n=1)
    meant = f"; did you mean '{near[0]}'?" if near else ""
    raise argparse.ArgumentTypeError(f"unknown kind '{text}'{meant} (there are {', '.join(Kind)})")


def _waiting() -> None:
    say("another archatlas works in this project; waiting for it")
