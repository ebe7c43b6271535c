"""Claims about how much memory the values inside a network take at once."""

import pytest
from conftest import RecordOf
from structures import zoo
from toys import ALL, RUNNING

from generator.analysis.memory import alive_bytes, peak_activation_bytes
from generator.records import Node


def node(name: str, *inputs: str, op: str = "relu", values: int = 1) -> Node:
    """Make an operation that writes so many values."""
    return Node(id=name, op=op, path="", inputs=inputs, output_shape=(1, values))


def test_a_chain_holds_what_is_read_and_what_is_written() -> None:
    """Values are gone when the last reader is done."""
    chain = [node("a", op="input", values=10), node("b", "a", values=20), node("c", "b", values=5)]
    assert alive_bytes(chain) == [40, 120, 100]


def test_a_shortcut_keeps_its_value() -> None:
    """What the sum reads at the end is alive all the way."""
    nodes = [
        node("a", op="input", values=1),
        node("b", "a", values=1),
        node("c", "b", values=1),
        node("sum", "a", "c", op="add", values=1),
    ]
    assert alive_bytes(nodes) == [4, 8, 12, 12]


def test_looking_at_values_takes_nothing_and_keeps_them() -> None:
    """A new shape, a part, a dropout that is off; a copy does take memory."""
    nodes = [
        node("a", op="input", values=8),
        node("view", "a", op="view", values=8),
        node("off", "view", op="dropout", values=8),
        node("b", "off", values=1),
    ]
    assert alive_bytes(nodes) == [32, 32, 32, 36]
    copied = [nodes[0], node("copy", "a", op="clone", values=8), node("b", "copy", values=1)]
    assert alive_bytes(copied) == [32, 64, 36]


def test_what_nobody_reads_is_gone_at_once() -> None:
    """It counts while it is written; the output is no second copy."""
    nodes = [
        node("a", op="input", values=4),
        node("idle", "a", values=2),
        node("b", "a", values=1),
        node("out", "b", op="output", values=1),
    ]
    assert alive_bytes(nodes) == [16, 24, 20, 4]


@pytest.mark.parametrize("name", ALL)
def test_every_net_that_ran_has_a_peak(record_of: RecordOf, name: str) -> None:
    """At least its input, or the largest value; one that raised has none."""
    record = record_of(name)
    peak = peak_activation_bytes(record)
    assert (peak is not None) == (name in RUNNING)
    assert peak is None or peak >= 3 * 17 * 17 * 4


@pytest.mark.slow
def test_the_peak_of_vgg16_is_its_first_two_convolutions() -> None:
    """64 maps of 224² are read, and as many written, four bytes a value."""
    assert peak_activation_bytes(zoo("vgg16")) == 2 * 64 * 224 * 224 * 4
