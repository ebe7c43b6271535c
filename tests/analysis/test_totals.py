"""Claims about totals: they are what torch counts, and what others publish."""

import csv
from pathlib import Path

import pytest
import torch
import toys
from conftest import RecordOf
from torch.utils.flop_counter import FlopCounterMode
from toys import RUNNING

from generator.analysis.checks import checks
from generator.analysis.cost import macs_by_node
from generator.analysis.kinds import Kind
from generator.analysis.layers import layers
from generator.analysis.outline import outline
from generator.analysis.stages import stages
from generator.analysis.totals import totals

_ZOO = ("alexnet", "vgg16", "googlenet", "resnet18", "shufflenet_v2_x0_5")


def _oracle(slug: str) -> dict[str, str]:
    """Return what five other counters say of a model; see tests/data/oracles.csv."""
    path = Path(__file__).parent.parent / "data" / "oracles.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return next(row for row in csv.DictReader(lines) if row["model"] == slug)


@pytest.mark.parametrize("name", RUNNING)
def test_parameters_are_counted_once_however_they_are_added_up(
    record_of: RecordOf, name: str
) -> None:
    """Σ layers = totals = Σ numel, also where a module is shared or never called."""
    record = record_of(name)
    numel = sum(parameter.numel() for parameter in getattr(toys, name)().parameters())
    assert sum(row.params for row in layers(record)) == totals(record).params == numel


@pytest.mark.parametrize("name", RUNNING)
def test_macs_are_counted_once_however_they_are_added_up(record_of: RecordOf, name: str) -> None:
    """Σ layers = Σ operations = Σ stages = Σ units = totals = half of FlopCounterMode's total."""
    record = record_of(name)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        getattr(toys, name)().eval()(torch.rand(1, 3, 17, 17))
    expected = counter.get_total_flops() // 2
    assert totals(record).macs == expected
    assert sum(row.macs for row in layers(record)) == expected
    assert sum(macs_by_node(record).values()) == expected
    assert sum(stage.macs for stage in stages(record)) == expected
    assert sum(unit.macs for unit in outline(record).units) == expected


@pytest.mark.parametrize("name", [name for name in RUNNING if name not in {"Shared", "Refuses"}])
def test_units_and_stages_hold_every_parameter_once(record_of: RecordOf, name: str) -> None:
    """Where every layer is called and the graph is known, nothing is lost or counted twice."""
    record = record_of(name)
    assert sum(unit.params for unit in outline(record).units) == totals(record).params
    assert sum(stage.params for stage in stages(record)) == totals(record).params


def test_a_shared_module_is_counted_once(record_of: RecordOf) -> None:
    """The second call costs MACs again and no parameters; the never-called layer has a row."""
    record = record_of("Shared")
    rows = [(row.path, row.call, row.params, row.macs) for row in layers(record)]
    assert rows == [("twice", 0, 84, 23409), ("twice", 1, 0, 23409), ("never", 0, 56, 0)]
    assert [unit.params for unit in outline(record).units] == [0, 84, 0]


def test_a_net_that_never_ran_has_parameters_and_no_more(record_of: RecordOf) -> None:
    """What was not observed is absent, not zero."""
    sums = totals(record_of("Raises"))
    assert (sums.params, sums.macs, sums.activations, sums.depth) == (56, None, None, None)


@pytest.mark.parametrize("name", RUNNING)
def test_weight_memory_is_parameters_and_buffers(record_of: RecordOf, name: str) -> None:
    """Bytes of everything a state dict holds."""
    state = getattr(toys, name)().state_dict().values()
    expected = sum(tensor.numel() * tensor.element_size() for tensor in state)
    assert totals(record_of(name)).weight_bytes == expected


@pytest.mark.parametrize("name", RUNNING)
def test_no_toy_contradicts_itself(record_of: RecordOf, name: str) -> None:
    """Every binding check of the page agrees."""
    assert [
        check for check in checks(record_of(name)) if check.is_binding and not check.agrees
    ] == []


@pytest.mark.parametrize(
    ("name", "depth"),
    [
        ("Plain", 3),
        ("ResidualNet", 8),
        ("Branches", 3),
        ("Shared", 2),
        ("Chain", 5),
        ("Gated", 4),
        ("Recurrent", 7),
        ("Refuses", 1),
    ],
)
def test_depth_is_the_longest_way_through_weighted_layers(
    record_of: RecordOf, name: str, depth: int
) -> None:
    """Side by side counts once, one after the other counts every time."""
    assert totals(record_of(name)).depth == depth


@pytest.mark.slow
@pytest.mark.parametrize("slug", _ZOO)
def test_totals_agree_with_other_counters(zoo_record_of: RecordOf, slug: str) -> None:
    """Parameters, MACs by torch, activations by fvcore."""
    sums, oracle = totals(zoo_record_of(slug)), _oracle(slug)
    assert sums.params == int(oracle["params_inference"])
    assert sums.macs == int(oracle["macs_torch_FlopCounterMode_div2"])
    assert sums.activations == int(oracle["fvcore_activations"])


@pytest.mark.slow
@pytest.mark.parametrize("slug", _ZOO)
def test_layers_are_as_many_as_others_count(zoo_record_of: RecordOf, slug: str) -> None:
    """Convolutions and linear layers, each in a row of its own."""
    rows, oracle = layers(zoo_record_of(slug)), _oracle(slug)
    assert sum(row.kind is Kind.CONV for row in rows) == int(oracle["conv2d"])
    assert sum(row.kind is Kind.LINEAR for row in rows) == int(oracle["linear"])


@pytest.mark.slow
@pytest.mark.parametrize("slug", _ZOO)
def test_rows_add_up_to_what_others_count(zoo_record_of: RecordOf, slug: str) -> None:
    """Σ layers = Σ numel, and = FlopCounterMode's total."""
    rows, oracle = layers(zoo_record_of(slug)), _oracle(slug)
    assert sum(row.params for row in rows) == int(oracle["params_inference"])
    assert sum(row.macs for row in rows) == int(oracle["macs_torch_FlopCounterMode_div2"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "depth"),
    [
        ("alexnet", 8),
        ("vgg16", 16),
        ("googlenet", 22),
        ("resnet18", 18),
        # By hand: conv1, 16 units whose longer branch is 1×1, depthwise, 1×1, then conv5 and fc:
        # 1 + 16·3 + 1 + 1 = 51. The name carries a width, not a depth.
        ("shufflenet_v2_x0_5", 51),
    ],
)
def test_depths_are_those_in_the_names(zoo_record_of: RecordOf, slug: str, depth: int) -> None:
    """AlexNet has 8 layers, VGG-16 16, GoogLeNet 22, ResNet-18 18."""
    assert totals(zoo_record_of(slug)).depth == depth


@pytest.mark.slow
@pytest.mark.parametrize("slug", _ZOO)
def test_every_check_of_the_zoo_agrees(zoo_record_of: RecordOf, slug: str) -> None:
    """Also torchinfo's count, once its biases and norms are taken out."""
    found = checks(zoo_record_of(slug))
    assert {check.source for check in found} >= {"sum over all layers", "torchinfo"}
    assert [check for check in found if not check.agrees] == []


@pytest.mark.slow
def test_lenet_as_it_is_taught_has_its_known_size(zoo_record_of: RecordOf) -> None:
    """Full connections to C3 and pooling without parameters: 61 706 and 416 520 MACs."""
    sums = totals(zoo_record_of("lenet_sigmoid"))
    assert (sums.params, sums.macs, sums.depth) == (61706, 416520, 5)
