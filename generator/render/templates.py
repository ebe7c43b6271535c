"""Decides what a template of one edition sees: its language, and where its links begin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from jinja2 import Environment, TemplateError, TemplateSyntaxError

from generator.errors import RenderError
from generator.files import Content
from generator.memo import Memo, key_of
from generator.render.compiled import Compiled
from generator.render.editions import Edition
from generator.render.environment import environment
from generator.render.ingredients import closure, code_digest, sources


@dataclass(frozen=True)
class Seen:
    """What templates are shown, prepared only for one that has to be filled in, and names it."""

    shown: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """By the names that templates have for it."""
    key: str = ""
    """Digest of everything that decides about it, but for its parts."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Digests of parts that only templates see which name them."""


@dataclass(frozen=True)
class Templates:
    """All templates, in one edition's language."""

    edition: Edition
    environment: Environment
    memo: Memo = field(default_factory=Memo)
    """Pages that need not be filled in anew."""

    @classmethod
    def of(cls, edition: Edition, memo: Memo | None = None, own: Path | None = None) -> Self:
        """Return the templates of an edition; `_`, `ngettext` and `say` speak its language."""
        memo = memo or Memo()
        made = environment(own)
        made.bytecode_cache = Compiled(memo, edition.code)
        made.install_gettext_callables(  # type: ignore[attr-defined]
            edition.words.gettext, edition.words.ngettext, newstyle=True
        )
        made.filters["say"] = edition.say
        made.globals["edition"] = edition
        return cls(edition, made, memo)

    def text(self, name: str, **view: object) -> str:
        """Fill in one template.

        Raises:
            RenderError: it is no template, or asks for what is not there.
        """
        try:
            return self.environment.get_template(name).render(**view)
        except TemplateError as error:
            where = (
                f"{error.name}:{error.lineno}" if isinstance(error, TemplateSyntaxError) else name
            )
            raise RenderError(f"template {where}: {error}") from error

    def scope(self, scope: str, folder: str, seen: Seen | None = None) -> dict[str, Content]:
        """Fill in every template of a scope: a new page is a new file there, and nothing else.

        Pages are made in every edition. Other files know no language: the first edition has them.
        Where a template has nothing to say, there is no file.

        Args:
            scope: folder of the templates: site, model or compare.
            folder: where the files lie in the first edition; empty or ending in a slash.
            seen: what the templates see, beside the links' beginnings.
        """
        files: dict[str, Content] = {}
        for name, uri in self.names(scope).items():
            if uri.endswith(".md") or not self.edition.prefix:
                files |= self._file(name, folder + uri, folder, seen or Seen())
        return files

    def names(self, scope: str) -> dict[str, str]:
        """Return the templates of a scope, and what each one's file is called there."""
        found = (name for name in self._all_names if name.startswith(f"{scope}/"))
        return {name: name.removeprefix(f"{scope}/").removesuffix(".j2") for name in found}

    def key(self, name: str, seen: Seen | None = None) -> str:
        """Digest all that decides how a template is filled in."""
        edition = self.edition
        text, digest = self._closure(name)
        seen = seen or Seen()
        parts = [key for part, key in seen.parts.items() if part in text]
        return key_of(code_digest(), edition.code, edition.prefix, digest, seen.key, parts)

    @cached_property
    def _all_names(self) -> list[str]:
        return self.environment.list_templates()

    @cached_property
    def _sources(self) -> dict[str, str]:
        return sources(self.environment)

    def _closure(self, name: str) -> tuple[str, str]:
        """Return the text of a template and of all that it can take others from, and its digest."""
        if name not in self._closures:
            texts = closure(name, self._sources)
            self._closures[name] = ("".join(texts.values()), key_of(texts))
        return self._closures[name]

    @cached_property
    def _closures(self) -> dict[str, tuple[str, str]]:
        return {}

    def _file(self, name: str, uri: str, folder: str, seen: Seen) -> dict[str, Content]:
        def made() -> dict[str, bytes]:
            names, _ = self._closure(name)
            view = {name: look() for name, look in seen.shown.items() if name in names}
            text = self.text(name, **self._links(uri, folder), **view)
            return {self.edition.prefix + uri: text.encode()} if text.strip() else {}

        return self.memo.files(key_of("page", self.key(name, seen), uri, folder), made)

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
