"""Decides where a text mentions terms of the glossary."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from generator.glossary.terms import Term, glossary

_LETTER = r"[^\W\u2e80-\u9fff]"
"""What makes a word longer: letters, digits and _, but no Chinese sign, which stands alone."""
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]+s?")


@dataclass(frozen=True)
class Piece:
    """A part of a text, and which term it mentions."""

    text: str
    term: str | None = None


def link_terms(
    text: str,
    language: str,
    terms: tuple[Term, ...] | None = None,
    without: Collection[str] = (),
) -> tuple[Piece, ...]:
    """Cut a text where it mentions a term for the first time; joined, the pieces are the text.

    Of two terms that begin at one place the longer counts, and nothing inside of it. Case matters
    for acronyms only. An English term may stand in the plural.

    Args:
        text: plain text.
        language: which spellings to look for.
        terms: what to look for; the whole glossary where none are given.
        without: ids of terms to pass over.
    """
    pattern, ids = _finder(glossary() if terms is None else terms, language)
    pieces: list[Piece] = []
    seen = set(without)
    start = 0
    for match in pattern.finditer(text) if ids else ():
        term = ids[(match.lastindex or 1) - 1]
        if term in seen:
            continue
        seen.add(term)
        if match.start() > start:
            pieces.append(Piece(text[start : match.start()]))
        pieces.append(Piece(match.group(), term))
        start = match.end()
    if start < len(text):
        pieces.append(Piece(text[start:]))
    return tuple(pieces)


@cache
def _finder(terms: tuple[Term, ...], language: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return a pattern with a group per spelling, longest first, and the term of each group."""
    spelled = [(s, term.id) for term in terms for s in term.spellings(language)]
    spelled.sort(key=lambda pair: (-len(pair[0]), pair))
    groups = (f"({_written(spelling, language)})" for spelling, _ in spelled)
    return re.compile("|".join(groups)), tuple(term for _, term in spelled)


def _written(spelling: str, language: str) -> str:
    """Return the pattern of one spelling: whole words, also where a line breaks inside."""
    parts = (re.escape(part) for part in spelling.split())
    pattern = r"\s+".join(parts)
    if language == "en" and spelling[-1].isalpha() and not spelling.endswith("s"):
        pattern += "(?:s|es)?"
    if re.match(_LETTER, spelling):
        pattern = f"(?<!{_LETTER}){pattern}"
    if re.match(_LETTER, spelling[-1]):
        pattern += f"(?!{_LETTER})"
    return pattern if _ACRONYM.fullmatch(spelling) else f"(?i:{pattern})"
