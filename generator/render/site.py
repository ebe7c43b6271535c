"""Decides which pages and files make up the site."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from generator.analysis.message import Message
from generator.analysis.operations import operations
from generator.diagram.palette import FILLS
from generator.errors import RenderError
from generator.files import Content
from generator.records import ModelSpec
from generator.render.comparison_page import comparison_page
from generator.render.drawings import Drawings, draw_model
from generator.render.editions import Edition, editions
from generator.render.environment import templates_folder
from generator.render.explore_details import explore_details
from generator.render.explore_page import explorer
from generator.render.feature_files import feature_file
from generator.render.gallery import gallery
from generator.render.layer_files import layer_files
from generator.render.layer_table import rows_of
from generator.render.model_page import ModelPage, model_page
from generator.render.netron import NetronApp, load_netron
from generator.render.published import PublishedRecord, publish
from generator.render.settings import mkdocs_settings, theme_files
from generator.render.templates import Templates
from generator.render.view import SiteView, site_view
from generator.render.weight_section import histogram_file
from generator.render.whatif import recipe
from generator.store import Capture


@dataclass(frozen=True)
class Subject:
    """A model and its capture."""

    spec: ModelSpec
    capture: Capture


@dataclass(frozen=True)
class Site:
    """The finished sources: what MkDocs reads, and its settings that depend on the models."""

    files: Mapping[str, Content]
    mkdocs: str
    theme: Mapping[str, Content]
    """What is laid over the theme."""
    netron_problem: str | None


def render_site(
    title: str,
    subjects: Sequence[Subject],
    compared: Sequence[Sequence[str]],
    guides: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
) -> Site:
    """Render everything from records; nothing is written.

    Args:
        title: the site's name.
        subjects: models and their captures, in the order they are shown.
        compared: groups of slugs that get a page of their own.
        guides: addresses of Markdown pages that somebody wrote by hand.
        languages: one edition each; the first lies at the site's root.

    Raises:
        RenderError: a drawing failed, or two files want one address.
    """
    spoken = [Templates.of(edition) for edition in editions(languages)]
    netron, problem = _netron()
    slugs = [subject.spec.slug for subject in subjects]
    pages = {s.spec.slug: _page(s, slugs, has_netron=netron is not None) for s in subjects}
    groups = dict.fromkeys(map(tuple, compared))
    comparisons = [
        comparison_page([pages[slug] for slug in group])
        for group in groups
        if pages.keys() >= set(group)
    ]
    version = netron.version if netron else None
    view = site_view(title, list(pages.values()), comparisons, version, problem)
    parts = [
        *(_pages(templates, view) for templates in spoken),
        _data_files(view),
        *(_model_files(pages[s.spec.slug], s) for s in subjects),
        _asset_files(spoken[0]),
        netron.files if netron else {},
    ]
    return Site(
        files=_united(parts),
        mkdocs=mkdocs_settings(spoken, view, guides),
        theme=theme_files(),
        netron_problem=problem,
    )


def _netron() -> tuple[NetronApp | None, str | None]:
    """Load the viewer, or say why pages must do without."""
    try:
        shim = (templates_folder() / "netron" / "archatlas.js").read_text(encoding="utf-8")
        return load_netron(shim), None
    except RenderError as error:
        return None, str(error)


def _page(subject: Subject, slugs: Sequence[str], *, has_netron: bool) -> ModelPage:
    summary = subject.capture.folder / "summary.txt"
    text = summary.read_text(encoding="utf-8") if summary.is_file() else ""
    return model_page(
        subject.spec, subject.capture.record, text, has_netron=has_netron, published=slugs
    )


def _pages(templates: Templates, view: SiteView) -> dict[str, Content]:
    """Fill in every template of every scope, in one edition, and draw what its pages show."""
    edition = templates.edition
    drawn = {model.spec.slug: _drawings(model, edition) for model in view.models}
    blocks = gallery([model.spec for model in view.models], drawn)
    files = templates.scope("site", "", site=view, gallery=blocks)
    for model in view.models:
        slug, drawings = model.spec.slug, drawn[model.spec.slug]
        folder = f"models/{slug}/"
        files |= templates.scope("model", folder, model=model, drawings=drawings)
        pictures = dict(drawings.files)
        if drawings.bricks:
            name = edition.say(Message("Volumes of {model}", model=model.spec.title))
            pictures["bricks.svg"] = templates.text(
                "drawings/bricks.svg.j2", bricks=drawings.bricks, label=name
            )
        files |= {edition.prefix + folder + uri: svg.encode() for uri, svg in pictures.items()}
        if model.network:
            details = explore_details(model.record, model.network, rows_of(model.layers), edition)
            files[f"{edition.prefix}{folder}explore/details.json"] = _compact(details)
    for comparison in view.comparisons:
        designs = [(model, drawn[model.spec.slug].design) for model in comparison.models]
        files |= templates.scope(
            "compare", f"compare/{comparison.uri}/", comparison=comparison, designs=designs
        )
    return files


def _drawings(model: ModelPage, edition: Edition) -> Drawings:
    known = {node.id: node for node in operations(model.record)}
    return draw_model(model.spec.title, model.outline, model.block_groups, known, edition)


def _data_files(view: SiteView) -> dict[str, Content]:
    rows = [page.row.model_dump(mode="json") for page in view.models]
    schema = PublishedRecord.model_json_schema(mode="serialization")
    return {"data/models.json": _json(rows), "data/record.schema.json": _json(schema)}


def _model_files(page: ModelPage, subject: Subject) -> dict[str, Content]:
    """Return what a model publishes beside its pages, the same for every edition."""
    folder = f"models/{page.spec.slug}"
    record = publish(page.spec, page.record).model_dump_json(indent=1) + "\n"
    files: dict[str, Content] = {f"{folder}/record.json": record.encode()}
    rows = rows_of(page.layers)
    tables = layer_files(page.spec.title, rows) if page.record.is_captured else {}
    files |= {f"{folder}/{name}": content for name, content in tables.items()}
    if page.what_if.is_offered:
        files[f"{folder}/whatif.json"] = _compact(recipe(page.record, page.what_if))
    if page.network:
        found = explorer(page, page.network)
        files[f"{folder}/explore/graph.svg"] = found.drawing.encode()
        files[f"{folder}/explore/graph.json"] = _compact(found.info)
    if page.features.rows:
        files[f"{folder}/features/grids.json"] = _compact(feature_file(page.record))
    if page.weights.drawable:
        files[f"{folder}/weights/histograms.json"] = _compact(histogram_file(page.record))
    for artifact in page.record.artifacts:
        files[f"{folder}/{artifact.file}"] = subject.capture.folder / artifact.file
    return files


def _asset_files(templates: Templates) -> dict[str, Content]:
    """Publish styles and scripts; styles take their colours from the palette."""
    files: dict[str, Content] = {}
    root = templates_folder() / "assets"
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if name.endswith(".css.j2"):
            fills = {kind.value: colour for kind, colour in FILLS.items()}
            files[f"assets/{name[:-3]}"] = templates.text(f"assets/{name}", fills=fills).encode()
        else:
            files[f"assets/{name}"] = path
    return files


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _compact(value: object) -> bytes:
    """Write what only scripts read."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _united(parts: Iterable[Mapping[str, Content]]) -> dict[str, Content]:
    files: dict[str, Content] = {}
    for part in parts:
        clash = files.keys() & part.keys()
        if clash:
            raise RenderError(f"two files want one address: {', '.join(sorted(clash))}")
        files |= part
    return files
