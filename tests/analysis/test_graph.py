"""Claims about graphs: who feeds whom, and what all data must pass."""

from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.graph import Graph
from generator.records import Node


@st.composite
def _graphs(draw: st.DrawFn) -> Graph:
    """Make a network of at most ten operations, each reading one to three earlier ones."""
    nodes = [Node(id="n0", op="input", path="")]
    for number in range(1, draw(st.integers(2, 10))):
        read = draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=3))
        inputs = tuple(f"n{source}" for source in sorted(read))
        nodes.append(Node(id=f"n{number}", op="add", path="", inputs=inputs))
    return Graph(tuple(nodes))


def _is_reached_without(graph: Graph, name: str, removed: str) -> bool:
    return "n0" in graph.behind([name], [removed])


@given(_graphs())
def test_all_data_passes_a_dominator(graph: Graph) -> None:
    """Without it the node is cut off from the input; without anything later it is not."""
    for node in graph.nodes[1:]:
        dominator = graph.dominators[node.id]
        assert dominator is not None
        assert dominator == "n0" or not _is_reached_without(graph, node.id, dominator)
        between = range(graph.order[dominator] + 1, graph.order[node.id])
        assert all(_is_reached_without(graph, node.id, f"n{number}") for number in between)


@given(_graphs())
def test_consumers_are_producers_read_backwards(graph: Graph) -> None:
    """Every edge is in both."""
    forward = {(name, node.id) for node in graph.nodes for name in graph.producers[node.id]}
    backward = {(name, reader) for name, readers in graph.consumers.items() for reader in readers}
    assert forward == backward


def test_what_is_made_of_parameters_alone_feeds_nobody() -> None:
    """A kernel computed from a parameter is no data on its way through the network."""
    nodes = (
        Node(id="x", op="input", path=""),
        Node(id="scaled", op="div", path="", parameters=("kernel",)),
        Node(id="y", op="conv2d", path="", inputs=("x", "scaled")),
    )
    graph = Graph(nodes)
    assert graph.producers["y"] == ("x",)
    assert graph.dominators["y"] == "x"
