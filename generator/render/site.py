"""Decides which pages and files make up the site."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.analysis.checks import Check
from generator.diagram.palette import FILLS, SERIES_COLOURS
from generator.errors import RenderError
from generator.files import Content
from generator.memo import Memo, key_of
from generator.records import Failure
from generator.render.cards import card
from generator.render.editions import editions
from generator.render.environment import templates_folder
from generator.render.exhibit import Exhibit, Subject
from generator.render.exhibition import Exhibition, Pairing
from generator.render.ingredients import code_digest
from generator.render.model_files import as_compact_json, edition_files, shared_files
from generator.render.neighbours import neighbours
from generator.render.netron import load_netron, netron_version
from generator.render.overview import dominance_file
from generator.render.published import PublishedRecord
from generator.render.settings import mkdocs_settings, theme_files, unplaced
from generator.render.templates import Templates
from generator.stories.stories import Story

_SETTINGS = ("mkdocs/settings.yml.j2", "mkdocs/edition.yml.j2", "mkdocs/menu.yml.j2")


@dataclass(frozen=True)
class Site:
    """The finished sources: what MkDocs reads, and its settings that depend on the models."""

    files: Mapping[str, Content]
    mkdocs: str
    theme: Mapping[str, Content]
    """What is laid over the theme."""
    checks: Mapping[str, tuple[Check, ...]]
    """How the numbers of every model were held against others, by slug."""
    failures: Mapping[str, tuple[Failure, ...]]
    """What went wrong when models were captured, by slug."""
    netron_problem: str | None


def render_site(  # noqa: PLR0913 - a site is that much
    title: str,
    subjects: Sequence[Subject],
    compared: Sequence[Story],
    guides: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
    memo: Memo | None = None,
    own_templates: Path | None = None,
) -> Site:
    """Render everything from records; nothing is written.

    Args:
        title: the site's name.
        subjects: models and their captures, in the order they are shown.
        compared: groups of models that get a page of their own, and why they are compared.
        guides: addresses of Markdown pages that somebody wrote by hand.
        languages: one edition each; the first lies at the site's root.
        memo: where to look up, and to keep, what was rendered; none: everything is made anew.
        own_templates: a user's folder, whose templates come before ours.

    Raises:
        RenderError: a drawing or a template failed, or two files want one address.
    """
    memo = memo or Memo()
    spoken = [Templates.of(edition, memo, own_templates) for edition in editions(languages)]
    version, viewer, problem = _netron(memo)
    slugs = [subject.spec.slug for subject in subjects]
    around = neighbours([subject.spec for subject in subjects])
    exhibits = {
        s.spec.slug: Exhibit(s, slugs, version is not None, memo, around[s.spec.slug])
        for s in subjects
    }
    pairings = _pairings(exhibits, compared, memo)
    whole = Exhibition(title, tuple(exhibits.values()), pairings, version, problem, memo)
    parts = [
        *(_model_parts(exhibit, spoken) for exhibit in exhibits.values()),
        *(_pages(templates, whole) for templates in spoken),
        _data_files(whole),
        _schema_file(memo),
        _asset_files(spoken[0]),
        _card(title, memo),
        viewer,
    ]
    files = _united(parts)
    menu = [
        uri for t in spoken for uri in (t.edition.prefix + u for u in unplaced(t)) if uri in files
    ]
    words = [templates.key(name) for templates in spoken for name in _SETTINGS]
    settings = memo.value(
        key_of("settings", whole.key, guides, menu, words),
        lambda: mkdocs_settings(spoken, whole.view, menu, guides),
    )
    return Site(
        files=files,
        mkdocs=settings,
        theme=theme_files(),
        checks={slug: exhibit.checks for slug, exhibit in exhibits.items()},
        failures={slug: exhibit.failures for slug, exhibit in exhibits.items()},
        netron_problem=problem,
    )


def _netron(memo: Memo) -> tuple[str | None, Mapping[str, Content], str | None]:
    """Return the viewer's version and files, or say why pages must do without."""
    shim = (templates_folder() / "netron" / "archatlas.js").read_text(encoding="utf-8")
    try:
        version = netron_version()
        key = key_of("netron", code_digest(), version, shim)
        return version, memo.files(key, lambda: load_netron(shim).files), None
    except RenderError as error:
        return None, {}, str(error)


def _pairings(
    exhibits: Mapping[str, Exhibit], compared: Iterable[Story], memo: Memo
) -> tuple[Pairing, ...]:
    """Return the comparisons whose models this site shows, each once."""
    stories = {story.models: story for story in compared}
    return tuple(
        Pairing(tuple(exhibits[slug] for slug in group), story, memo)
        for group, story in stories.items()
        if exhibits.keys() >= set(group)
    )


def _model_parts(exhibit: Exhibit, spoken: Sequence[Templates]) -> dict[str, Content]:
    """Return all files about one model, so that no two models need to be in memory."""
    files = shared_files(exhibit)
    for templates in spoken:
        files |= edition_files(exhibit, templates)
        files |= templates.scope("model", exhibit.folder, exhibit.seen(templates.edition))
    _ = exhibit.checks  # asked for once more when all pages are made
    exhibit.put_aside()
    return files


def _pages(templates: Templates, whole: Exhibition) -> dict[str, Content]:
    """Fill in the templates about several models, in one edition."""
    edition = templates.edition
    files = templates.scope("site", "", whole.seen(edition))
    for pairing in whole.pairings:
        files |= templates.scope("compare", pairing.folder, pairing.seen(edition))
    return files


def _data_files(whole: Exhibition) -> dict[str, Content]:
    def made() -> dict[str, bytes]:
        models = whole.view.models
        rows = [page.row.model_dump(mode="json") for page in models]
        return {
            "data/models.json": _json(rows),
            "data/dominance.json": as_compact_json(dominance_file(models)),
        }

    return whole.memo.files(key_of("data", whole.key), made)


def _schema_file(memo: Memo) -> dict[str, Content]:
    def made() -> dict[str, bytes]:
        schema = PublishedRecord.model_json_schema(mode="serialization")
        return {"data/record.schema.json": _json(schema)}

    return memo.files(key_of("schema", code_digest()), made)


def _asset_files(templates: Templates) -> dict[str, Content]:
    """Publish styles and scripts; styles take their colours from the palette."""
    files: dict[str, Content] = {}
    root = templates_folder() / "assets"
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if name.endswith(".css.j2"):
            colours = {
                "fills": {kind.value: colour for kind, colour in FILLS.items()},
                "series": SERIES_COLOURS,
            }
            files[f"assets/{name[:-3]}"] = templates.text(f"assets/{name}", **colours).encode()
        else:
            files[f"assets/{name}"] = path
    return files


def _card(title: str, memo: Memo) -> dict[str, Content]:
    """Publish what stands for pages that have no picture of their own."""
    key = key_of("card", code_digest(), title)
    return memo.files(key, lambda: {"assets/card.png": card(None, title, ())})


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
