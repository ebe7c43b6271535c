"""Claims about outlines: few units, repetitions folded, and nothing cut off."""

from collections import Counter

import pytest
import torch
from conftest import RecordOf
from hollow import hollow_record
from light import light_record
from structures import zoo
from torch import Tensor, nn
from toys import RUNNING, Residual

from generator.analysis.kinds import Kind
from generator.analysis.operations import operations
from generator.analysis.outline import Outline, outline
from generator.analysis.stages import stages
from generator.analysis.units import Loop
from generator.records import ModelRecord


def _titles(record: ModelRecord) -> list[tuple[str, int]]:
    return [(unit.title, unit.count) for unit in outline(record).units]


def _reached(whole: Outline) -> set[str]:
    """Return what data from the input arrives at."""
    reached = {unit.id for unit in whole.units if unit.kind is Kind.INPUT}
    for _ in whole.units:
        reached |= {target for source, target in whole.edges if source in reached}
    return reached


def _renamed(record: ModelRecord, old: str, new: str) -> ModelRecord:
    text = record.model_dump_json().replace(f'"{old}', f'"{new}')
    return ModelRecord.model_validate_json(text)


@pytest.mark.parametrize("name", RUNNING)
def test_every_unit_is_reached_from_the_input(record_of: RecordOf, name: str) -> None:
    """Whatever is folded, no edge is lost, and none leads to something that is not drawn."""
    whole = outline(record_of(name))
    ids = [unit.id for unit in whole.units]
    assert len(ids) == len(set(ids)) > 1
    assert _reached(whole) == set(ids)
    assert all(source != target for source, target in whole.edges)


def test_a_chain_of_equals_is_one_unit(record_of: RecordOf) -> None:
    """Four convolutions in a row are drawn once, two side by side are drawn twice."""
    assert _titles(record_of("Chain")) == [
        ("input", 1),
        ("conv 3×3", 4),
        ("conv 3×3", 1),
        ("conv 3×3", 1),
        ("add", 1),
        ("global average pool", 1),
        ("output", 1),
    ]


def test_equal_blocks_in_a_row_are_one_unit(record_of: RecordOf) -> None:
    """A block of another stride stays apart."""
    blocks = [u for u in outline(record_of("ResidualNet")).units if u.kind is Kind.BLOCK]
    assert [(u.title, u.count, u.stride) for u in blocks] == [
        ("Residual", 2, 1),
        ("Residual", 1, 2),
    ]
    assert [u.params for u in blocks] == [152, 236]


def test_a_block_applied_thrice_is_drawn_as_three(record_of: RecordOf) -> None:
    """Each call is a unit of the chain, the parameters are those of one."""
    (block,) = (u for u in outline(record_of("Recurrent")).units if u.kind is Kind.BLOCK)
    assert (block.count, block.params, block.macs) == (3, 76, 48600)


def test_a_ladder_of_plain_functions_is_one_unit(record_of: RecordOf) -> None:
    """Three dense layers and the concatenation that ends them: 4 maps become 10."""
    (ladder,) = (u for u in outline(record_of("FunctionalLadder")).units if u.count > 1)
    assert (ladder.count, ladder.loop) == (3, Loop.DENSE)
    assert (ladder.input_shape[1], ladder.output_shape[1]) == (4, 10)


def test_blocks_that_occur_once_without_a_module_are_drawn_out(record_of: RecordOf) -> None:
    """Nothing is gained by a box around a split that can be seen."""
    assert all(u.kind is not Kind.BLOCK for u in outline(record_of("Branches")).units)


def test_a_gate_stands_in_the_stage_of_its_maps(record_of: RecordOf) -> None:
    """It has no positions of its own."""
    strides = [unit.stride for unit in outline(record_of("Gated")).units]
    assert strides == [1, 2, 2, 2, 2, 2, None, None, None]


class Early(nn.Module):
    """A constant that is computed before anything is read."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 3)
        self.bias = nn.Parameter(torch.ones(1, 2, 1, 1))

    def forward(self, maps: Tensor) -> Tensor:
        bias = torch.relu(self.bias)
        return self.second(self.first(maps)) * bias


def test_a_constant_is_drawn_with_what_reads_it() -> None:
    """Also when it is made first; units stand in the order in which data meets them."""
    units = outline(light_record(Early(), 2, 8, 8)).units
    assert [unit.title for unit in units] == ["input", "conv 1×1", "conv 3×3", "output"]
    assert sum(unit.params for unit in units) == 6 + 38 + 2


class Shortcuts(nn.Module):
    """A block of a class of its own, four times; the net adds what enters to what it makes."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Residual(2, 2) for _ in range(4))

    def forward(self, maps: Tensor) -> Tensor:
        for block in self.blocks:
            maps = maps + block(maps)
        return maps


def test_a_shortcut_around_every_block_of_a_run_is_told() -> None:
    """The sums between them get no boxes."""
    units = outline(light_record(Shortcuts(), 2, 8, 8)).units
    assert [(u.title, u.count, u.loop) for u in units if u.kind is Kind.BLOCK] == [
        ("Residual", 4, Loop.RESIDUAL)
    ]
    assert len(units) == 3


def test_a_split_is_drawn(record_of: RecordOf) -> None:
    """What a convolution makes is not what one half of it holds."""
    units = {unit.title: unit for unit in outline(record_of("Branches")).units}
    assert units["conv 3×3 /2"].output_shape == (1, 4, 8, 8)
    assert units["split"].output_shape == (1, 2, 8, 8)


def test_what_follows_is_drawn_with_what_it_follows(record_of: RecordOf) -> None:
    """Norms, activations and reshapes get no box of their own; their parameters stay."""
    assert _titles(record_of("Plain")) == [
        ("input", 1),
        ("conv 3×3 /2", 1),
        ("max pool 2×2 /2", 1),
        ("conv 3×3", 1),
        ("global average pool", 1),
        ("linear", 1),
        ("output", 1),
    ]


def test_a_leaf_without_weights_is_one_operation(record_of: RecordOf) -> None:
    """Local response normalisation is ten operations to torch and one to a reader."""
    record = record_of("Padded")
    inside = [node for node in record.nodes if node.path == "normalise"]
    whole = [node for node in operations(record) if node.path == "normalise"]
    assert len(inside) > len(whole) == 1
    assert (whole[0].op, whole[0].inputs) == ("LocalResponseNorm", ("conv2d_1",))
    assert {"mul", "pow", "div"}.isdisjoint(title for title, _ in _titles(record)[:6])


def test_flattening_does_not_hide_a_blocks_shape(record_of: RecordOf) -> None:
    """A block whose output is flattened at once is drawn with the maps it makes."""
    record = record_of("ResidualNet")
    (pool,) = (node for node in record.nodes if node.op == "mean")
    flat = pool.model_copy(
        update={"op": "flatten", "output_shape": (1, 4 * 9 * 9), "arguments": {}}
    )
    nodes = tuple(flat if node is pool else node for node in record.nodes)
    block = outline(record.model_copy(update={"nodes": nodes})).units[3]
    assert (block.title, block.output_shape, block.stride) == ("Residual", (1, 4, 9, 9), 2)


def test_a_number_sign_in_a_name_is_part_of_it(record_of: RecordOf) -> None:
    """Torch allows it in module names, and units are told apart by one."""
    record = _renamed(record_of("Recurrent"), "again", "a#gain#1")
    assert outline(record).units[2].path == "a#gain#1"


def test_hooks_alone_give_a_chain(record_of: RecordOf) -> None:
    """Where the trace failed, leaves stand in the order of their calls."""
    whole = outline(record_of("Unseen"))
    assert [(unit.kind, unit.macs) for unit in whole.units] == [(Kind.INPUT, 0), (Kind.CONV, 24300)]


def test_a_net_that_never_ran_has_no_outline(record_of: RecordOf) -> None:
    """Nothing was observed, so nothing is drawn."""
    assert outline(record_of("Raises")) == Outline((), ())


@pytest.mark.slow
def test_vgg_is_five_runs_of_convolutions(zoo_record_of: RecordOf) -> None:
    """2, 2, 3, 3, 3: the first of each run widens, so it stands alone or runs along."""
    units = [u for u in outline(zoo_record_of("vgg16")).units if u.kind is Kind.CONV]
    runs: dict[int | None, int] = {}
    for unit in units:
        runs[unit.stride] = runs.get(unit.stride, 0) + unit.count
    assert list(runs.values()) == [2, 2, 3, 3, 3]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("resnet50", "Bottleneck", [3, 4, 6, 3]),
        ("densenet121", "Dense layer", [6, 12, 24, 16]),
        ("googlenet", "Inception", [2, 5, 2]),
        ("mobilenet_v2", "Inverted residual", [1, 2, 3, 4, 3, 3, 1]),
        ("efficientnet_b0", "MBConv", [1, 2, 2, 3, 3, 4, 1]),
        ("shufflenet_v2_x1_0", "Inverted residual", [4, 8, 4]),
        ("regnet_x_400mf", "Res bottleneck block", [1, 2, 7, 12]),
        ("convnext_tiny", "CNBlock", [3, 3, 9, 3]),
    ],
)
def test_folded_blocks_are_the_rows_of_the_papers_table(
    name: str, title: str, expected: list[int]
) -> None:
    """Blocks of one stage and width are one unit, whichever of them widens and strides."""
    units = outline(hollow_record(name)).units
    assert [unit.count for unit in units if unit.title == title] == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "slug", ["alexnet", "vgg16", "googlenet", "resnet18", "shufflenet_v2_x0_5", "lenet_sigmoid"]
)
def test_outlines_of_the_zoo_fit_on_a_page(zoo_record_of: RecordOf, slug: str) -> None:
    """At most thirty boxes, all reached, and none lost."""
    whole = outline(zoo_record_of(slug))
    assert len(whole.units) <= 30
    assert _reached(whole) == {unit.id for unit in whole.units}


@pytest.mark.parametrize(
    "slug", ["resnet50", "mobilenet_v2", "inception_v3", "shufflenet_v2_x1_0", "regnet_y_400mf"]
)
def test_what_is_drawn_at_a_stride_costs_what_the_stage_does(slug: str) -> None:
    """So that the frames of the drawing and the table beside it tell the same shares."""
    drawn: Counter[int | None] = Counter()
    for unit in outline(zoo(slug)).units:
        if unit.kind not in {Kind.INPUT, Kind.OUTPUT}:
            drawn[unit.stride] += unit.macs
    assert {stage.stride: stage.macs for stage in stages(zoo(slug))} == dict(drawn)
