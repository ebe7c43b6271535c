"""Decides in which words the groups of one kind of block are told apart."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from generator.analysis.aspects import NO_SHORTCUT, STRIDE_1

Words = Mapping[str, str]
"""A word for each choice that was made in a block."""

_ALWAYS = ("shortcut", "branches", "stride")
_IF_DIFFERENT = ("expansion", "kernel", "gate", "grouping", "shift", "activation")
_USUAL = {"shortcut": NO_SHORTCUT, "stride": STRIDE_1}


def variants(alike: Sequence[Words]) -> tuple[str, ...]:
    """Name each group of one kind by what tells it from the others, no two of them the same.

    What every reader asks for is always said: the shortcut, and a stride that is not 1.
    """
    if all(words["shortcut"] == NO_SHORTCUT and not words["branches"] for words in alike):
        return tuple(_numbered([words["sequence"] for words in alike]))
    texts = [", ".join(_said(words, alike)) for words in alike]
    seen = Counter(texts)
    pairs = zip(texts, alike, strict=True)
    return tuple(_numbered([_told_apart(text, words, seen) for text, words in pairs]))


def _told_apart(text: str, words: Words, seen: Mapping[str, int]) -> str:
    """Add the sequence of operations where a text says nothing, or what another says too."""
    if text and seen[text] == 1:
        return text
    return f"{text}, {words['sequence']}".removeprefix(", ")


def _said(words: Words, alike: Sequence[Words]) -> Iterator[str]:
    for aspect in (*_ALWAYS, *_IF_DIFFERENT):
        word = words[aspect]
        differs = len({other[aspect] for other in alike}) > 1
        if word == _USUAL.get(aspect, ""):
            if differs and _is_worth_saying(aspect, words, alike):
                yield word
        elif differs or aspect in _ALWAYS:
            yield word


def _is_worth_saying(aspect: str, words: Words, alike: Sequence[Words]) -> bool:
    """Say whether the usual is worth a word: stride 1 is where the same exists with stride 2."""
    if aspect == "shortcut":
        return not words["branches"]
    if aspect != "stride" or all(other["shortcut"] == NO_SHORTCUT for other in alike):
        return aspect in _USUAL
    return any(
        other["stride"] != words["stride"] and other["shortcut"] == words["shortcut"]
        for other in alike
    )


def _numbered(texts: Sequence[str]) -> Iterator[str]:
    """Count those that still read the same."""
    total, seen = Counter(texts), Counter[str]()
    for text in texts:
        seen[text] += 1
        form = f"form {seen[text]}" if total[text] > 1 else ""
        yield ", ".join(part for part in (text, form) if part)
