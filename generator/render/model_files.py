"""Decides what a model publishes beside its pages."""

import json

from generator.analysis.message import Message
from generator.files import Content
from generator.memo import key_of
from generator.render.cards import model_card
from generator.render.column import column
from generator.render.exhibit import Exhibit
from generator.render.explore_details import explore_details
from generator.render.explore_page import explorer
from generator.render.feature_files import feature_file
from generator.render.layer_files import layer_files
from generator.render.layer_table import rows_of
from generator.render.model_page import ModelPage
from generator.render.published import publish
from generator.render.templates import Templates
from generator.render.weight_section import histogram_file
from generator.render.whatif import recipe

_BRICKS = "drawings/bricks.svg.j2"


def shared_files(exhibit: Exhibit) -> dict[str, Content]:
    """Return the files that every edition shares."""
    key = key_of("shared files", exhibit.bare_key)
    files = exhibit.memo.files(key, lambda: _shared(exhibit.bare))
    for name in exhibit.files:
        files[name] = exhibit.subject.folder / name
    return {exhibit.folder + name: content for name, content in files.items()}


def edition_files(exhibit: Exhibit, templates: Templates) -> dict[str, Content]:
    """Return the files that speak an edition's language: drawings, and what scripts write."""
    key = key_of("edition files", exhibit.bare_key, templates.key(_BRICKS))
    files = exhibit.memo.files(key, lambda: _spoken(exhibit, templates))
    folder = templates.edition.prefix + exhibit.folder
    return {folder + name: content for name, content in files.items()}


def as_compact_json(value: object) -> bytes:
    """Write what only scripts read."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _shared(page: ModelPage) -> dict[str, bytes]:
    record = publish(page.spec, page.record).model_dump_json(indent=1) + "\n"
    files = {"record.json": record.encode()}
    if page.record.is_captured:
        files |= layer_files(page.spec.title, rows_of(page.layers))
        files["card.png"] = model_card(page)
    if page.what_if.is_offered:
        files["whatif.json"] = as_compact_json(recipe(page.record, page.what_if))
    if page.network:
        found = explorer(page, page.network)
        files["explore/graph.svg"] = found.drawing.encode()
        files["explore/graph.json"] = as_compact_json(found.info)
    if page.features.rows:
        files["features/grids.json"] = as_compact_json(feature_file(page.record))
    if page.weights.overlay:
        files["weights/histograms.json"] = as_compact_json(histogram_file(page.record))
    return files


def _spoken(exhibit: Exhibit, templates: Templates) -> dict[str, bytes]:
    page, edition = exhibit.bare, templates.edition
    drawings = exhibit.drawings(edition)
    files = {name: svg.encode() for name, svg in drawings.files.items()}
    if drawings.bricks and drawings.bricks.slabs:
        name = edition.say(Message("Volumes of {model}", model=page.spec.title))
        files["bricks.svg"] = templates.text(_BRICKS, bricks=drawings.bricks, label=name).encode()
    if page.network:
        details = explore_details(page.record, page.network, rows_of(page.layers), edition)
        files["explore/details.json"] = as_compact_json(details)
    files["compare.json"] = as_compact_json(column(page, drawings.design, edition))
    return files
