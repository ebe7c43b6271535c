"""Exercises ask for true numbers, and their way there ends at the answer."""

import re

import pytest
from conftest import RecordOf
from light import light_record
from torch import Tensor, nn

from generator.analysis.asking import Exercise, Level
from generator.analysis.exercises import exercises
from generator.analysis.layers import layers
from generator.analysis.totals import totals

TOYS = ("Plain", "ResidualNet", "Branches", "Gated")


class Parts(nn.Module):
    """A block of two branches, each of several layers."""

    def __init__(self, *, has_norms: bool) -> None:
        super().__init__()
        self.left = self._branch(has_norms=has_norms)
        self.right = self._branch(has_norms=has_norms)

    @staticmethod
    def _branch(*, has_norms: bool) -> nn.Sequential:
        norm = [nn.BatchNorm2d(4)] if has_norms else []
        return nn.Sequential(nn.Conv2d(4, 4, 1), *norm, nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return self.left(x) + self.right(x)


class TwoParts(nn.Module):
    """Two such blocks after each other."""

    def __init__(self, *, has_norms: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 1)
        self.blocks = nn.Sequential(*(Parts(has_norms=has_norms) for _ in range(2)))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(self.first(x))


def last_number(exercise: Exercise) -> int:
    """Read what the last step of an answer comes to."""
    found = re.findall(r"[\d\u202f]+", exercise.steps[-1].how.partition(".")[0])
    return int(found[-1].replace("\u202f", ""))


@pytest.mark.parametrize("name", TOYS)
def test_the_steps_end_at_the_answer(record_of: RecordOf, name: str) -> None:
    """The bottleneck's last step is a comparison; all others end with the number asked for."""
    found = exercises(record_of(name))
    assert found
    assert all(last_number(one) == one.answer for one in found if "squeezes" not in one.question)


@pytest.mark.parametrize("name", TOYS)
def test_easy_ones_come_first(record_of: RecordOf, name: str) -> None:
    """Levels never go back."""
    order = [list(Level).index(one.level) for one in exercises(record_of(name))]
    assert order == sorted(order)


@pytest.mark.parametrize("name", TOYS)
def test_answers_are_the_layers_own_numbers(record_of: RecordOf, name: str) -> None:
    """What is asked of one layer is what its row in the table says."""
    record = record_of(name)
    rows = {row.path: row for row in layers(record)}
    for one in exercises(record):
        if one.question.template.endswith("How many parameters has it?"):
            assert one.answer == rows[one.path].params
        if "costs more than" in one.question.template:
            assert one.answer == rows[one.path].macs == max(row.macs for row in rows.values())
        if "percent" in one.question.template:
            assert one.answer == round(100 * rows[one.path].params / totals(record).params)


@pytest.mark.parametrize("name", ["Raises", "Refuses"])
def test_what_was_not_observed_is_not_asked_for(record_of: RecordOf, name: str) -> None:
    """Without a run there is nothing; without a graph nothing about windows."""
    record = record_of(name)
    found = exercises(record)
    assert all(one.path in {row.path for row in layers(record)} for one in found if one.path)
    if name == "Raises":
        assert found == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "words", "answer"),
    [
        ("googlenet", "inception4c.branch3", 24 * 512 + 48 + 64 * 24 * 9 + 128),
        ("mobilenet_v2", "works in 384 groups", 384),
        ("resnet50", "squeezes 256 channels into 64", 2 * 9 * 256 * 256),
        ("alexnet", "see?", 67),
        ("resnet50", "448×448", 4 * (4_089_184_256 - 2_048_000) + 2_048_000),
    ],
)
def test_known_nets_ask_known_questions(
    zoo_record_of: RecordOf, slug: str, words: str, answer: int
) -> None:
    """Worked out by hand from the papers' tables."""
    (found,) = [one for one in exercises(zoo_record_of(slug)) if words in one.question]
    assert found.answer == answer


def test_a_network_that_never_ran_asks_nothing(record_of: RecordOf) -> None:
    """What an answer would point at, no page shows."""
    record = record_of("Raises")

    assert record.parameters
    assert exercises(record) == ()


@pytest.mark.parametrize("has_norms", [True, False])
def test_norms_are_only_spoken_of_where_there_are_some(has_norms: bool) -> None:  # noqa: FBT001
    """A part of a block is asked about whole."""
    found = exercises(light_record(TwoParts(has_norms=has_norms), 3, 9, 9))
    (asked,) = (one for one in found if "a part of the block" in one.question.template)
    assert ("Norms count as well" in asked.question.template) == has_norms
