"""Claims about outlines: few units, repetitions folded, and nothing cut off."""

import pytest
from conftest import RecordOf
from toys import RUNNING

from generator.analysis.kinds import Kind
from generator.analysis.operations import operations
from generator.analysis.outline import Outline, outline
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


def test_a_split_is_drawn(record_of: RecordOf) -> None:
    """What a convolution makes is not what one half of it holds."""
    units = {unit.title: unit for unit in outline(record_of("Branches")).units}
    assert units["conv 3×3 /2"].output_shape == (1, 4, 8, 8)
    assert units["chunk"].output_shape == (1, 2, 8, 8)


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
    whole = outline(record_of("Refuses"))
    assert [(unit.kind, unit.macs) for unit in whole.units] == [(Kind.INPUT, 0), (Kind.CONV, 12150)]


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
    "slug", ["alexnet", "vgg16", "googlenet", "resnet18", "shufflenet_v2_x0_5", "lenet_sigmoid"]
)
def test_outlines_of_the_zoo_fit_on_a_page(zoo_record_of: RecordOf, slug: str) -> None:
    """At most thirty boxes, all reached, and none lost."""
    whole = outline(zoo_record_of(slug))
    assert len(whole.units) <= 30
    assert _reached(whole) == {unit.id for unit in whole.units}
