"""Numbers held against each other and against somebody else's."""

import pytest
from conftest import RecordOf

from generator.analysis.checks import Check, checks
from generator.records import ModelRecord, Reference


def named(record: ModelRecord, what: str, source: str) -> Check:
    """Return the one check of a number against a source."""
    (found,) = [c for c in checks(record) if c.what == what and c.source.startswith(source)]
    return found


def against(record: ModelRecord, **figures: object) -> ModelRecord:
    """Add figures that somebody published."""
    reference = Reference.model_validate({"source": "them", "weights_tag": "V1", **figures})
    return record.model_copy(update={"reference": reference})


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Branches", "Functional", "Shared"])
@pytest.mark.parametrize("what", ["parameters", "MACs"])
def test_layers_add_up(record_of: RecordOf, name: str, what: str) -> None:
    """The sum over all layers is the total."""
    check = named(record_of(name), what, "sum")
    assert check.agrees
    assert check.is_binding
    assert check.verdict == "yes"


@pytest.mark.parametrize(("shift", "verdict"), [(0, "yes"), (1, "no")])
def test_published_parameters_must_be_equal(record_of: RecordOf, shift: int, verdict: str) -> None:
    """One parameter more is a defect."""
    record = record_of("Plain")
    params = sum(stats.numel for stats in record.parameters)
    check = named(against(record, num_params=params + shift), "parameters", "them")
    assert (check.verdict, check.is_binding) == (verdict, True)


@pytest.mark.parametrize(("macs", "verdict"), [(1_499_600_000, "yes"), (1_499_400_000, "no")])
def test_published_macs_must_be_equal_to_three_decimals(
    record_of: RecordOf, macs: int, verdict: str
) -> None:
    """They are published rounded: 1.500 G may be 1.4996 G, but not 1.4994 G."""
    record = record_of("Plain").model_copy(update={"total_macs": macs})
    assert named(against(record, gmacs=1.5), "MACs", "them").verdict == verdict


def test_torchinfos_surplus_is_named(record_of: RecordOf) -> None:
    """Biases count per output, norms by their parameters: that explains the whole difference."""
    check = named(record_of("Plain"), "MACs", "torchinfo")
    assert check.verdict == "explained"
    assert "for biases" in check.note
    assert "8 for normalisation parameters" in check.note


def test_a_surplus_nobody_can_name_is_admitted(record_of: RecordOf) -> None:
    """It does not agree, and says by how much; but another tool's count binds nobody."""
    record = record_of("Plain")
    changed = record.model_copy(update={"torchinfo_macs": (record.torchinfo_macs or 0) + 7})
    check = named(changed, "MACs", "torchinfo")
    assert (check.verdict, check.is_binding) == ("no", False)
    assert "7 are not explained" in check.note


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Branches", "Shared"])
def test_every_layer_agrees_with_torchinfos_line(record_of: RecordOf, name: str) -> None:
    """In parameters and output shape, one by one."""
    check = named(record_of(name), "layers", "torchinfo")
    assert check.agrees
    assert check.ours == check.theirs != "0 layers"


def test_a_layer_torchinfo_sees_otherwise_is_counted(record_of: RecordOf) -> None:
    """One wrong line, one layer less."""
    record = record_of("Plain")
    first = next(row for row in record.torchinfo_rows if row.is_leaf)
    rows = tuple(
        row.model_copy(update={"params": 1}) if row is first else row
        for row in record.torchinfo_rows
    )
    check = named(record.model_copy(update={"torchinfo_rows": rows}), "layers", "torchinfo")
    assert not check.agrees
    assert int(check.ours.split()[0]) + 1 == int(check.theirs.split()[0])


def test_nothing_is_checked_where_nothing_was_observed(record_of: RecordOf) -> None:
    """A model that raised has no numbers to hold against anything."""
    assert checks(record_of("Raises")) == ()
