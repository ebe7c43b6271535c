"""Claims about other ways to count the same network."""

import csv
from pathlib import Path

import pytest
from conftest import RecordOf
from hollow import hollow_record
from light import light_record
from torch import nn

from generator.analysis.conventions import conventions


def _oracles() -> list[tuple[str, int]]:
    path = Path(__file__).parent.parent / "data" / "oracles.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [(row["model"], int(row["fvcore_total"])) for row in csv.DictReader(lines)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "total"), _oracles())
def test_norms_and_pooling_make_up_what_fvcore_counts_more(name: str, total: int) -> None:
    """To the digit, for every network that it was run on; ResNet-50: 4 111 512 576."""
    record = hollow_record(name)
    found = [convention.total for convention in conventions(record)]
    assert (found or [record.total_macs]) == [total]


def test_a_convention_adds_its_parts_up() -> None:
    """Two per output of BatchNorm, one per input of adaptive average pooling."""
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1))
    (found,) = conventions(light_record(net, 3, 5, 5))
    assert [part.amount for part in found.parts] == [2 * 100, 100]
    assert found.total == found.macs + 300 == 600


def test_a_net_without_either_has_one_count() -> None:
    """Nothing is shown where nothing differs."""
    assert conventions(light_record(nn.Sequential(nn.Conv2d(3, 4, 1)), 3, 5, 5)) == ()


def test_what_never_ran_has_no_count(record_of: RecordOf) -> None:
    """No total, no other total."""
    assert conventions(record_of("Raises")) == ()
