"""Decides how templates see values: escaped by default, unknown names refused."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.render import formats
from generator.render.glossary_page import alphabetical
from generator.render.lineage_page import lineage_drawing
from generator.render.passages import linked

_INSTALLED = Path(__file__).parent.parent / "templates"
_CHECKOUT = Path(__file__).parent.parent.parent / "templates"


def templates_folder() -> Path:
    """Return where templates are: inside the installed package, or beside it in a checkout."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def environment(folder: Path | None = None) -> Environment:
    """Return the one environment that all pages are made with."""
    made = Environment(
        loader=FileSystemLoader(folder or templates_folder()),
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
        "number": formats.number,
        "shape": formats.shape,
        "sizes": formats.sizes,
        "markdown_text": formats.markdown_text,
        "menu_text": formats.menu_text,
        "url": formats.url,
        "linked": linked,
        "alphabetical": alphabetical,
        "lineage_drawing": lineage_drawing,
    }
    return made
