"""Claims about differences of size: they are attributed to stages without a remainder."""

import pytest
from conftest import RecordOf
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import zoo
from toys import ALL, RUNNING

from generator.analysis.difference import (
    Delta,
    Difference,
    Measure,
    StageDelta,
    Structure,
    difference,
    structure,
)
from generator.analysis.footprint import Row, Spent, receptive_field


def compare(record_of: RecordOf, old: str, new: str) -> Difference:
    """Compare two toys."""
    return difference(structure(old, record_of(old)), structure(new, record_of(new)))


def changed(found: Difference, measure: Measure) -> int | None:
    """Return how much of one size came or went."""
    return next(delta.change for delta in found.deltas if delta.measure is measure)


def assert_adds_up(found: Difference) -> None:
    """Hold the sums over the stages against the differences of the totals."""
    assert sum(stage.params for stage in found.stages) == changed(found, Measure.PARAMS)
    assert sum(stage.macs for stage in found.stages) == changed(found, Measure.MACS)
    assert sum(stage.activations for stage in found.stages) == changed(found, Measure.ACTIVATIONS)


@pytest.mark.parametrize("new", RUNNING)
@pytest.mark.parametrize("old", ["Plain", "ResidualNet", "Shared", "Refuses"])
def test_stages_explain_the_whole_difference(record_of: RecordOf, old: str, new: str) -> None:
    """Of parameters, MACs, activations, and of the receptive field where both have one."""
    found = compare(record_of, old, new)
    assert_adds_up(found)
    grown = changed(found, Measure.RECEPTIVE_FIELD)
    assert grown is None or sum(stage.growth for stage in found.stages) == grown


@pytest.mark.parametrize("name", ALL)
def test_a_network_is_not_different_from_itself(record_of: RecordOf, name: str) -> None:
    """No finding, no size, no stage."""
    found = compare(record_of, name, name)
    assert found.is_empty
    assert not any(s.params or s.macs or s.activations or s.growth for s in found.stages)


def test_another_input_is_a_difference(record_of: RecordOf) -> None:
    """Even where everything else happens to be equal."""
    own = structure("Plain", record_of("Plain"))
    other = Structure(own.title, (3, 9, 9), own.sections, own.stages, own.measures)
    assert not difference(own, other).is_empty


def test_what_was_not_observed_has_no_change(record_of: RecordOf) -> None:
    """A net that raises has parameters, and nothing else to compare."""
    found = compare(record_of, "Raises", "Plain")
    assert changed(found, Measure.MACS) is None
    assert changed(found, Measure.PARAMS) == 317
    assert found.is_empty is False


@pytest.mark.parametrize(
    ("old", "new", "change", "share"),
    [(4, 5, 1, 0.25), (4, 4, 0, 0.0), (0, 4, 4, None), (None, 4, None, None)],
)
def test_shares_are_of_the_old_size(
    old: int | None, new: int | None, change: int | None, share: float | None
) -> None:
    """There is none of nothing."""
    delta = Delta(Measure.PARAMS, old, new)
    assert (delta.change, delta.share) == (change, share)


def test_a_stage_that_is_new_counts_in_full() -> None:
    """And one that is gone counts against."""
    row = Row("8", 1, 2, 3, 4)
    new, gone = StageDelta("8", None, row), StageDelta("8", row, None)
    assert (new.params, new.macs, new.activations, new.growth) == (1, 2, 3, 4)
    assert (gone.params, gone.macs, gone.activations, gone.growth) == (-1, -2, -3, -4)


_SPENT = st.lists(
    st.builds(
        Spent,
        name=st.sampled_from(["1", "2", "4", "8", "16"]),
        stride=st.none(),
        resolution=st.just(()),
        channels=st.just(0),
        blocks=st.just(0),
        params=st.integers(0, 99),
        macs=st.integers(0, 99),
        activations=st.integers(0, 99),
        receptive_field=st.integers(1, 500),
    ),
    unique_by=lambda spent: spent.name,
    max_size=5,
)


@settings(max_examples=200, deadline=None)
@given(_SPENT, _SPENT)
def test_sums_are_exact_whatever_the_stages(old: list[Spent], new: list[Spent]) -> None:
    """Also where the networks share no stage at all, and fields shrink on the way."""
    found = difference(_built(old), _built(new))
    assert_adds_up(found)
    back = difference(_built(new), _built(old))
    assert [-stage.growth for stage in back.stages] == [stage.growth for stage in found.stages]
    reached = [receptive_field(spent) or 0 for spent in (old, new)]
    assert sum(stage.growth for stage in found.stages) == reached[1] - reached[0]


def _built(spent: list[Spent]) -> Structure:
    sizes = {
        Measure.PARAMS: sum(one.params for one in spent),
        Measure.MACS: sum(one.macs for one in spent),
        Measure.ACTIVATIONS: sum(one.activations for one in spent),
    }
    return Structure("", (), (), tuple(spent), sizes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [("resnet18", "resnet50"), ("googlenet_2014", "googlenet"), ("alexnet", "vgg16")],
)
def test_stages_explain_real_networks(old: str, new: str) -> None:
    """Nothing is left over of tens of millions."""
    found = compare(zoo, old, new)
    assert_adds_up(found)
    assert sum(s.growth for s in found.stages) == changed(found, Measure.RECEPTIVE_FIELD)
