"""Decides what each command does and what it says."""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator import pipeline
from generator.analysis.checks import checks
from generator.capture.request import Request
from generator.capture.supervisor import Outcome
from generator.cli import doctor as examination
from generator.cli import scaffold
from generator.cli.measure import measure_missing
from generator.cli.terminal import (
    as_json,
    check_table,
    model_rows,
    model_table,
    result,
    say,
)
from generator.collection import fetch_newer
from generator.config import Project, load_project
from generator.errors import DiskError, RequestError
from generator.lock import only_one
from generator.measurement import measured
from generator.records import ModelRecord, ModelSpec
from generator.render.site_weight import weigh, weight_line
from generator.shortfalls import (
    page_shortfalls,
    record_shortfalls,
    site_shortfalls,
    timing_shortfalls,
)
from generator.zoo.catalog import select

_MIN_FREE_BYTES = 64_000_000


def build(options: argparse.Namespace) -> int:
    """Capture what is missing, render, build the site, check its links."""
    project, specs = prepared(options)
    out = pipeline.site_folder(project, options.out)
    _writable(out, "name another folder with --out")
    with only_one(project.state, _waiting):
        _collect(project, specs, options.jobs, options.scheduler)
        measure_missing(project, specs)
        shortfalls = _render(project, specs) + timing_shortfalls(measured(project, specs))
        report = pipeline.build_site(project, out)
        say(f"site: {len(report.written)} files written, {len(report.deleted)} deleted")
        for uri in report.kept:
            say(f"  {out / uri}: not ours, left alone")
        say(f"weight: {weight_line(weigh(out))}")
        shortfalls += site_shortfalls(out, pipeline.memo_of(project))
    result(str(out))
    return _verdict(shortfalls, strict=options.strict)


def capture(options: argparse.Namespace) -> int:
    """Capture what is missing; write no pages."""
    project, specs = prepared(options)
    with only_one(project.state, _waiting):
        _collect(project, specs, options.jobs, options.scheduler)
        shortfalls = record_shortfalls(pipeline.records(project, specs), specs)
    return _verdict(shortfalls, strict=options.strict)


def render_only(options: argparse.Namespace) -> int:
    """Write the pages from stored captures; those that others made are fetched first."""
    project, specs = prepared(options)
    with only_one(project.state, _waiting):
        fetched = fetch_newer(project, specs)
        if fetched:
            say(f"fetched {fetched} from the store")
        shortfalls = _render(project, specs)
    return _verdict(shortfalls, strict=options.strict)


def refresh(project: Project, specs: Sequence[ModelSpec], jobs: int) -> None:
    """Capture what is missing, render, and say what fell short."""
    with only_one(project.state, _waiting):
        _collect(project, specs, jobs)
        _verdict(_render(project, specs), strict=False)


def list_models(options: argparse.Namespace) -> int:
    """Print the models with their numbers, as far as they are captured."""
    project, specs = _project(options)
    rows = model_rows(specs, pipeline.records(project, specs), measured(project, specs))
    result(as_json(rows) if options.json else model_table(rows))
    return 0


def collected(
    options: argparse.Namespace,
) -> tuple[tuple[ModelSpec, ...], Mapping[str, ModelRecord]]:
    """Return the named models and their records; those that have none are captured first."""
    project = load_project(options.config)
    specs = pipeline.chosen(project, options.named)
    found = pipeline.records(project, specs)
    missing = [spec for spec in specs if spec.slug not in found]
    if missing:
        _writable(project.state, "captures are kept there: move the project")
        with only_one(project.state, _waiting):
            _collect(project, missing, options.jobs)
        found = pipeline.records(project, specs)
    return specs, found


def check(options: argparse.Namespace) -> int:
    """Hold stored numbers and a built site's links to account."""
    project, specs = _project(options)
    found = pipeline.records(project, specs)
    shortfalls = record_shortfalls(found, specs)
    out = options.out or project.root / "site"
    if not out.is_dir():
        raise RequestError(f"{out}: no site there; run 'archatlas build', or name it with --out")
    shortfalls += site_shortfalls(out)
    held = [(s.slug, one) for s in specs if s.slug in found for one in checks(found[s.slug], s)]
    result(check_table(held))
    said = f"{len(held)} numbers held against others, {len(shortfalls)} shortfalls"
    result(f"{len(found)} models, {said}")
    say(f"weight: {weight_line(weigh(out))}")
    return _verdict(shortfalls, strict=True)


def init(options: argparse.Namespace) -> int:
    """Write a small project into a new folder."""
    for path in scaffold.create(options.folder):
        result(str(path))
    say(f"next: cd {options.folder} && archatlas build")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Print what works on this machine."""
    findings = examination.examine(load_project(options.config))
    for finding in findings:
        result(f"{'ok ' if finding.is_fine else 'BAD'}  {finding.what}: {finding.says}")
    return 0 if all(finding.is_fine for finding in findings) else 1


def _project(options: argparse.Namespace) -> tuple[Project, tuple[ModelSpec, ...]]:
    project = load_project(options.config)
    names = getattr(options, "models", None)
    return project, select(project, names)


def prepared(options: argparse.Namespace) -> tuple[Project, tuple[ModelSpec, ...]]:
    """Check everything that can be checked before any work begins.

    Raises:
        RequestError: everything that is wrong with the request, a line each.
    """
    project = load_project(options.config)
    specs = pipeline.chosen(project, options.models)
    _writable(project.state, "captures are kept there: move the project")
    return project, specs


def _writable(folder: Path, advice: str) -> Path:
    """Return the folder if files can be put there.

    Raises:
        DiskError: it is a file, may not be written to, or has no space.
    """
    folder = folder.resolve()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise DiskError(f"{there}: is a file; {advice}")
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise DiskError(f"{folder}: cannot be written to ({error.strerror}); {advice}") from error
    status = os.statvfs(there)
    if status.f_bavail * status.f_frsize < _MIN_FREE_BYTES:
        room = f"less than {_MIN_FREE_BYTES // 10**6} MB free"
        raise DiskError(f"{folder}: {room}; make some space, or {advice}")
    return folder


def _collect(
    project: Project, specs: Sequence[ModelSpec], jobs: int, scheduler: str | None = None
) -> None:
    began = time.monotonic()

    def on_step(request: Request, step: str, seconds: float) -> None:
        say(f"  {request.spec.slug}: {step} (after {seconds:.1f} s)")

    def on_outcome(outcome: Outcome, number: int, of: int) -> None:
        failures = outcome.done.record.failures
        how = f"{len(failures)} failed" if failures else "done"
        say(f"[{number}/{of}] {outcome.request.spec.slug}: {how} in {outcome.seconds:.1f} s")

    collected = pipeline.collect(project, specs, jobs, on_step, on_outcome, scheduler)
    seconds = time.monotonic() - began
    fetched = f" ({collected.fetched} from the store)" if collected.fetched else ""
    say(f"captured {collected.captured}, reused {collected.reused}{fetched} in {seconds:.1f} s")


def _render(project: Project, specs: Sequence[ModelSpec]) -> list[str]:
    rendered = pipeline.render(project, specs)
    say(f"pages: {len(rendered.report.written)} files written")
    for uri in rendered.report.kept:
        say(f"  {project.docs.name}/{uri}: not ours, left alone")
    shortfalls = page_shortfalls(rendered.captured, specs, rendered.site)
    problem = rendered.site.netron_problem
    return [*shortfalls, problem] if problem else shortfalls


def _verdict(shortfalls: Sequence[str], *, strict: bool) -> int:
    for line in shortfalls:
        say(f"archatlas: {line}")
    return 1 if shortfalls and strict else 0


def _waiting() -> None:
    say("another archatlas works in this project; waiting for it")
