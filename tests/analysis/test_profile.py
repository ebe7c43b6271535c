"""Claims about the curves along which a network's cost adds up."""

from itertools import pairwise

import pytest
from conftest import RecordOf
from toys import RUNNING

from generator.analysis.footprint import footprint, receptive_field
from generator.analysis.profile import profile
from generator.analysis.totals import totals


@pytest.mark.parametrize("name", [name for name in RUNNING if name not in {"Shared", "Refuses"}])
def test_the_last_point_holds_the_totals(record_of: RecordOf, name: str) -> None:
    """All that is called; both axes end at 1."""
    whole, last = totals(record_of(name)), profile(record_of(name))[-1]
    assert (last.params, last.macs, last.activations) == (
        *(whole.params, whole.macs, whole.activations),
    )
    assert (last.depth, last.work) == (1.0, 1.0)


@pytest.mark.parametrize("name", RUNNING)
def test_curves_never_fall(record_of: RecordOf, name: str) -> None:
    """Costs, shares and, as far as there are maps, what they see."""
    points = profile(record_of(name))
    for before, after in pairwise(points):
        assert before.depth < after.depth
        assert before.work < after.work
        assert before.params <= after.params
        assert before.activations < after.activations
        if before.receptive_field and after.receptive_field:
            assert before.receptive_field <= after.receptive_field


def test_norms_count_to_the_operation_before_them(record_of: RecordOf) -> None:
    """And the head sees no maps any more."""
    first, second, head = profile(record_of("Plain"))
    assert (first.path, first.params) == ("features.0", 108 + 8)
    assert second.receptive_field == receptive_field(footprint(record_of("Plain")))
    assert (head.path, head.receptive_field) == ("classify", None)


def test_a_net_that_never_ran_has_no_curve(record_of: RecordOf) -> None:
    """Nothing was observed."""
    assert profile(record_of("Raises")) == ()
