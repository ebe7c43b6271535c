"""Decides which pages and files make up the site."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment

from generator.diagram.palette import FILLS
from generator.errors import RenderError
from generator.files import Content
from generator.records import ModelSpec, Picture
from generator.render.charts import Point, Scatter, scatter
from generator.render.comparison_page import ComparisonPage, comparison_page
from generator.render.environment import environment, templates_folder
from generator.render.model_page import ModelPage, model_page
from generator.render.netron import NetronApp, load_netron
from generator.render.published import PublishedRecord, publish
from generator.store import Capture

_PLACED = frozenset({"index.md", "models/index.md", "compare/index.md", "provenance/index.md"})
"""Pages that the menu's template names."""


@dataclass(frozen=True)
class Subject:
    """A model and its capture."""

    spec: ModelSpec
    capture: Capture


@dataclass(frozen=True)
class Family:
    """Models of one family, in order of years."""

    name: str
    models: tuple[ModelPage, ...]


@dataclass(frozen=True)
class SiteView:
    """What the pages about all models see."""

    title: str
    models: tuple[ModelPage, ...]
    families: tuple[Family, ...]
    pictures: tuple[Picture, ...]
    more: tuple[str, ...]
    """Addresses of pages that the menu does not place by name."""
    guides: tuple[str, ...]
    comparisons: tuple[ComparisonPage, ...]
    scatter: Scatter | None
    netron_version: str | None
    netron_problem: str | None


@dataclass(frozen=True)
class Site:
    """The finished sources: what MkDocs reads, and its settings that depend on the models."""

    files: Mapping[str, Content]
    mkdocs: str
    netron_problem: str | None


def render_site(
    title: str,
    subjects: Sequence[Subject],
    compared: Sequence[Sequence[str]],
    guides: Sequence[str] = (),
) -> Site:
    """Render everything from records; nothing is written.

    Args:
        title: the site's name.
        subjects: models and their captures, in the order they are shown.
        compared: groups of slugs that get a page of their own.
        guides: addresses of Markdown pages that somebody wrote by hand.

    Raises:
        RenderError: a drawing failed, or two files want one address.
    """
    templates = environment()
    netron, problem = _netron()
    pages = {s.spec.slug: _page(s, has_netron=netron is not None) for s in subjects}
    comparisons = tuple(
        comparison_page([pages[slug] for slug in group])
        for group in dict.fromkeys(map(tuple, compared))
        if all(slug in pages for slug in group)
    )
    view = SiteView(
        title=title,
        models=tuple(pages.values()),
        families=_families(pages.values()),
        pictures=_pictures(pages.values()),
        more=_unplaced(templates),
        guides=tuple(guides),
        comparisons=comparisons,
        scatter=scatter(_points(pages.values())),
        netron_version=netron.version if netron else None,
        netron_problem=problem,
    )
    parts: list[Mapping[str, Content]] = [
        _site_files(templates, view),
        *(_model_files(templates, pages[s.spec.slug], s) for s in subjects),
        *(_comparison_files(templates, page) for page in comparisons),
        _asset_files(templates),
        netron.files if netron else {},
    ]
    mkdocs = templates.get_template("mkdocs.yml.j2").render(site=view)
    return Site(files=_united(parts), mkdocs=mkdocs, netron_problem=problem)


def _netron() -> tuple[NetronApp | None, str | None]:
    """Load the viewer, or say why pages must do without."""
    try:
        shim = (templates_folder() / "netron" / "archatlas.js").read_text(encoding="utf-8")
        return load_netron(shim), None
    except RenderError as error:
        return None, str(error)


def _page(subject: Subject, *, has_netron: bool) -> ModelPage:
    summary = subject.capture.folder / "summary.txt"
    text = summary.read_text(encoding="utf-8") if summary.is_file() else ""
    return model_page(subject.spec, subject.capture.record, text, has_netron=has_netron)


def _families(pages: Iterable[ModelPage]) -> tuple[Family, ...]:
    members: dict[str, list[ModelPage]] = {}
    for page in pages:
        members.setdefault(page.spec.family, []).append(page)
    return tuple(
        Family(name, tuple(sorted(group, key=lambda page: page.spec.year or 9999)))
        for name, group in members.items()
    )


def _pictures(pages: Iterable[ModelPage]) -> tuple[Picture, ...]:
    """Return every input picture once."""
    return tuple({p.id: p for page in pages for p in page.record.pictures}.values())


def _points(pages: Iterable[ModelPage]) -> list[Point]:
    return [
        Point(
            slug=page.spec.slug,
            title=page.spec.title,
            family=page.spec.family,
            macs=page.totals.macs,
            params=page.totals.params,
            top1=reference.top1,
            tag=reference.weights_tag,
        )
        for page in pages
        if (reference := page.record.reference) and reference.top1 and page.totals.macs
    ]


def _site_files(templates: Environment, view: SiteView) -> dict[str, Content]:
    files = _scope(templates, "site", "", site=view)
    rows = [page.row.model_dump(mode="json") for page in view.models]
    files["data/models.json"] = _json(rows)
    files["data/record.schema.json"] = _json(
        PublishedRecord.model_json_schema(mode="serialization")
    )
    return files


def _model_files(templates: Environment, page: ModelPage, subject: Subject) -> dict[str, Content]:
    folder = f"models/{page.spec.slug}"
    files = _scope(templates, "model", f"{folder}/", model=page)
    files[f"{folder}/record.json"] = _json(publish(page.spec, page.record).model_dump(mode="json"))
    if page.design:
        files[f"{folder}/design.svg"] = page.design.encode()
    for artifact in page.record.artifacts:
        files[f"{folder}/{artifact.file}"] = subject.capture.folder / artifact.file
    return files


def _comparison_files(templates: Environment, page: ComparisonPage) -> dict[str, Content]:
    return _scope(templates, "compare", f"compare/{page.uri}/", comparison=page)


def _asset_files(templates: Environment) -> dict[str, Content]:
    """Publish styles and scripts; styles take their colours from the palette."""
    files: dict[str, Content] = {}
    root = templates_folder() / "assets"
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if name.endswith(".css.j2"):
            fills = {kind.value: colour for kind, colour in FILLS.items()}
            files[f"assets/{name[:-3]}"] = _text(templates, f"assets/{name}", fills=fills)
        else:
            files[f"assets/{name}"] = path
    return files


def _unplaced(templates: Environment) -> tuple[str, ...]:
    pages = (_address(name, "site") for name in _templates_of(templates, "site"))
    return tuple(uri for uri in pages if uri.endswith(".md") and uri not in _PLACED)


def _scope(templates: Environment, scope: str, prefix: str, **view: object) -> dict[str, Content]:
    """Render every template of a scope: a new page is a new file there, and nothing else."""
    return {
        prefix + _address(name, scope): _text(templates, name, **view)
        for name in _templates_of(templates, scope)
    }


def _templates_of(templates: Environment, scope: str) -> list[str]:
    return [name for name in templates.list_templates() if name.startswith(f"{scope}/")]


def _address(name: str, scope: str) -> str:
    return name.removeprefix(f"{scope}/").removesuffix(".j2")


def _text(templates: Environment, name: str, **view: object) -> bytes:
    return templates.get_template(name).render(**view).encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _united(parts: Iterable[Mapping[str, Content]]) -> dict[str, Content]:
    files: dict[str, Content] = {}
    for part in parts:
        clash = files.keys() & part.keys()
        if clash:
            raise RenderError(f"two files want one address: {', '.join(sorted(clash))}")
        files |= part
    return files
