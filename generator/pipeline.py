"""Decides the order of the whole: collect what is missing, then publish what there is."""

import hashlib
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from generator import capture as capture_room
from generator import records as records_room
from generator import store
from generator.capture.export.delivery import Delivery, deliver
from generator.capture.export.request import ExportRequest, Kind
from generator.capture.request import Request
from generator.capture.supervisor import Outcome, capture_all
from generator.config import Project
from generator.errors import ArchatlasError, RequestError, StoreError
from generator.files import PublishReport, publish, write_if_changed
from generator.pictures import Source, read_pictures, sources_for
from generator.records import Failure, ModelRecord, ModelSpec
from generator.render.mkdocs import build_html, standard_mkdocs
from generator.render.site import Site, Subject, render_site
from generator.zoo.catalog import select

_CAPTURES_WITH = (
    "torch",
    "torchvision",
    "torchinfo",
    "onnx",
    "onnx-ir",
    "onnxscript",
    "numpy",
    "pillow",
    "safetensors",
    "scikit-learn",
)
_SPEC_FACTS = {
    *("title", "family", "year", "paper", "summary", "changes", "award", "claims", "departures")
}
"""What a page says about a model, without any say in how it is captured."""

OnStep = Callable[[Request, str, float], None]
OnExportStep = Callable[[ExportRequest, str, float], None]
OnOutcome = Callable[[Outcome, int, int], None]
"""Called after each capture with how many are done, and of how many."""


@dataclass(frozen=True)
class Collected:
    """How the captures went."""

    captured: int
    reused: int


@dataclass(frozen=True)
class Rendered:
    """What rendering wrote into the sources of the site."""

    report: PublishReport
    site: Site


def collect(
    project: Project, specs: Sequence[ModelSpec], jobs: int, on_step: OnStep, on_outcome: OnOutcome
) -> Collected:
    """Capture every model whose capture is missing or out of date.

    Raises:
        RequestError: a picture cannot be read, or what captures need is not installed.
    """
    own = read_pictures(project.root, project.settings.images)
    made_with = {"versions": _versions(), "code": _code_digest()}
    keys = {spec.slug: _key(project, spec, own, made_with) for spec in specs}
    store.sweep(project.state)
    missing = [s for s in specs if not store.current(project.state, s.slug, keys[s.slug])]
    requests = [_request(project, spec, own) for spec in missing]
    limit = project.settings.time_limit_s
    for number, outcome in enumerate(capture_all(requests, jobs, limit, on_step), start=1):
        slug = outcome.request.spec.slug
        done = outcome.done
        # Without a key a capture is good enough to be shown, but made anew next time.
        key = "" if done.is_dated else keys[slug]
        store.finish(project.state, outcome.request.folder, done.record, key, done.dependencies)
        on_outcome(outcome, number, len(requests))
    return Collected(captured=len(missing), reused=len(specs) - len(missing))


def render(project: Project, specs: Sequence[ModelSpec]) -> Rendered:
    """Write the sources of the site from stored captures; torch is not needed.

    A project without settings for MkDocs gets the standard ones, to keep and to change.

    Raises:
        RequestError: nothing is captured yet.
    """
    if store.known(project.state).isdisjoint(spec.slug for spec in specs):
        raise RequestError("nothing is captured yet; run 'archatlas build' or 'archatlas capture'")
    subjects = [Subject(spec, _capture_or_gap(project, spec)) for spec in specs]
    settings = project.settings
    site = render_site(
        settings.title,
        subjects,
        settings.comparisons,
        _guides(project.docs, settings.languages),
        settings.languages,
    )
    report = publish(site.files, project.docs)
    if not project.mkdocs.exists():
        write_if_changed(project.mkdocs, standard_mkdocs())
    write_if_changed(project.state / "mkdocs.yml", site.mkdocs.encode())
    publish(site.theme, project.state / "theme")
    return Rendered(report=report, site=site)


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
    _versions()
    request = ExportRequest(
        kind=kind,
        spec=spec,
        own_pictures=read_pictures(project.root, project.settings.images),
        weights=project.settings.weights,
        seed=project.settings.seed,
        root=project.root,
        folder=out,
    )
    return deliver(request, project.settings.time_limit_s, on_step)


def records(project: Project, specs: Sequence[ModelSpec]) -> dict[str, ModelRecord]:
    """Return the stored record of every model that has one."""
    found = {}
    for spec in specs:
        try:
            found[spec.slug] = store.load(project.state, spec.slug).record
        except StoreError:
            continue
    return found


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
    if problems:
        raise RequestError("\n".join(problems))
    return specs


def _check_comparisons(project: Project, specs: Sequence[ModelSpec]) -> None:
    known = {spec.slug for spec in specs}
    unknown = sorted({s for group in project.settings.comparisons for s in group} - known)
    if unknown:
        raise RequestError(
            f"{project.config_name}: 'comparisons' names {', '.join(unknown)}, which "
            "'models' does not hold"
        )


def _request(project: Project, spec: ModelSpec, own: tuple[Source, ...]) -> Request:
    return Request(
        spec=spec,
        own_pictures=own,
        weights=project.settings.weights,
        seed=project.settings.seed,
        root=project.root,
        folder=store.begin(project.state),
        picture_bytes=project.settings.features.budget_bytes,
    )


def _key(
    project: Project, spec: ModelSpec, own: tuple[Source, ...], made_with: Mapping[str, object]
) -> str:
    """Address a capture by everything known beforehand that can change it."""
    channels = (spec.input_shape or (3,))[0]
    return store.key_of(
        {
            "spec": spec.model_dump(mode="json", exclude=_SPEC_FACTS),
            "pictures": [(s.id, s.title, s.sha256) for s in sources_for(channels, own)],
            "weights": project.settings.weights,
            "seed": project.settings.seed,
            "picture_bytes": project.settings.features.budget_bytes,
            **made_with,
        }
    )


def _versions() -> dict[str, str]:
    try:
        found = {name: version(name) for name in _CAPTURES_WITH}
    except PackageNotFoundError as error:
        raise RequestError(
            f"capturing needs {error.name}, which is not installed; install archatlas with its "
            "dependencies. 'archatlas render' works without"
        ) from error
    return found | {"python": platform.python_version()}


def _code_digest() -> str:
    """Digest the code that captures, so that changing it makes captures out of date."""
    here = Path(__file__).parent
    files = [
        *Path(capture_room.__path__[0]).glob("*.py"),
        *Path(records_room.__path__[0]).glob("*.py"),
        here / "pictures.py",
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _capture_or_gap(project: Project, spec: ModelSpec) -> store.Capture:
    """Load a capture, or stand in a record that says what is wrong with it."""
    try:
        return store.load(project.state, spec.slug)
    except ArchatlasError as error:
        failure = Failure(kind="load", error=type(error).__name__, message=str(error))
        record = ModelRecord(
            slug=spec.slug, input_shape=spec.input_shape or (), failures=(failure,)
        )
        return store.Capture(record=record, folder=project.state)


def _guides(docs: Path, languages: Sequence[str]) -> list[str]:
    """Return the hand-written pages of the guide in every language, its index first."""
    folders = [docs / "guide", *(docs / language / "guide" for language in languages)]
    found = [path.relative_to(docs).as_posix() for f in folders for path in f.rglob("*.md")]
    return sorted(found, key=lambda uri: (not uri.endswith("index.md"), uri))
