"""Claims about connections: LeNet-5's are those that its authors counted."""

from functools import cache

import pytest
import torch
from light import light_record
from torch import Tensor, nn

from generator.analysis.connections import connections
from generator.records import Claim, ModelRecord, Quantity
from generator.zoo.nets.lenet import lenet5

PUBLISHED = {
    "c1": (156, 122_304),
    "s2": (12, 5_880),
    "c3": (1_516, 151_600),
    "s4": (32, 2_000),
    "c5": (48_120, 48_120),
    "f6": (10_164, 10_164),
    "output": (0, 840),
}
"""Trainable parameters and connections: LeCun et al. (1998), section II.B."""


@cache
def _lenet5() -> ModelRecord:
    return light_record(lenet5(), 1, 32, 32)


def test_lenet_5_has_its_published_connections() -> None:
    """Layer by layer, the partial C3 and the radial basis functions included; 340 908 in all."""
    rows = connections(_lenet5())
    assert {row.path: (row.params, row.connections) for row in rows} == PUBLISHED
    assert sum(row.params for row in rows) == 60_000
    assert sum(row.connections for row in rows) == 340_908


def test_what_a_source_claims_stands_beside_it() -> None:
    """Only claims about connections, and only where there is one."""
    said = [
        Claim(quantity=quantity, value=value, printed=str(value), source="paper", path=path)
        for quantity, value, path in (
            (Quantity.CONNECTIONS, 122_304, "c1"),
            (Quantity.PARAMETERS, 156, "s2"),
            (Quantity.CONNECTIONS, 340_908, ""),
        )
    ]
    expected = {row.path: row.expected for row in connections(_lenet5(), said)}
    assert expected == dict.fromkeys(PUBLISHED, None) | {"c1": 122_304}


class Distances(nn.Module):
    """Compare with stored prototypes in one operation, and with its own input."""

    def __init__(self) -> None:
        super().__init__()
        self.units = nn.Parameter(torch.ones(5, 12))

    def forward(self, x: Tensor) -> Tensor:
        flat = x.flatten(1)
        return torch.cdist(flat - flat.relu(), self.units)


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (nn.Sequential(nn.Conv2d(3, 4, 2)), 4 * (3 * 4 + 1)),
        (nn.Sequential(nn.Conv2d(3, 4, 2, bias=False)), 4 * 3 * 4),
        (nn.Sequential(nn.Conv2d(3, 6, 1, groups=3)), 4 * 6 * 2),
        (nn.Sequential(nn.Flatten(), nn.Linear(12, 7)), 7 * 13),
        (nn.Sequential(nn.Conv2d(3, 1, 1, bias=False), nn.AvgPool2d(2)), 4 * 3),
        (Distances(), 5 * 12),
    ],
    ids=["conv", "no bias", "groups", "linear", "untrained pooling", "distances"],
)
def test_connections_are_products_and_biases(net: nn.Module, expected: int) -> None:
    """Pooling without parameters connects nothing that can be trained, maps compared neither."""
    assert sum(row.connections for row in connections(light_record(net, 3, 2, 2))) == expected
