"""Decides what is written into the boxes of a block diagram, and how its lines are set."""

from collections.abc import Iterable
from html import escape

from generator.analysis.anatomy import Anatomy, Part, Role
from generator.analysis.kinds import Kind
from generator.analysis.shortcuts import Shortcut
from generator.analysis.terms import Phrase, Term, Words
from generator.diagram.palette import FILLS, INK
from generator.diagram.text import drawable

SMALL = "10"
"""Points of what is less important than a name."""
SHORTCUTS = {Shortcut.IDENTITY: Term.IDENTITY, Shortcut.PROJECTION: Term.PROJECTION}
_BARE = 'BORDER="0" CELLBORDER="0"'


def box(part: Part, words: Words) -> str:
    """Stack what comes first, the operation with its numbers, and what follows."""
    heading = _said(part.heading, words)
    numbers = [_said(phrase, words) for phrase in part.numbers]
    if part.role is Role.STEP:
        lines = [f"<B>{heading}</B>", " · ".join(numbers[:1]), " · ".join(numbers[1:])]
    else:
        name = f"‖ {heading}" if part.role is Role.CONCAT else f"<B>{heading}</B>"
        lines = [name, " · ".join(numbers)]
    # A row each: broken lines stand too close where one is bold, and Chinese ones would touch.
    middle = "".join(f'<TR><TD CELLPADDING="1">{line}</TD></TR>' for line in lines if line)
    before, after = (
        f"<TR><TD>{chips}</TD></TR>" if chips else ""
        for chips in (_chips(part.before, words), _chips(part.after, words))
    )
    inner = before + middle + after
    return f'<<TABLE {_BARE} CELLSPACING="0" CELLPADDING="2">{inner}</TABLE>>'


def tag(text: str, points: str = "11") -> str:
    """Write a shape on a light tag, so that it reads on white and on a dark page."""
    ground = f'STYLE="ROUNDED" BGCOLOR="{FILLS[Kind.INPUT]}"'
    lines = "<BR/>".join(escape(drawable(line)) for line in text.split("\n"))
    font = f'<FONT POINT-SIZE="{points}" COLOR="{INK}">{lines}</FONT>'
    return f'<<TABLE {_BARE} CELLPADDING="3" {ground}><TR><TD>{font}</TD></TR></TABLE>>'


def ending(part: Part, words: Words) -> str:
    """Return what the tag of something that enters or leaves says: its shape, or a word."""
    name = part.heading.said(words)
    if part.heading.term is Term.INPUTS:
        return f"{name}\n{part.shape}"
    return part.shape or name


def in_words(anatomy: Anatomy, words: Words) -> str:
    """Tell a block from top to bottom, for those who cannot see its diagram."""
    told = []
    for part in anatomy.parts:
        names = [*part.before, (part.kind, part.heading), *part.after]
        said = [phrase.said(words) for _, phrase in names]
        numbers = [phrase.said(words) for phrase in part.numbers]
        shape = [part.shape] if part.role is Role.END else []
        told.append(drawable(" ".join([", ".join(said), *numbers, *shape])))
    kinds = dict.fromkeys(flow.shortcut for flow in anatomy.flows if flow.shortcut)
    told += [Phrase(SHORTCUTS[kind]).said(words) for kind in kinds]
    return "; ".join(told)


def two_lines(phrase: Phrase, words: Words) -> str:
    """Break a name at the space nearest its middle, so that it stays beside the arrow."""
    text = drawable(phrase.said(words))
    spaces = [at for at, sign in enumerate(text) if sign == " "]
    if not spaces:
        return f"<{escape(text)}>"
    middle = min(spaces, key=lambda at: abs(at - len(text) / 2))
    left = '<BR ALIGN="LEFT"/>'
    return f"<{escape(text[:middle])}{left}{escape(text[middle + 1 :])}{left}>"


def _chips(phrases: Iterable[tuple[Kind, Phrase]], words: Words) -> str:
    """Write what belongs to an operation onto patches of its kind's colour."""
    cells = "".join(
        f'<TD BGCOLOR="{FILLS[kind]}"><FONT POINT-SIZE="{SMALL}">'
        f"&#160;{_said(phrase, words)}&#160;</FONT></TD>"
        for kind, phrase in phrases
    )
    table = f'<TABLE {_BARE} CELLSPACING="2" CELLPADDING="2"><TR>{cells}</TR></TABLE>'
    return table if cells else ""


def _said(phrase: Phrase, words: Words) -> str:
    return escape(drawable(phrase.said(words)))
