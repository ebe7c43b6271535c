"""Decides which words the glossary explains: one TOML file per theme, read without torch."""

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from generator.errors import RequestError
from generator.facts import explained, read_facts, unwrapped
from generator.records import Frozen, Text

FOLDER = Path(__file__).parent


class Spellings(Frozen):
    """Other ways to write a term, in each language of the site."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()


class Term(Frozen):
    """A word of the field, and what it means."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="its anchor on the page")
    name: Text
    aliases: Spellings = Spellings()
    definition: Text
    see: tuple[str, ...] = Field(default=(), description="ids of related terms")
    models: tuple[str, ...] = Field(default=(), description="slugs of nets that show it well")
    figure: str = Field(default="", description="which drawing explains it; empty: words do")

    def spellings(self, language: str) -> tuple[str, ...]:
        """Return every way to write it in a language, its name first."""
        others: tuple[str, ...] = getattr(self.aliases, language)
        return (str(getattr(self.name, language)), *others)


class Theme(Frozen):
    """Terms that belong together."""

    id: str
    title: Text
    terms: tuple[Term, ...]


class _File(Frozen):
    """One file: where its theme stands among the others, its title, and a table per term."""

    position: int
    title: Text
    term: tuple[Mapping[str, Any], ...] = Field(min_length=1)


def glossary() -> tuple[Term, ...]:
    """Return every term, theme by theme."""
    return tuple(term for theme in themes() for term in theme.terms)


@cache
def themes() -> tuple[Theme, ...]:
    """Return the themes in the order of the page."""
    return read_themes(FOLDER)


def read_themes(folder: Path) -> tuple[Theme, ...]:
    """Read every file of a folder, in the order of their positions.

    Raises:
        RequestError: a file is wrong, or files do not fit together; one line for each mistake.
    """
    placed = [read_theme(path) for path in sorted(folder.glob("*.toml"))]
    found = tuple(theme for _, theme in sorted(placed, key=lambda pair: pair[0]))
    problems = _clashes([term for theme in found for term in theme.terms])
    if problems:
        raise RequestError("\n".join(problems))
    return found


def read_theme(path: Path) -> tuple[int, Theme]:
    """Read one file, and return the position of its theme with it.

    Raises:
        RequestError: it is no TOML, a key is unknown, or a value is missing or of the wrong kind;
            one line for each mistake, with file, term and key.
    """
    file = read_facts(path, _File)
    terms, problems = [], []
    for number, term in enumerate(file.term, start=1):
        where = f"{path.name}: {term.get('id') or f'term no. {number}'}"
        try:
            terms.append(Term.model_validate(unwrapped(term)))
        except ValidationError as error:
            problems.append(explained(where, error))
    if problems:
        raise RequestError("\n".join(problems))
    return file.position, Theme(id=path.stem, title=file.title, terms=tuple(terms))


def _clashes(terms: Iterable[Term]) -> list[str]:
    """Say which terms share an id or a spelling, and which name a term that is none."""
    problems: list[str] = []
    owners: dict[tuple[str, str], str] = {}
    ids: dict[str, Term] = {}
    for term in terms:
        if term.id in ids:
            problems.append(f"glossary: two terms are called '{term.id}'")
        ids[term.id] = term
        for language in ("en", "zh"):
            for spelling in term.spellings(language):
                owner = owners.setdefault((language, spelling.lower()), term.id)
                if owner != term.id:
                    problems.append(f"glossary: '{spelling}' is written by {owner} and {term.id}")
    for term in ids.values():
        for other in term.see:
            if other not in ids:
                near = difflib.get_close_matches(other, ids, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                problems.append(f"glossary: {term.id}: 'see' names no term: '{other}'{hint}")
    return problems
