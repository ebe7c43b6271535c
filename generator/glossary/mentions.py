"""Decides where a text mentions terms of the glossary."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from generator.glossary.terms import Term, glossary

_LETTER = re.compile(r"[^\W\u2e80-\u9fff]")
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
    known = _spellings(language) if terms is None else _spelled(terms, language)
    pieces: list[Piece] = []
    seen = set(without)
    start = 0
    for begin, end, term in _mentions(text, known):
        if term in seen:
            continue
        seen.add(term)
        if begin > start:
            pieces.append(Piece(text[start:begin]))
        pieces.append(Piece(text[begin:end], term))
        start = end
    if start < len(text):
        pieces.append(Piece(text[start:]))
    return tuple(pieces)


@dataclass(frozen=True)
class _Spelling:
    """One way to write a term."""

    term: str
    begins: str
    """Its first word in small letters: a text without it need not be searched."""
    spelling: str
    language: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds it; a page mentions few of the terms, and compiling takes its time."""
        return re.compile(_written(self.spelling, self.language))

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Return where the term stands first, as words of its own."""
        found = self.pattern.search(text, start)
        while found and not _is_whole(found):
            found = self.pattern.search(text, found.start() + 1)
        return found


def _mentions(text: str, known: Sequence[_Spelling]) -> Iterator[tuple[int, int, str]]:
    """Yield where spellings begin and end, from left to right, none inside of another."""
    small = text.lower()
    found = [(s, match) for s in known if s.begins in small and (match := s.search(text))]
    while found:
        spelling, first = min(found, key=lambda pair: pair[1].start())
        yield first.start(), first.end(), spelling.term
        ahead = [
            (s, match if match.start() >= first.end() else s.search(text, first.end()))
            for s, match in found
        ]
        found = [(s, match) for s, match in ahead if match]


@cache
def _spellings(language: str) -> tuple[_Spelling, ...]:
    return _spelled(glossary(), language)


def _spelled(terms: Iterable[Term], language: str) -> tuple[_Spelling, ...]:
    """Return the spellings of terms, longest first."""
    spelled = [(s, term.id) for term in terms for s in term.spellings(language)]
    spelled.sort(key=lambda pair: (-len(pair[0]), pair))
    return tuple(
        _Spelling(term, spelling.split()[0].lower(), spelling, language)
        for spelling, term in spelled
    )


def _written(spelling: str, language: str) -> str:
    """Return the pattern of one spelling: whole words, also where a line breaks inside."""
    parts = (re.escape(part) for part in spelling.split())
    pattern = r"\s+".join(parts)
    if language == "en" and spelling[-1].isalpha() and not spelling.endswith("s"):
        pattern += "(?:s|es)?"
    if not _ACRONYM.fullmatch(spelling):
        pattern = f"(?i:{pattern})"
    return pattern


def _is_whole(found: re.Match[str]) -> bool:
    """Say whether no letter before or behind makes a longer word of it.

    In the patterns themselves the range of Chinese signs would take 2 ms each to compile.
    """
    text, (begin, end) = found.string, found.span()
    return not any(
        _LETTER.match(text, edge - 1) and _LETTER.match(text, edge)
        for edge in (begin, end)
        if edge > 0
    )
