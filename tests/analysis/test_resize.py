"""Claims about other input sizes: exact wherever a real run can be asked."""

import pytest
import torch
import toys
from conftest import RecordOf
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from generator.analysis.operations import operations
from generator.analysis.resize import Illegal, Resized, legal_squares, resizable, resize, trials
from generator.analysis.rules import Rules
from generator.capture.trace import export, nodes_of
from generator.capture.watch import Observation, module_tree, watch
from generator.records import ModelRecord, ParameterStats

# Their shapes follow from nothing but windows, sums and concatenations.
RESIZABLE = ("Plain", "ResidualNet", "Branches", "Functional", "Shared", "Gated", "Recurrent")


def _run(net: nn.Module, height: int, width: int) -> Observation:
    with watch(net, lambda *_: False) as seen:
        net(torch.zeros(1, 3, height, width))
    return seen


def _record(net: nn.Module, side: int = 32) -> ModelRecord:
    """Trace a net without the artifacts of a whole capture."""
    seen = _run(net.eval(), side, side)
    parameters = [
        ParameterStats(
            name=name, shape=tuple(p.shape), numel=p.numel(), bytes=4 * p.numel(),
            trainable=True, mean=None, std=None, min=None, max=None,
        )
        for name, p in net.named_parameters()
    ]  # fmt: skip
    return ModelRecord(
        slug="net",
        input_shape=(3, side, side),
        total_macs=sum(call.macs for call in seen.calls),
        modules=module_tree(net),
        calls=tuple(seen.calls),
        nodes=nodes_of(export(net, torch.zeros(1, 3, side, side)), net),
        parameters=tuple(parameters),
    )


def _rules(record: ModelRecord) -> Rules:
    rules = resizable(record)
    assert not rules.problem
    return rules


@pytest.mark.parametrize("name", RESIZABLE)
def test_rules_repeat_what_was_observed(record_of: RecordOf, name: str) -> None:
    """At the observed size every shape and the sum of all MACs come out again."""
    record = record_of(name)
    same = resize(_rules(record), record.input_shape[1:])
    assert isinstance(same, Resized)
    assert same.shapes == tuple(node.output_shape for node in operations(record))
    assert same.macs == record.total_macs


@pytest.mark.parametrize("name", RESIZABLE)
@settings(max_examples=12, deadline=None)
@given(height=st.integers(1, 70), width=st.integers(1, 70))
def test_rules_say_what_a_real_run_at_any_size_does(
    record_of: RecordOf, name: str, height: int, width: int
) -> None:
    """Shapes of all leaves and MACs are equal, and what torch refuses is called illegal."""
    record = record_of(name)
    found = resize(_rules(record), (height, width))
    try:
        seen = _run(getattr(toys, name)().eval(), height, width)
    except RuntimeError:
        assert isinstance(found, Illegal)
        return
    assert isinstance(found, Resized)
    assert found.macs == sum(call.macs for call in seen.calls)
    pairs = zip(_rules(record).rules, found.shapes, strict=True)
    ends = {(rule.path, rule.call): shape for rule, shape in pairs if shape}
    leaves = [call for call in seen.calls if call.is_leaf]
    assert [ends.get((c.path, c.call), c.output_shape) for c in leaves] == [
        call.output_shape for call in leaves
    ]


@pytest.mark.parametrize("name", RESIZABLE)
def test_rules_agree_with_the_sizes_a_capture_tried(record_of: RecordOf, name: str) -> None:
    """Three other sizes are run in every capture; all of them agree."""
    record = record_of(name)
    tried = trials(record, _rules(record))
    assert len(tried) == 3
    assert all(trial.agrees for trial in tried)


def test_a_wrong_rule_is_noticed(record_of: RecordOf) -> None:
    """Held against a run that gave other MACs, or that was refused, the trial says no."""
    record = record_of("Plain")
    wrong = record.other_sizes[0].model_copy(update={"macs": 1})
    refused = record.other_sizes[1].model_copy(update={"error": "RuntimeError: no"})
    shifted = record.other_sizes[2].model_copy(
        update={"outputs": ((1, 1, 1, 1), *record.other_sizes[2].outputs[1:])}
    )
    spoilt = record.model_copy(update={"other_sizes": (wrong, shifted)})
    assert [trial.agrees for trial in trials(spoilt, _rules(record))] == [False, False]
    spoilt = record.model_copy(update={"other_sizes": (refused,)})
    assert [trial.is_legal for trial in trials(spoilt, _rules(record))] == [False]


def test_a_window_that_no_longer_fits_is_named() -> None:
    """The first operation that cannot work, what it wants, and what it would get."""
    net = nn.Sequential(nn.Conv2d(3, 2, 5), nn.MaxPool2d(3, 2), nn.Conv2d(2, 2, 3))
    rules = _rules(_record(net))
    found = resize(rules, (9, 32))
    assert isinstance(found, Illegal)
    assert (found.reason, found.wanted, found.got) == ("window", (3, 3), (2, 13))
    assert legal_squares(rules, 64) == ((11, 64),)
    with pytest.raises(RuntimeError):
        net(torch.zeros(1, 3, 9, 32))


def test_flattened_maps_fit_some_sizes_only() -> None:
    """A dense layer takes the sizes that leave it the number of features it was made for."""
    net = nn.Sequential(nn.Conv2d(3, 2, 3, stride=4), nn.Flatten(), nn.Linear(2 * 8 * 8, 4))
    rules = _rules(_record(net))
    assert legal_squares(rules, 64) == ((31, 34),)
    found = resize(rules, (40, 40))
    assert isinstance(found, Illegal)
    assert (found.reason, found.wanted, found.got) == ("features", (128,), (200,))


class _Fixed(nn.Module):
    """A learned map is added to the maps: one size only."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(1, 2, 32, 32))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return (self.conv(pictures) + self.place).mean((2, 3))


def test_a_learned_map_fixes_the_size() -> None:
    """What is added value by value must be as large."""
    rules = _rules(_record(_Fixed()))
    assert legal_squares(rules, 64) == ((1, 1), (32, 32))
    assert isinstance(resize(rules, (33, 32)), Illegal)


class _Patches(nn.Module):
    """Height is cut into pieces of four: how many depends on the size in a way no rule knows."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        maps = self.conv(pictures)
        return maps.view(maps.shape[0], 2, maps.shape[2] // 4, 4, maps.shape[3]).mean((2, 3, 4))


def test_what_no_rule_covers_is_said() -> None:
    """Better no answer than a wrong one; the operation is named."""
    assert resizable(_record(_Patches())) == Rules((), "view")


def test_without_a_trace_there_are_no_rules(record_of: RecordOf) -> None:
    """The order of calls alone does not tell how shapes follow."""
    assert resizable(record_of("Refuses")).rules == ()
