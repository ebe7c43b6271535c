"""Decides the words on block diagrams; a translation has one phrase for each."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Term(StrEnum):
    """Everything a block diagram can say; {} stand for numbers, shapes and names."""

    INPUT = "input"
    INPUTS = "{} feature maps"
    OUTPUT = "output"
    CONV = "{} conv"
    DEPTHWISE = "{} depthwise conv"
    GROUPED = "{} grouped conv"
    TRANSPOSED = "{} transposed conv"
    LINEAR = "linear"
    MAX_POOL = "{} max pool"
    AVERAGE_POOL = "{} average pool"
    GLOBAL_MAX = "global max pool"
    GLOBAL_AVERAGE = "global average pool"
    SPLIT = "channel split"
    CONCAT = "concat"
    SHUFFLE = "channel shuffle"
    ATTENTION = "self-attention"
    EXCITATION = "squeeze and excitation"
    LEARNED_SCALE = "learned scale"
    DROPOUT = "dropout (off)"
    OTHER = "{}"
    CHANGE = "{} → {}"
    CHANNELS = "{} channels"
    STRIDE = "stride {}"
    GROUPS = "{} groups"
    GROUPS_OF = "{} groups of {}"
    HEADS = "{} heads"
    DILATION = "dilation {}"
    NO_PADDING = "no padding"
    PADDING = "padding {}"
    COUNT = "{} inputs"
    IDENTITY = "identity shortcut"
    PROJECTION = "projection shortcut"


Words = Callable[[str], str]
"""Turn a term's template into another language's; braces stay."""


@dataclass(frozen=True)
class Phrase:
    """A term with its values."""

    term: Term
    values: tuple[str, ...] = ()

    def said(self, words: Words) -> str:
        """Return the phrase in the language of `words`."""
        names = self.term is Term.OTHER
        values = (words(value) if names and value else value for value in self.values)
        return words(self.term.value).format(*values)
