"""Decides how templates see values: escaped by default, unknown names refused."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.render import formats
from generator.render.glossary_page import alphabetical
from generator.render.lineage_page import lineage_drawing
from generator.render.passages import linked, linked_once

_INSTALLED = Path(__file__).parent.parent / "templates"
_CHECKOUT = Path(__file__).parent.parent.parent / "templates"


def templates_folder() -> Path:
    """Return where templates are: inside the installed package, or beside it in a checkout."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def environment(own: Path | None = None) -> Environment:
    """Return the one environment that all pages are made with.

    Args:
        own: a user's folder; its templates come before those of the same names here.
    """
    made = Environment(
        loader=FileSystemLoader([*([own] if own else []), templates_folder()]),
        auto_reload=False,  # while pages are made, all of them are made with the same templates
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.filters |= {
        "count": formats.count,
        "exact": formats.exact,
        "signed": formats.signed,
        "bytes": formats.byte_count,
        "percent": formats.percent,
        "accuracy": formats.accuracy,
        "duration": formats.duration,
        "number": formats.number,
        "shape": formats.shape,
        "sizes": formats.sizes,
        "markdown_text": formats.markdown_text,
        "menu_text": formats.menu_text,
        "meta_text": formats.meta_text,
        "url": formats.url,
        "linked": linked,
        "linked_once": linked_once,
        "alphabetical": alphabetical,
        "lineage_drawing": lineage_drawing,
    }
    return made
