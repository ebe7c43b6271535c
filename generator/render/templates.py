"""Decides what a template of one edition sees: its language, and where its links begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from jinja2 import Environment

from generator.files import Content
from generator.render.editions import Edition
from generator.render.environment import environment


@dataclass(frozen=True)
class Templates:
    """All templates, in one edition's language."""

    edition: Edition
    environment: Environment

    @classmethod
    def of(cls, edition: Edition) -> Self:
        """Return the templates of an edition; `_`, `ngettext` and `say` speak its language."""
        made = environment()
        made.install_gettext_callables(  # type: ignore[attr-defined]
            edition.words.gettext, edition.words.ngettext, newstyle=True
        )
        made.filters["say"] = edition.say
        made.globals["edition"] = edition
        return cls(edition, made)

    def text(self, name: str, **view: object) -> str:
        """Fill in one template."""
        return self.environment.get_template(name).render(**view)

    def scope(self, scope: str, folder: str, **view: object) -> dict[str, Content]:
        """Fill in every template of a scope: a new page is a new file there, and nothing else.

        Pages are made in every edition. Other files know no language: the first edition has them.
        Where a template has nothing to say, there is no file.

        Args:
            scope: folder of the templates: site, model or compare.
            folder: where the files lie in the first edition; empty or ending in a slash.
            view: what the templates see, beside the links' beginnings.
        """
        uris = {name: folder + uri for name, uri in self.names(scope).items()}
        texts = {
            self.edition.prefix + uri: self.text(name, **self._links(uri, folder), **view)
            for name, uri in uris.items()
            if uri.endswith(".md") or not self.edition.prefix
        }
        return {uri: text.encode() for uri, text in texts.items() if text.strip()}

    def names(self, scope: str) -> dict[str, str]:
        """Return the templates of a scope, and what each one's file is called there."""
        found = (n for n in self.environment.list_templates() if n.startswith(f"{scope}/"))
        return {name: name.removeprefix(f"{scope}/").removesuffix(".j2") for name in found}

    def _links(self, uri: str, folder: str) -> Mapping[str, str]:
        """Return what links begin with: relative ones, for a site may lie under any address.

        root: the site's root, where files lie that all editions share.
        home: the edition's root, where its pages lie.
        files: the page's own shared files, which lie beside the first edition's page.
        """
        place = _place(self.edition.prefix + uri)
        root = "../" * place.count("/")
        is_beside = place == folder
        return {
            "root": root,
            "home": root + self.edition.prefix,
            "files": "" if is_beside else root + folder,
        }


def _place(uri: str) -> str:
    """Return the folder that a file of the sources is served in: a page gets one of its own."""
    parent, _, name = uri.rpartition("/")
    own = name.removesuffix(".md") if name.endswith(".md") and name != "index.md" else ""
    return "".join(f"{part}/" for part in (*parent.split("/"), own) if part)
