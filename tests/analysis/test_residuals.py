"""Claims about why counts differ: every reason has a size, and the sizes add up."""

import csv
from pathlib import Path

import pytest
from hollow import hollow_record
from light import light_record
from torch import Tensor, nn

from generator.analysis.residuals import (
    auxiliary_heads,
    biases,
    norm_parameters,
    norm_scales,
    norm_statistics,
    quantity_of,
    residual,
    stride_in_pointwise,
)
from generator.analysis.totals import totals
from generator.records import ModelSpec, Quantity, Reference, Residual
from generator.zoo.families import zoo_entries


class Tailed(nn.Module):
    """A shared 1×1 and norm, a stride behind two norms, an auxiliary head nobody calls."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = nn.Conv2d(3, 4, 1, bias=False)
        self.again = nn.Conv2d(4, 4, 1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.unlearned = nn.BatchNorm2d(4, affine=False)
        self.biased = nn.Conv2d(4, 8, 3, stride=2, padding=1)
        self.aux1 = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.again(self.again(self.plain(x)))).relu()
        return self.biased(self.unlearned(self.norm(x)))


RECORD = light_record(Tailed(), 3, 9, 9)


def test_a_shared_layer_counts_once() -> None:
    """4 channels for each convolution without bias, 2 per channel of two norms."""
    assert (biases(RECORD), norm_statistics(RECORD)) == (8, 16)
    assert (norm_scales(RECORD), norm_parameters(RECORD)) == (-4, -8)


def test_a_stride_taken_over_by_the_1x1_saves_what_it_no_longer_computes() -> None:
    """81 places become 25, of 4 × 4 products each; found through norms and activations."""
    assert stride_in_pointwise(RECORD) == -(81 - 25) * 16


def test_heads_that_were_built_are_taken_away_and_others_added() -> None:
    """The published figure has them or not; the record says which."""
    built = 8 * 5 + 5
    assert auxiliary_heads(RECORD) == -built
    reference = Reference(source="them", weights_tag="V1", auxiliary_params=45)
    bare = [stats for stats in RECORD.parameters if not stats.name.startswith("aux")]
    without = RECORD.model_copy(update={"parameters": tuple(bare), "reference": reference})
    assert auxiliary_heads(without) == 45
    assert auxiliary_heads(without.model_copy(update={"reference": None})) == 0


@pytest.mark.parametrize("reason", list(Residual))
def test_every_reason_has_a_name_and_a_size(reason: Residual) -> None:
    """And says what it is added to."""
    part = residual(reason, RECORD)
    assert part.name
    assert isinstance(part.amount, int)
    assert quantity_of(reason) in {Quantity.PARAMETERS, Quantity.MACS}


@pytest.mark.parametrize("entry", zoo_entries(), ids=lambda entry: entry.slug)
def test_a_claim_names_only_reasons_for_its_own_quantity(entry: ModelSpec) -> None:
    """Biases explain no difference of connections."""
    wrong = [c for c in entry.claims for r in c.residuals if quantity_of(r) is not c.quantity]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "macs", "as_in_the_paper"),
    [
        ("resnet50", 4_089_184_256, 3_857_973_248),
        ("resnet101", 7_801_405_440, 7_570_194_432),
        ("resnet152", 11_513_626_624, 11_282_415_616),
    ],
)
def test_the_papers_strides_cost_what_the_residual_says(
    name: str, macs: int, as_in_the_paper: int
) -> None:
    """Computed from torchvision's net, and observed in one with the strides swapped."""
    record = hollow_record(name)
    assert totals(record).macs == macs
    assert macs + stride_in_pointwise(record) == as_in_the_paper
    swapped = hollow_record(name, strides_early=True)
    assert totals(swapped).macs == as_in_the_paper
    assert stride_in_pointwise(swapped) == 0


def _keras() -> list[tuple[str, int]]:
    path = Path(__file__).parent.parent / "data" / "oracles.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(row["model"], int(row["keras_params"])) for row in rows if row["keras_params"]]


_KERAS_DROPS = {
    "inception_v3": (norm_statistics, norm_scales),
    "resnet50": (norm_statistics, biases),
    "resnet101": (norm_statistics, biases),
    "resnet152": (norm_statistics, biases),
}
"""What Keras builds otherwise; everywhere else it only counts BatchNorm's statistics too."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "theirs"), _keras())
def test_kerass_parameters_are_explained_to_the_last(name: str, theirs: int) -> None:
    """ResNet-50: 25 557 032 + 53 120 statistics + 26 560 biases = 25 636 712."""
    record = hollow_record(name)
    reasons = _KERAS_DROPS.get(name, (norm_statistics,))
    ours = sum(s.numel for s in record.parameters if not s.name.lower().startswith("aux"))
    assert ours + sum(reason(record) for reason in reasons) == theirs


@pytest.mark.slow
def test_resnet_50_has_26_560_biases_less_than_keras() -> None:
    """And 53 120 statistics, as its 53 BatchNorms have 26 560 channels."""
    record = hollow_record("resnet50")
    assert (biases(record), norm_statistics(record)) == (26_560, 53_120)
