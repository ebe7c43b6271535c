"""Decides what the glossary shows: terms by theme, each with its figure and models to see it in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import pass_context
from jinja2.runtime import Context

from generator.diagram.figures.registry import FIGURES
from generator.diagram.figures.shapes import Figure
from generator.glossary.terms import Term, glossary, themes
from generator.records import ModelSpec, Text


@dataclass(frozen=True)
class Entry:
    """A term, and where it leads."""

    term: Term
    related: tuple[Term, ...]
    models: tuple[ModelSpec, ...]
    """Models of this site that show it."""
    figure: Figure | None


@dataclass(frozen=True)
class Chapter:
    """The terms of one theme."""

    id: str
    title: Text
    entries: tuple[Entry, ...]


def glossary_chapters(specs: Iterable[ModelSpec]) -> tuple[Chapter, ...]:
    """Gather the glossary of a site that shows these models."""
    terms = {term.id: term for term in glossary()}
    shown = {spec.slug: spec for spec in specs}
    return tuple(
        Chapter(
            id=f"about-{theme.id}",
            title=theme.title,
            entries=tuple(
                Entry(
                    term,
                    related=tuple(terms[other] for other in term.see),
                    models=tuple(shown[slug] for slug in term.models if slug in shown),
                    figure=FIGURES[term.figure]() if term.figure else None,
                )
                for term in theme.terms
            ),
        )
        for theme in themes()
    )


@pass_context
def alphabetical(context: Context, entries: Sequence[Entry]) -> list[Entry]:
    """Sort entries by their names in the edition's language."""
    say = context["edition"].say
    # GB 18030 keeps the common Chinese signs in the order of their pinyin, behind Latin letters.
    return sorted(entries, key=lambda entry: say(entry.term.name).lower().encode("gb18030"))
