"""Decides what MkDocs must know beyond a project's own settings: names, menus, the theme."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from generator.files import Content
from generator.render.editions import Edition
from generator.render.environment import templates_folder
from generator.render.templates import Templates
from generator.render.view import SiteView

_PLACED = frozenset({"index.md", "models/index.md", "compare/index.md", "provenance/index.md"})
"""Pages that the menu's template names."""


@dataclass(frozen=True)
class Menu:
    """The YAML of one edition: its entry among the editions, and its menu."""

    edition: Edition
    entry: str
    items: str


def mkdocs_settings(
    spoken: Sequence[Templates],
    view: SiteView,
    made: Collection[str],
    guides: Sequence[str] = (),
) -> str:
    """Return the settings that mkdocs.yml inherits.

    Args:
        spoken: the templates of every edition, the one at the site's root first.
        view: what the pages about all models see.
        made: addresses of the pages there are, for a template may have nothing to say.
        guides: addresses of pages that somebody wrote by hand, below guide/ or zh/guide/.
    """
    menus = [
        Menu(
            templates.edition,
            templates.text("mkdocs/edition.yml.j2"),
            templates.text(
                "mkdocs/menu.yml.j2",
                site=view,
                more=[uri for uri in unplaced(templates) if templates.edition.prefix + uri in made],
                guides=[uri for uri in guides if _is_of(templates.edition, uri)],
            ),
        )
        for templates in spoken
    ]
    return spoken[0].text("mkdocs/settings.yml.j2", site=view, menus=menus)


def unplaced(templates: Templates) -> tuple[str, ...]:
    """Return addresses of pages that the menu does not place by name."""
    uris = templates.names("site").values()
    return tuple(uri for uri in uris if uri.endswith(".md") and uri not in _PLACED)


def theme_files() -> dict[str, Content]:
    """Return what the theme gets overlaid: parts of pages that depend on their language."""
    root = templates_folder() / "theme"
    found: Mapping[str, Content] = {
        path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()
    }
    return dict(sorted(found.items()))


def _is_of(edition: Edition, uri: str) -> bool:
    return uri.startswith(f"{edition.prefix}guide/")
