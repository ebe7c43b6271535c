"""Claims about which models are beaten in everything that counts."""

from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.pareto import Candidate, dominated, front


def model(slug: str, accuracy: float | None, **costs: float | None) -> Candidate:
    """Make a candidate."""
    return Candidate(slug, accuracy, costs)


def test_who_is_nowhere_better_and_somewhere_worse_is_dominated() -> None:
    """By all that beat it, the most accurate first."""
    models = [
        model("big", 80, macs=4, params=25),
        model("small", 70, macs=1, params=5),
        model("old", 60, macs=4, params=30),
        model("twin", 70, macs=1, params=5),
    ]
    assert dominated(models) == {"old": ("big", "small", "twin")}
    assert front(models) == ("big", "small", "twin")


def test_only_the_costs_that_count_are_compared() -> None:
    """A budget of MACs does not care for parameters."""
    models = [model("a", 70, macs=2, params=1), model("b", 71, macs=1, params=9)]
    assert dominated(models) == {}
    assert dominated(models, ["macs"]) == {"a": ("b",)}
    assert front(models, ["macs"]) == ("b",)


def test_what_is_not_known_cannot_be_judged() -> None:
    """Such a model beats none, is beaten by none, and is not on the front."""
    models = [model("known", 70, macs=2), model("tag", None, macs=1), model("size", 90, macs=None)]
    assert dominated(models) == {}
    assert front(models) == ("known",)


def test_no_models_are_no_contest() -> None:
    """An empty table."""
    assert dominated([]) == {}
    assert front([]) == ()


_MODELS = st.lists(
    st.builds(
        lambda accuracy, macs, params: (accuracy, macs, params),
        st.integers(0, 4),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    max_size=8,
).map(lambda rows: [model(str(n), a, macs=m, params=p) for n, (a, m, p) in enumerate(rows)])


@given(_MODELS)
def test_every_dominated_model_is_dominated_from_the_front(models: list[Candidate]) -> None:
    """To be beaten is to be beaten by somebody who is not; nobody beats itself, or each other."""
    beaten, best = dominated(models), set(front(models))
    assert best | beaten.keys() == {candidate.slug for candidate in models}
    for slug, others in beaten.items():
        assert best & set(others)
        assert slug not in others
        assert not any(slug in beaten.get(other, ()) for other in others)
