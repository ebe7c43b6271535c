"""Decides what building a project from Python does, and what it can tell afterwards."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from generator import measurement, pipeline, store
from generator.api.captured import Captured
from generator.api.comparison import Comparison
from generator.api.processes import unseen_main
from generator.api.showing import shown
from generator.capture.supervisor import Outcome
from generator.config import Project, load_project
from generator.errors import RequestError, StoreError
from generator.lock import only_one
from generator.records import ModelSpec, Timing
from generator.render import formats
from generator.render.published import PublishedRow
from generator.render.report import Part, Row, as_markdown
from generator.shortfalls import (
    page_shortfalls,
    record_shortfalls,
    site_shortfalls,
    timing_shortfalls,
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A project whose site was built; a notebook shows its models and what fell short."""

    project: Project
    specs: tuple[ModelSpec, ...]
    site: Path
    """The folder of the finished site."""
    captured: int
    """How many models had to be captured."""
    reused: int
    """How many captures were there already."""
    written: int
    """How many files of the site changed."""
    shortfalls: tuple[str, ...]
    """What failed, disagrees or leads nowhere; without any, the command line would exit with 0."""

    @property
    def index(self) -> Path:
        """The site's first page."""
        return self.site / "index.html"

    @cached_property
    def models(self) -> tuple[Captured, ...]:
        """The models that were captured, as the site shows them."""
        found = []
        for spec in self.specs:
            with suppress(StoreError):
                kept = store.load(self.project.state, spec.slug)
                found.append(Captured(spec, kept.record, kept.folder))
        return tuple(found)

    @property
    def published(self) -> tuple[PublishedRow, ...]:
        """What the site publishes as data/models.json."""
        return tuple(one.page.row for one in self.models)

    def compare(self, *slugs: str) -> Comparison:
        """Hold some of its models against each other, the first being the baseline.

        Raises:
            RequestError: it has no such model, or fewer than two were named.
        """
        known = {one.spec.slug: one for one in self.models}
        unknown = [slug for slug in slugs if slug not in known]
        if unknown or len(slugs) < 2:  # noqa: PLR2004 - one alone is not compared
            raise RequestError(
                f"compare: {', '.join(unknown) or 'too few'}: name two or more of "
                f"{', '.join(known)}"
            )
        return Comparison(tuple(known[slug] for slug in dict.fromkeys(slugs)))

    def to_markdown(self) -> str:
        """Write the models as a Markdown table, and what fell short."""
        head = ("", "parameters", "MACs", "activations", "depth")
        rows = tuple(
            Row(
                (
                    r.title,
                    *map(formats.count, (r.params, r.macs, r.activations)),
                    str(r.depth or "–"),
                )
            )
            for r in self.published
        )
        return as_markdown([Part(self.project.settings.title, head, rows, self.shortfalls)])

    def to_html(self, language: str = "en") -> str:
        """Show it as HTML that needs nothing else, in English ("en") or Chinese ("zh")."""
        return shown("built", language, built=self, title=self.project.settings.title)

    @classmethod
    def open(cls, project: str | Path = ".", site: str | Path | None = None) -> Self:
        """Return a project as it was built last, without building it.

        Raises:
            RequestError: it was not built there, or its settings are wrong.
        """
        found = load_project(folder=Path(project))
        specs = pipeline.chosen(found, None)
        out = Path(site) if site else found.root / "site"
        if not (out / "index.html").is_file():
            raise RequestError(f"{out}: no site there; build({str(project)!r}) makes one")
        wrong = record_shortfalls(pipeline.records(found, specs), specs)
        shortfalls = (*wrong, *_other_shortfalls(found, specs, out))
        return cls(found, specs, out, 0, len(specs), 0, shortfalls)

    def __repr__(self) -> str:
        wrong = f", {len(self.shortfalls)} shortfalls" * bool(self.shortfalls)
        title = self.project.settings.title
        return f"<Built {title}: {len(self.models)} models in {self.site}{wrong}>"

    def _repr_html_(self) -> str:
        return self.to_html()


def build(
    project: str | Path = ".",
    *,
    models: Sequence[str] | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    on_step: Say | None = None,
) -> Built:
    """Capture what is missing in a project, render, build its site, and check its links.

    Every model is captured in a process of its own. A model that fails is no exception: its page
    says what happened, and so does `Built.shortfalls`.

    Args:
        project: its folder, as `archatlas init` makes one.
        models: only these; all that the settings name if none.
        out: where the site goes; the folder site/ of the project if none.
        jobs: how many models are captured at a time; one a core if none.
        on_step: called with a line for everything that is done, such as print.

    Raises:
        RequestError: the project, its settings or names are wrong; nothing was done.
    """
    say = on_step or (lambda _line: None)
    found = load_project(folder=Path(project))
    specs = pipeline.chosen(found, models)
    site = pipeline.site_folder(found, Path(out) if out else None)
    with unseen_main(), only_one(found.state, lambda: say("waiting for another archatlas")):
        collected = _collect(found, specs, jobs or os.cpu_count() or 1, say)
        _measure(found, specs, say)
        rendered = pipeline.render(found, specs)
        report = pipeline.build_site(found, site)
        shortfalls = (
            *page_shortfalls(rendered.captured, specs, rendered.site),
            *_other_shortfalls(found, specs, site),
            *filter(None, [rendered.site.netron_problem]),
        )
    say(f"site: {len(report.written)} files written")
    counts = (collected.captured, collected.reused, len(report.written))
    return Built(found, specs, site, *counts, shortfalls)


def _collect(
    project: Project, specs: Sequence[ModelSpec], jobs: int, say: Say
) -> pipeline.Collected:
    def on_outcome(outcome: Outcome, number: int, of: int) -> None:
        failed = ", ".join(one.kind for one in outcome.done.record.failures)
        how = f"failed: {failed}" if failed else f"{outcome.seconds:.1f} s"
        say(f"[{number}/{of}] {outcome.request.spec.slug}: {how}")

    return pipeline.collect(project, specs, jobs, lambda *_step: None, on_outcome)


def _measure(project: Project, specs: Sequence[ModelSpec], say: Say) -> None:
    def on_timing(timing: Timing, number: int, of: int) -> None:
        say(f"[{number}/{of}] {timing.slug}: timed")

    measurement.measure(project, specs, lambda *_step: None, on_timing)


def _other_shortfalls(project: Project, specs: Sequence[ModelSpec], site: Path) -> list[str]:
    """Say what falls short beside the captures."""
    return [
        *timing_shortfalls(measurement.measured(project, specs)),
        *site_shortfalls(site, pipeline.memo_of(project)),
    ]
