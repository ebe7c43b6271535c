"""Decides the order of the whole: collect what is missing, then publish what there is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator import store
from generator.analysis.quotes import misquotes
from generator.capture.export.delivery import Delivery, deliver
from generator.capture.export.request import ExportRequest, Kind
from generator.captures import Capture
from generator.collection import Collected, collect, limits_of
from generator.config import Project
from generator.errors import ArchatlasError, RequestError
from generator.files import PublishReport, publish, write_if_changed
from generator.measurement import measured
from generator.memo import Memo
from generator.pictures import read_pictures
from generator.records import Failure, ModelRecord, ModelSpec, Timing
from generator.render.exhibit import Subject
from generator.render.mkdocs import build_html, standard_mkdocs
from generator.render.site import Site, render_site
from generator.stored import StoredRecords
from generator.stories.stories import story_of
from generator.toolchain import versions
from generator.zoo.catalog import select

__all__ = ["Collected", "collect", "limits_of"]  # part of the order, though it lies beside

OnExportStep = Callable[[ExportRequest, str, float], None]


@dataclass(frozen=True)
class Rendered:
    """What rendering wrote into the sources of the site."""

    report: PublishReport
    site: Site
    captured: tuple[str, ...]
    """Slugs of the models whose capture could be read."""


def render(project: Project, specs: Sequence[ModelSpec]) -> Rendered:
    """Write the sources of the site from stored captures; torch is not needed.

    A project without settings for MkDocs gets the standard ones, to keep and to change.

    Raises:
        RequestError: nothing is captured yet.
    """
    if store.known(project.state).isdisjoint(spec.slug for spec in specs):
        raise RequestError("nothing is captured yet; run 'archatlas build' or 'archatlas capture'")
    times = measured(project, specs)
    subjects = [_subject(project, spec, times.get(spec.slug)) for spec in specs]
    settings = project.settings
    memo = memo_of(project)
    site = render_site(
        settings.title,
        subjects,
        [story_of(comparison) for comparison in settings.comparisons],
        _guides(project.docs, settings.languages),
        settings.languages,
        memo,
        project.templates,
    )
    report = publish(site.files, project.docs, notes=project.state / "published")
    if not project.mkdocs.exists():
        write_if_changed(project.mkdocs, standard_mkdocs())
    write_if_changed(project.state / "mkdocs.yml", site.mkdocs.encode())
    publish(site.theme, project.state / "theme")
    memo.sweep()
    found = tuple(subject.spec.slug for subject in subjects if subject.address)
    return Rendered(report=report, site=site, captured=found)


def memo_of(project: Project) -> Memo:
    """Return what a project remembers of earlier runs, to make nothing twice."""
    return Memo(project.state / "rendered")


def site_folder(project: Project, out: Path | None) -> Path:
    """Return where the finished site goes: the project's site/, or a folder that was named.

    Raises:
        RequestError: the folder holds, or belongs to, what the site is made from.
    """
    folder = (out or project.root / "site").resolve()
    ours = (project.docs, project.state)
    if project.root.is_relative_to(folder) or any(folder.is_relative_to(one) for one in ours):
        raise RequestError(
            f"{folder}: what the site is made from lies there; name a folder of its own with --out"
        )
    return folder


def build_site(project: Project, out: Path) -> PublishReport:
    """Let MkDocs build the site, and bring the folder up to date."""
    return build_html(project.root, project.state, out)


def export(
    project: Project, spec: ModelSpec, kind: Kind, out: Path, on_step: OnExportStep
) -> Delivery:
    """Write one model, with the weights its capture gets, as a file for other programs.

    Raises:
        RequestError: what this needs is not installed.
        CaptureError: the model could not be exported.
    """
    versions()
    request = ExportRequest(
        kind=kind,
        spec=spec,
        own_pictures=read_pictures(project.root, project.settings.images),
        weights=project.settings.weights,
        seed=project.settings.seed,
        root=project.root,
        folder=out,
    )
    return deliver(request, limits_of(project), on_step)


def records(project: Project, specs: Sequence[ModelSpec]) -> StoredRecords:
    """Return the stored record of every model that has one, read when it is asked for."""
    return StoredRecords(project.state, [spec.slug for spec in specs])


def chosen(project: Project, names: Sequence[str] | None) -> tuple[ModelSpec, ...]:
    """Return the models a request is about, once everything is checked that needs no work.

    Raises:
        RequestError: every mistake in names, pictures and comparisons, a line each.
    """
    specs: tuple[ModelSpec, ...] = ()
    problems = []
    if not project.is_configured and not project.mkdocs.is_file():
        problems.append(
            f"{project.root}: no project here: neither {project.config_name} nor mkdocs.yml; "
            "'archatlas init DIR' makes one"
        )
    try:
        specs = select(project, names)
        if names is None:
            _check_comparisons(project, specs)
    except RequestError as error:
        problems.append(str(error))
    try:
        read_pictures(project.root, project.settings.images)
    except RequestError as error:
        problems.append(str(error))
    try:
        _ = project.templates
    except RequestError as error:
        problems.append(str(error))
    if problems:
        raise RequestError("\n".join(problems))
    return specs


def _check_comparisons(project: Project, specs: Sequence[ModelSpec]) -> None:
    known = {spec.slug for spec in specs}
    comparisons = project.settings.comparisons
    unknown = sorted({slug for comparison in comparisons for slug in comparison.models} - known)
    said = []
    if unknown:
        said.append(f"'comparisons' names {', '.join(unknown)}, which 'models' does not hold")
    for number, comparison in enumerate(comparisons):
        told = story_of(comparison).passages
        wrong = misquotes((text for t in told for text in (t.en, t.zh)), comparison.models)
        said += [f"'comparisons[{number}].story': {problem}" for problem in wrong]
    if said:
        raise RequestError("\n".join(f"{project.config_name}: {line}" for line in said))


def _subject(project: Project, spec: ModelSpec, timing: Timing | None) -> Subject:
    """Load a capture, or stand in a record that says what is wrong with it."""
    try:
        folder = store.whole(project.state, spec.slug).folder
    except ArchatlasError as error:
        failure = Failure(kind="load", error=type(error).__name__, message=str(error))
        record = ModelRecord(
            slug=spec.slug, input_shape=spec.input_shape or (), failures=(failure,)
        )
        return Subject(spec, Capture(record=record, folder=project.state), timing)
    return Subject(
        spec,
        partial(store.load, project.state, spec.slug),
        timing,
        home=folder,
        address=folder.name,
    )


def _guides(docs: Path, languages: Sequence[str]) -> list[str]:
    """Return the hand-written pages of the guide in every language."""
    folders = [docs / "guide", *(docs / language / "guide" for language in languages)]
    return [path.relative_to(docs).as_posix() for f in folders for path in _in_reading_order(f)]


def _in_reading_order(folder: Path) -> list[Path]:
    """Return the index, then other pages in the order it first links to them, then the rest."""
    index = folder / "index.md"
    text = index.read_text(encoding="utf-8") if index.is_file() else ""

    def place(path: Path) -> tuple[bool, int, str]:
        name = path.relative_to(folder).as_posix()
        before, link, _ = text.partition(f"]({name}")
        return path != index, len(before) + (not link), name

    return sorted(folder.rglob("*.md"), key=place)
