"""Claims about what networks spend at each output stride."""

import pytest
from conftest import RecordOf
from structures import zoo
from toys import ALL, RUNNING

from generator.analysis.footprint import (
    Spent,
    aligned_stages,
    elsewhere,
    footprint,
    receptive_field,
    rows,
)
from generator.analysis.totals import totals


@pytest.mark.parametrize("name", ALL)
def test_stages_add_up_to_the_totals(record_of: RecordOf, name: str) -> None:
    """Whatever the wiring, called or not, traced or not."""
    whole, spent = totals(record_of(name)), footprint(record_of(name))
    assert sum(one.params for one in spent) == whole.params
    assert sum(one.macs for one in spent) == (whole.macs or 0)
    assert sum(one.activations for one in spent) == (whole.activations or 0)


@pytest.mark.parametrize("name", RUNNING)
def test_the_receptive_field_grows_stage_by_stage(record_of: RecordOf, name: str) -> None:
    """Growth adds up to the field of the last maps, and never shrinks."""
    spent = footprint(record_of(name))
    grown = [row.growth for row in rows(spent).values()]
    assert sum(grown) == (receptive_field(spent) or 0)
    assert min(grown) >= 0


def test_a_stage_says_what_is_in_it(record_of: RecordOf) -> None:
    """Resolution, channels, blocks; the head has no field."""
    body, late, head = footprint(record_of("ResidualNet"))
    assert (body.name, body.stride, body.resolution, body.channels) == ("1", 1, (17, 17), 2)
    assert (body.blocks, body.receptive_field) == (2, 11)
    assert (late.name, late.receptive_field) == ("2", 17)
    assert (head.name, head.stride, head.receptive_field) == ("head", None, None)


def test_what_is_never_called_has_a_row_of_its_own(record_of: RecordOf) -> None:
    """Its parameters would be missing otherwise."""
    *_, last = footprint(record_of("Shared"))
    assert (last.name, last.params, last.macs) == ("not called", 56, 0)
    assert elsewhere([last], 56, 0, None) == []


def _at(*names: str) -> list[Spent]:
    return [Spent(name, None, (), 0, 0, 0, 0, 0, None) for name in names]


def test_stages_of_unlike_networks_stand_side_by_side() -> None:
    """Strides ascend as numbers do; words come last; a stage that is missing leaves a gap."""
    models = [_at("2", "16", "head"), _at("4", "head", "not called"), []]
    table = [(name, [spent is not None for spent in row]) for name, row in aligned_stages(models)]
    assert table == [
        ("2", [True, False, False]),
        ("4", [False, True, False]),
        ("16", [True, False, False]),
        ("head", [True, True, False]),
        ("not called", [False, True, False]),
    ]


def test_no_networks_have_no_stages() -> None:
    """Nothing to align."""
    assert aligned_stages([]) == ()
    assert receptive_field([]) is None


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "field"), [("alexnet", 195), ("vgg16", 212), ("resnet50", 427)])
def test_the_field_of_known_networks(slug: str, field: int) -> None:
    """As published: AlexNet and VGG behind the last pooling, ResNet-50 as torchvision builds it."""
    assert receptive_field(footprint(zoo(slug))) == field
