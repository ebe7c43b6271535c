"""Decides which computed number a passage quotes, so that nobody has to write it by hand.

A quote names a model and a size, perhaps at one output stride: {vgg16.params}, {vgg16.macs@head}.
Two of them make a ratio: {alexnet.params/googlenet.params}. With % at its end a quote is a share,
of another size or of the whole model: {vgg16.params@head%}.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.analysis.difference import Measure, Structure

_SIZE = r"([a-z0-9][a-z0-9_-]*)\.([a-z_]+)(?:@(\w+))?"
_QUOTE = re.compile(rf"\{{{_SIZE}(?:/{_SIZE})?(%?)\}}")
_AT_STAGE = frozenset({Measure.PARAMS, Measure.MACS, Measure.ACTIVATIONS, Measure.RECEPTIVE_FIELD})


@dataclass(frozen=True)
class Size:
    """One size of one model."""

    model: str
    measure: str
    stage: str | None

    def of(self, structures: Mapping[str, Structure]) -> int | None:
        """Look it up; none where it was not observed, or the model has no such stage."""
        found = structures[self.model]
        if self.stage is None:
            return found.measures.get(Measure(self.measure))
        stages = {stage.name: stage for stage in found.stages}
        value: int | None = getattr(stages.get(self.stage), self.measure, None)
        return value


@dataclass(frozen=True)
class Quote:
    """What stands in braces: a size, or one size over another."""

    size: Size
    over: Size | None
    is_share: bool

    def of(self, structures: Mapping[str, Structure]) -> float | None:
        """Work it out; none where a part of it is not known."""
        value = self.size.of(structures)
        if self.over is None or value is None:
            return value
        return value / whole if (whole := self.over.of(structures)) else None


def filled(text: str, write: Callable[[Quote], str]) -> str:
    """Write every quote of a passage; other braces stay."""
    return _QUOTE.sub(lambda match: write(_quote(match)), text)


def misquotes(texts: Iterable[str], models: Sequence[str]) -> tuple[str, ...]:
    """Say once what is wrong with the quotes of passages about some models."""
    known = tuple(models)
    matches = (match for text in texts for match in _QUOTE.finditer(text))
    found = ((match.group(), problem) for match in matches for problem in _wrong(match, known))
    return tuple(dict.fromkeys(f"{quoted}: {problem}" for quoted, problem in found))


def _quote(match: re.Match[str]) -> Quote:
    model, measure, stage, model2, measure2, stage2, percent = match.groups()
    size = Size(model, measure, stage)
    over = Size(model2, measure2, stage2) if model2 else None
    if percent and over is None and stage:
        over = Size(model, measure, None)
    return Quote(size, over, bool(percent))


def _wrong(match: re.Match[str], models: tuple[str, ...]) -> Iterator[str]:
    quote = _quote(match)
    for size in (quote.size, quote.over):
        if size and (problem := _problem(size, models)):
            yield problem
    if quote.is_share and quote.over is None:
        yield "a share needs a stage, such as @head, or a second size"


def _problem(size: Size, models: tuple[str, ...]) -> str | None:
    if size.model not in models:
        return f"no model '{size.model}' here{_near(size.model, models)}"
    if size.measure not in tuple(Measure):
        return f"no size '{size.measure}'{_near(size.measure, tuple(Measure))}"
    if size.stage and size.measure not in _AT_STAGE:
        return f"'{size.measure}' is not known stage by stage"
    return None


def _near(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(known)}"
