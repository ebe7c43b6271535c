"""Decides which single facts of a model are held against another's, and which way is better."""

from dataclasses import dataclass
from enum import StrEnum

from generator.analysis.difference import Measure, structure
from generator.analysis.message import Message
from generator.records import ModelRecord, ModelSpec, Reference
from generator.render import formats
from generator.render.difference_page import measure_name, written
from generator.render.weight_words import weights_used


class Better(StrEnum):
    """Which of two values is the better one."""

    LESS = "less"
    MORE = "more"


@dataclass(frozen=True)
class Trait:
    """One fact of one model."""

    id: str
    name: Message
    text: str
    exact: str
    """With every digit; the text itself for words."""
    value: float | None = None
    """None for words, and where the number is not known."""
    better: Better | None = None
    """None where neither is: more depth is no merit by itself."""
    unit: str = ""
    """Of the value, for programs; empty for plain counts and words."""


_BYTES = frozenset({Measure.WEIGHT_BYTES, Measure.PEAK_BYTES})
_COSTS = frozenset({"params", "macs", "activations", "weight_bytes", "peak_activation_bytes"})


def traits(spec: ModelSpec, record: ModelRecord) -> tuple[Trait, ...]:
    """Return what a comparison says of a model, in the order of its rows; the same for all."""
    published = record.reference
    return (
        _words("year", Message("year"), str(spec.year or "–")),
        _words("input", Message("input"), formats.sizes(record.input_shape)),
        *_sizes(spec, record),
        _accuracy("top1", Message("top-1 (published)"), published),
        _accuracy("top5", Message("top-5 (published)"), published),
        _words("tag", Message("accuracy of"), published.weights_tag if published else "–"),
        _words("weights", Message("weights used here"), weights_used(record) or "–"),
    )


def _words(name: str, title: Message, text: str) -> Trait:
    return Trait(name, title, text, text)


def _sizes(spec: ModelSpec, record: ModelRecord) -> tuple[Trait, ...]:
    sizes = structure(spec.title, record).measures
    return tuple(_size(measure, sizes[measure]) for measure in Measure)


def _size(measure: Measure, size: int | None) -> Trait:
    return Trait(
        measure.value,
        measure_name(measure),
        written(measure, size),
        formats.exact(size),
        size,
        Better.LESS if measure.value in _COSTS else None,
        "bytes" if measure in _BYTES else "",
    )


def _accuracy(name: str, title: Message, published: Reference | None) -> Trait:
    share: float | None = getattr(published, name, None)
    if published is None or share is None:
        return _words(name, title, "–")
    text = formats.accuracy(share)
    exact = Message("{share} with {weights}", share=text, weights=published.weights_tag)
    return Trait(name, title, text, exact, share, Better.MORE, "%")
