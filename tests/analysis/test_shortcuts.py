"""Claims about shortcuts, on graphs as such."""

from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.shortcuts import Shortcut, shortcuts

_IDENTITY, _PROJECTION = Shortcut.IDENTITY, Shortcut.PROJECTION
_EDGES = st.sets(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda edge: edge[0] < edge[1])
)


def test_an_edge_around_others_is_an_identity() -> None:
    """Its source reaches the sum another way, too."""
    found = shortcuts([("a", "b"), ("b", "c"), ("a", "c")], {"c"}, {"c"})
    assert found == {("a", "c"): _IDENTITY}


def test_the_way_with_fewer_parts_is_the_projection() -> None:
    """Both ways do work: a-b-c-s and a-p-s."""
    edges = [("a", "b"), ("b", "c"), ("c", "s"), ("a", "p"), ("p", "s")]
    found = shortcuts(edges, {"s"}, {"s"})
    assert found == {("a", "p"): _PROJECTION, ("p", "s"): _PROJECTION}


def test_only_sums_have_projections() -> None:
    """The branches of a concatenation are equals, however long."""
    edges = [("a", "b"), ("b", "c"), ("c", "s"), ("a", "p"), ("p", "s")]
    assert shortcuts(edges, {"s"}, set()) == {}


@given(_EDGES)
def test_a_shortcut_always_has_a_way_around_it(numbers: set[tuple[int, int]]) -> None:
    """In any graph without cycles, a sum stays connected without its shortcuts."""
    edges = [(str(a), str(b)) for a, b in sorted(numbers)]
    every = {name for edge in edges for name in edge}
    found = shortcuts(edges, every, every)
    assert found.keys() <= set(edges)
    for merge in {target for _, target in edges}:
        entering = [edge for edge in edges if edge[1] == merge]
        assert any(found.get(edge) is not _IDENTITY for edge in entering)
