"""Claims about what a page's script gets to work out other input sizes with."""

from dataclasses import replace

import pytest
from conftest import RecordOf
from light import light_record
from rows import sections
from torch import nn

from generator.analysis.resize import Resized, Trial, resizable, resize
from generator.analysis.rules import Rules
from generator.records import ModelRecord
from generator.render import formats
from generator.render.layer_table import rows_of
from generator.render.whatif import WhatIf, recipe, what_if

NAMES = ("Plain", "ResidualNet", "Branches", "Functional", "Shared", "Gated", "Recurrent")


def found(record: ModelRecord) -> WhatIf:
    """Find out what a page offers."""
    return what_if(record, resizable(record))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_offered_where_every_real_run_agrees(record_of: RecordOf, name: str) -> None:
    """Three sizes were tried, and the rules said the same of all."""
    offered = found(record_of(name))
    assert len(offered.trials) == 3
    assert offered.is_offered


def test_one_run_that_disagrees_takes_the_offer_back(record_of: RecordOf) -> None:
    """Better nothing than something that is wrong somewhere."""
    record = record_of("Plain")
    first, *others = record.other_sizes
    wrong = first.model_copy(update={"macs": first.macs + 1})
    spoilt = record.model_copy(update={"other_sizes": (wrong, *others)})
    assert not found(spoilt).is_offered


def test_without_a_real_run_nothing_is_offered(record_of: RecordOf) -> None:
    """Rules that nobody checked are none."""
    assert not found(record_of("Plain").model_copy(update={"other_sizes": ()})).is_offered


@pytest.mark.parametrize("name", ["Refuses", "Raises"])
def test_without_rules_nothing_is_offered(record_of: RecordOf, name: str) -> None:
    """A net that was not traced, or never ran, has none."""
    offered = found(record_of(name))
    assert not offered.is_offered
    assert (offered.legal, offered.smallest, offered.ranges) == ((), None, "")


@pytest.mark.parametrize("name", NAMES)
def test_the_recipe_fills_the_rows_of_the_table(record_of: RecordOf, name: str) -> None:
    """At the observed size, what the script would write into a row is what stands there.

    Rules add up by row as the script adds them; whatever costs MACs has a row.
    """
    record = record_of(name)
    offered = found(record)
    plain = recipe(record, offered)
    same = resize(offered.rules, record.input_shape[1:])
    assert isinstance(same, Resized)
    table = {row.anchor: row.layer for row in rows_of(sections(record))}
    shown: dict[str, tuple[str, int, int]] = {}
    for rule, shape in zip(plain["rules"], same.shapes, strict=True):
        if "row" not in rule:
            continue
        size = formats.shape(shape)
        _, macs, activations = shown.get(rule["row"], ("", 0, 0))
        values = 1
        for side in shape:
            values *= side
        cost = rule.get("macs", 0)
        shown[rule["row"]] = (size, macs + cost * values, activations + (values if cost else 0))
    for anchor, (size, macs, activations) in shown.items():
        assert anchor in table or not macs
        if anchor in table:
            layer = table[anchor]
            assert (size, macs, activations) == (
                formats.shape(layer.output_shape),
                layer.macs,
                layer.activations,
            )
    called = {row.anchor for row in rows_of(sections(record)) if row.layer.output_shape}
    assert called <= set(shown)


def test_the_recipe_knows_what_was_observed(record_of: RecordOf) -> None:
    """Input, sums and legal sizes, so that the script can compare."""
    record = record_of("Plain")
    offered = found(record)
    plain = recipe(record, offered)
    assert plain["input"] == record.input_shape
    assert plain["macs"] == record.total_macs
    assert plain["legal"] == offered.legal
    assert len(plain["rules"]) == len(offered.rules.rules)


def _net(*modules: nn.Module) -> WhatIf:
    return found(light_record(nn.Sequential(*modules), 3, 32, 32))


def test_from_the_smallest_on_every_size_works() -> None:
    """A 5×5, a pooling and a 3×3 need eleven pixels."""
    offered = _net(nn.Conv2d(3, 2, 5), nn.MaxPool2d(3, 2), nn.Conv2d(2, 2, 3))
    assert (offered.smallest, offered.ranges) == (11, "11–64")
    assert offered.upto == 64


def test_a_net_that_takes_a_few_sizes_names_them() -> None:
    """A dense layer on flattened maps: no smallest size, but ranges."""
    offered = _net(nn.Conv2d(3, 2, 3, stride=4), nn.Flatten(), nn.Linear(2 * 8 * 8, 4))
    assert (offered.smallest, offered.ranges) == (None, "31–34")


@pytest.mark.parametrize(
    ("legal", "said"),
    [
        (((5, 5),), "5"),
        (((1, 2), (4, 4), (6, 9)), "1–2, 4, 6–9"),
        (((1, 1), (3, 3), (5, 5), (7, 7)), ""),
        ((), ""),
    ],
)
def test_ranges_are_named_while_they_are_few(legal: tuple[tuple[int, int], ...], said: str) -> None:
    """A single size is no range; more than three are no sentence."""
    assert WhatIf(Rules(()), legal, 10, ()).ranges == said


def test_sizes_that_ran_are_named(record_of: RecordOf) -> None:
    """Height by width of each trial."""
    offered = found(record_of("Plain"))
    tried = (Trial((3, 8, 9), is_legal=True, agrees=True),)
    assert replace(offered, trials=tried).tried == "8×9"
