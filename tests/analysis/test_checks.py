"""Numbers held against each other and against somebody else's."""

import pytest
from conftest import RecordOf
from hollow import entry_record

from generator.analysis.checks import Check, checks
from generator.analysis.layers import layers
from generator.analysis.precision import Fit
from generator.analysis.resize import resizable
from generator.records import Claim, ModelRecord, ModelSpec, Origin, ParameterStats, Reference
from generator.render.whatif import what_if
from generator.zoo.families import zoo_entries


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
    record = record_of("Plain")
    check = named(record, "MACs", "torchinfo")
    assert check.verdict == "explained"
    assert [part.amount for part in check.parts] == [6 * 3 * 3 + 5, 8]
    assert (record.total_macs or 0) + 6 * 3 * 3 + 5 + 8 == record.torchinfo_macs
    assert (check.reached, check.rest) == (check.theirs, 0)


def test_a_surplus_nobody_can_name_is_admitted(record_of: RecordOf) -> None:
    """It does not agree, and says by how much; but another tool's count binds nobody."""
    record = record_of("Plain")
    changed = record.model_copy(update={"torchinfo_macs": (record.torchinfo_macs or 0) + 7})
    check = named(changed, "MACs", "torchinfo")
    assert (check.verdict, check.is_binding, check.rest) == ("differs", False, 7)


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Branches", "Shared"])
def test_every_layer_agrees_with_torchinfos_line(record_of: RecordOf, name: str) -> None:
    """In parameters and output shape, one by one."""
    check = named(record_of(name), "layers", "torchinfo")
    assert check.agrees
    assert check.ours == check.theirs != "0"


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
    assert int(check.ours) + 1 == int(check.theirs)


def test_nothing_is_checked_where_nothing_was_observed(record_of: RecordOf) -> None:
    """A model that raised has no numbers to hold against anything."""
    assert checks(record_of("Raises")) == ()


@pytest.mark.parametrize(("published", "verdict"), [(0, "yes"), (45, "explained"), (44, "no")])
def test_published_parameters_may_include_auxiliary_heads(
    record_of: RecordOf, published: int, verdict: str
) -> None:
    """Published by torchvision: Inception v3 with them, GoogLeNet without."""
    record = record_of("Plain")
    params = sum(stats.numel for stats in record.parameters)
    figures = against(record, num_params=params + published, auxiliary_params=45)
    check = named(figures, "parameters", "them")
    assert (check.verdict, check.is_binding) == (verdict, True)
    assert [part.amount for part in check.parts] == ([45] if verdict == "explained" else [])


def claimed(record: ModelRecord, printed: str, value: float, **more: object) -> Check:
    """Return the check of one claim about a record."""
    given = {"quantity": "parameters", "printed": printed, "value": value, "source": "paper"}
    claim = Claim.model_validate(given | more)
    spec = ModelSpec(
        slug="x", title="X", family="Toys", origin=Origin.USER, factory="x:X", claims=(claim,)
    )
    return checks(record, spec)[-1]


@pytest.mark.parametrize(
    ("printed", "value", "verdict"),
    [
        ("2 057", 2057, "yes"),
        ("2.1 K", 2100, "rounded"),
        ("2.0 K", 2000, "cut off"),
        ("2.2 K", 2200, "differs"),
        ("< 3 K", 3000, "below"),
        ("< 2 K", 2000, "differs"),
    ],
)
def test_a_claim_is_held_to_the_digits_it_prints(
    record_of: RecordOf, printed: str, value: float, verdict: str
) -> None:
    """A paper that differs is shown, and is no defect of the code."""
    record = record_of("Plain")
    sized = record.model_copy(update={"parameters": (stats_of(record, 2057),)})
    check = claimed(sized, printed, value)
    assert (check.verdict, check.is_binding, check.theirs) == (verdict, False, printed)
    assert bool(check.rest) is (verdict == "differs")


def stats_of(record: ModelRecord, numel: int) -> ParameterStats:
    """Return the first parameter of a record, as large as wanted."""
    return record.parameters[0].model_copy(update={"numel": numel})


def test_a_claims_reasons_are_computed_and_added(record_of: RecordOf) -> None:
    """Keras counts the statistics of four channels, and that is the whole difference."""
    record = record_of("Plain")
    params = sum(stats.numel for stats in record.parameters)
    reasons = ["moving mean and variance of BatchNorm", "auxiliary heads"]
    check = claimed(record, str(params + 8), params + 8, residuals=reasons)
    assert (check.verdict, [part.amount for part in check.parts]) == ("explained", [8])
    assert check.reached.replace("\u202f", "") == str(params + 8)


def test_a_claim_about_a_module_is_held_against_that_module(record_of: RecordOf) -> None:
    """Its parameters, its MACs and its connections, not those of the whole net."""
    record = record_of("Plain")
    row = next(row for row in layers(record) if row.path == "classify")
    assert claimed(record, str(row.params), row.params, path="classify").verdict == "yes"
    macs = claimed(record, str(row.macs), row.macs, path="classify", quantity="MACs")
    assert (macs.verdict, macs.path) == ("yes", "classify")
    total = row.macs + row.output_shape[-1]
    assert claimed(record, str(total), total, path="classify", quantity="connections").agrees


def test_what_an_entry_says_about_a_difference_is_kept(record_of: RecordOf) -> None:
    """In both languages, for the page to choose."""
    note = {"en": "Counted by hand.", "zh": "手工计数。"}
    check = claimed(record_of("Plain"), "9 M", 9e6, note=note)
    assert check.remark is not None
    assert check.remark.zh == "手工计数。"


_CLAIMING = [entry for entry in zoo_entries() if entry.claims]


@pytest.mark.slow
@pytest.mark.parametrize("spec", _CLAIMING, ids=lambda spec: spec.slug)
def test_a_claim_of_the_zoo_agrees_or_its_entry_says_why_not(spec: ModelSpec) -> None:
    """No binding check fails, and nothing is waved away."""
    found = checks(entry_record(spec), spec)
    assert [check for check in found if check.is_binding and not check.agrees] == []
    assert [check for check in found if not check.agrees and check.remark is None] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        (
            "resnet50",
            {"3.8 × 10⁹": ("explained", Fit.CUT_OFF), "25\u202f636\u202f712": ("explained", "yes")},
        ),
        ("inception_v3", {"23\u202f851\u202f784": ("explained", "yes")}),
        ("vgg16", {"138 million": ("rounded", "rounded"), "138\u202f357\u202f544": ("yes", "yes")}),
    ],
)
def test_claims_of_the_zoo_are_explained(slug: str, expected: dict[str, tuple[str, str]]) -> None:
    """The paper's strides and Keras's buffers close the gap to the last printed digit.

    Thousands stand apart as in our figures, whatever was printed between them.
    """
    spec = next(entry for entry in zoo_entries() if entry.slug == slug)
    found = {c.theirs: (c.verdict, c.fit) for c in checks(entry_record(spec), spec)}
    assert {printed: found[printed] for printed in expected} == expected


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Branches", "Gated"])
def test_other_sizes_are_counted_and_agree(record_of: RecordOf, name: str) -> None:
    """Three real runs, and the rules say the same of each."""
    check = named(record_of(name), "other sizes", "real runs")
    assert (check.ours, check.theirs, check.verdict) == ("3", "3", "yes")
    assert check.is_binding


def test_a_size_at_which_the_rules_are_wrong_is_a_defect(record_of: RecordOf) -> None:
    """What a page offers to work out must be right."""
    record = record_of("Plain")
    first, *others = record.other_sizes
    wrong = first.model_copy(update={"macs": first.macs + 1})
    spoilt = record.model_copy(update={"other_sizes": (wrong, *others)})
    check = named(spoilt, "other sizes", "real runs")
    assert (check.ours, check.theirs, check.verdict) == ("2", "3", "no")


def test_sizes_that_nobody_tried_are_no_check(record_of: RecordOf) -> None:
    """Nor those of a net without rules."""
    untried = record_of("Plain").model_copy(update={"other_sizes": ()})
    for record in (untried, record_of("Refuses")):
        assert not [check for check in checks(record) if check.what == "other sizes"]


def test_a_network_that_takes_one_size_alone_holds_no_others(record_of: RecordOf) -> None:
    """It looks at the size itself, as mixers do: no rule can know, and no number is wrong."""
    record = record_of("OneSize")

    assert all(tried.error for tried in record.other_sizes)
    assert not [check for check in checks(record) if check.what == "other sizes"]
    assert not what_if(record, resizable(record)).is_offered
