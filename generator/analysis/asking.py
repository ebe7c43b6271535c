"""Decides what an exercise is, and what the questions about a network start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator.analysis.arithmetic import Step, grouped
from generator.analysis.kinds import Kind
from generator.analysis.layers import Layer
from generator.analysis.message import Message
from generator.records import ModelRecord, ParameterStats

PLANE = 2
"""Dimensions of a map."""


class Level(StrEnum):
    """How much has to be put together for an answer."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True)
class Exercise:
    """A question about one network, with the number that answers it and the way there."""

    level: Level
    question: Message
    answer: int
    steps: tuple[Step, ...]
    path: str
    """Layer to look at; empty for the whole network."""


@dataclass(frozen=True)
class Context:
    """A network, and what is looked up in it again and again."""

    record: ModelRecord
    rows: tuple[Layer, ...]
    parameters: dict[str, ParameterStats]

    def convolutions(self) -> list[Layer]:
        """Return convolutions on planes whose weights are counted with them."""
        return [row for row in self.rows if row.kind is Kind.CONV and self.weight(row)]

    def weight(self, row: Layer) -> tuple[int, ...]:
        """Return the shape of a layer's weight; empty where it has none of its own."""
        known = self.parameters.get(f"{row.path}.weight")
        fits = known and row.params and row.window and len(row.window.kernel) == PLANE
        is_linear = known and row.params and row.kind is Kind.LINEAR
        return known.shape if known and (fits or is_linear) else ()

    def has_bias(self, row: Layer) -> bool:
        """Say whether a bias is added."""
        return f"{row.path}.bias" in self.parameters

    def below(self, path: str) -> list[Layer]:
        """Return the rows inside of a module that have parameters."""
        return [row for row in self.rows if row.params and row.path.startswith(f"{path}.")]


def bias(context: Context, row: Layer) -> Message:
    """Say whether a layer adds one."""
    return Message("A bias is added.") if context.has_bias(row) else Message("There is no bias.")


def about(row: Layer, what: str) -> tuple[Step, ...]:
    """Return the steps in which a layer worked something out."""
    return tuple(step for step in row.steps if step.what == what)


def how_of(row: Layer, what: str) -> str:
    """Return how a layer worked something out; its parameters, where it did not say."""
    return next((step.how for step in row.steps if step.what == what), grouped(row.params))


def by(sizes: Sequence[int]) -> str:
    """Write sizes: 3×3."""
    return "×".join(map(str, sizes))


def dots(sizes: Sequence[int]) -> str:
    """Write a product: 3·3."""
    return "·".join(map(str, sizes))
