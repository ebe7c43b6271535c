"""Claims about the full graph: every operation once, and edges that tell what is read."""

from collections.abc import Mapping

import pytest
from conftest import RecordOf
from hollow import hollow_record
from hypothesis import given
from hypothesis import strategies as st
from light import light_record
from toys import TRACED
from wirings import Dense

from generator.analysis.network import Network, network
from generator.analysis.operations import operations
from generator.records import ModelRecord, Node


def _cat(name: str, *inputs: str) -> Node:
    return Node(id=name, op="cat", path="", inputs=inputs, output_shape=(1, 1))


def _record(*nodes: Node) -> ModelRecord:
    return ModelRecord(slug="net", input_shape=(1, 1, 1), nodes=nodes)


def _held(whole: Network) -> dict[str, frozenset[str]]:
    """Return what every operation reads, looking through concatenations."""
    cats = {node.id for node in whole.nodes if node.op == "cat"}
    return _through(
        cats, {node.id: [a for a, b in whole.edges if b == node.id] for node in whole.nodes}
    )


def _through(cats: set[str], sources: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, read in sources.items():  # in order of execution: what is read is known
        found[name] = frozenset().union(*(found[r] if r in cats else {r} for r in read))
    return found


def _as_recorded(record: ModelRecord) -> dict[str, frozenset[str]]:
    nodes = operations(record)
    cats = {node.id for node in nodes if node.op == "cat"}
    return _through(cats, {node.id: list(node.inputs) for node in nodes})


@pytest.mark.parametrize("name", TRACED)
def test_every_operation_is_there_once_and_in_order(record_of: RecordOf, name: str) -> None:
    """Nothing is lost on the way into the drawing, and no arrow is doubled."""
    record = record_of(name)
    whole = network(record)
    assert whole.nodes == operations(record)
    assert len({*whole.edges}) == len(whole.edges)
    assert {end for edge in whole.edges for end in edge} <= {node.id for node in whole.nodes}


@pytest.mark.parametrize("name", TRACED)
def test_every_operation_reads_what_it_read(record_of: RecordOf, name: str) -> None:
    """Looking through concatenations, producers are those of the trace."""
    record = record_of(name)
    assert _held(network(record)) == _as_recorded(record)


def test_a_later_concatenation_reads_the_earlier_one() -> None:
    """One arrow for all that both begin with."""
    names = [Node(id=n, op="conv2d", path="", output_shape=(1, 1)) for n in "abcd"]
    whole = network(_record(*names, _cat("x", "a", "b"), _cat("y", "a", "b", "c", "d")))
    assert [edge for edge in whole.edges if edge[1] == "y"] == [("x", "y"), ("c", "y"), ("d", "y")]


def test_the_longest_earlier_concatenation_is_read() -> None:
    """Of several that fit, the one that saves most arrows."""
    names = [Node(id=n, op="conv2d", path="", output_shape=(1, 1)) for n in "abcd"]
    cats = (_cat("x", "a", "b"), _cat("y", "a", "b", "c"), _cat("z", "a", "b", "c", "d"))
    assert [e for e in network(_record(*names, *cats)).edges if e[1] == "z"] == [
        ("y", "z"),
        ("d", "z"),
    ]


def test_another_beginning_is_no_reason_to_shorten() -> None:
    """Order counts: what holds b before a does not hold a before b."""
    names = [Node(id=n, op="conv2d", path="", output_shape=(1, 1)) for n in "abc"]
    whole = network(_record(*names, _cat("x", "b", "a"), _cat("y", "a", "b", "c")))
    assert [edge[0] for edge in whole.edges if edge[1] == "y"] == ["a", "b", "c"]


@given(st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=8, unique=True), max_size=8))
def test_shortened_concatenations_hold_the_same(drawn: list[list[int]]) -> None:
    """Whatever is concatenated in whatever order, what is held is unchanged."""
    names = [Node(id=f"n{n}", op="conv2d", path="", output_shape=(1, 1)) for n in range(8)]
    cats = [_cat(f"cat{at}", *(f"n{n}" for n in ns)) for at, ns in enumerate(drawn)]
    record = _record(*names, *cats)
    whole = network(record)
    assert _held(whole) == _as_recorded(record)
    assert len(whole.edges) <= sum(map(len, drawn))


def test_a_dense_block_needs_few_arrows() -> None:
    """Three layers that each read all before: the last concatenation reads one and one."""
    record = light_record(Dense(), 3, 9, 9)
    whole = network(record)
    cats = [node.id for node in whole.nodes if node.op == "cat"]
    assert [sum(edge[1] == name for edge in whole.edges) for name in cats[1:]] == [2] * (
        len(cats) - 1
    )
    assert _held(whole) == _as_recorded(record)


def test_densenets_arrows_grow_with_its_layers_only() -> None:
    """Two for each concatenation of 58 layers, where the trace has one for each earlier layer."""
    record = hollow_record("densenet121")
    whole = network(record)
    cats = {node.id for node in whole.nodes if node.op == "cat"}
    drawn = sum(edge[1] in cats for edge in whole.edges)
    assert drawn <= 2 * len(cats)
    assert sum(len(node.inputs) for node in whole.nodes if node.id in cats) > 4 * drawn
    assert _held(whole) == _as_recorded(record)


def test_modules_around_several_operations_are_frames(record_of: RecordOf) -> None:
    """Outer ones first; the model itself and single layers are none."""
    whole = network(record_of("ResidualNet"))
    assert whole.modules == (
        ("blocks", "Sequential"),
        ("blocks.0", "Residual"),
        ("blocks.1", "Residual"),
        ("blocks.2", "Residual"),
    )


@pytest.mark.parametrize("name", TRACED)
def test_the_home_of_an_operation_is_its_innermost_frame(record_of: RecordOf, name: str) -> None:
    """The path begins with it, and no frame inside of it fits too."""
    whole = network(record_of(name))
    frames = {path for path, _ in whole.modules}
    for node in whole.nodes:
        home = whole.home(node)
        around = {path for path in frames if f"{node.path}.".startswith(f"{path}.")}
        assert home == max(around, key=len, default="")
