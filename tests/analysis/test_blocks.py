"""Claims about blocks: what counts as one, and which are built alike."""

import pytest
from conftest import RecordOf

from generator.analysis.blocks import BlockGroup, block_groups
from generator.analysis.tree import block_paths, is_below
from generator.records import Argument, ModelRecord, ModuleCall, ModuleInfo, Node, Shape


def _record(*modules: tuple[str, str], weighted: tuple[str, ...]) -> ModelRecord:
    """Make a record of modules (path, class); those that have weights are leaves with MACs."""
    return ModelRecord(
        slug="net",
        input_shape=(3, 8, 8),
        modules=tuple(
            ModuleInfo(
                path=path, type=kind, is_leaf=path in weighted, is_plain=kind == "Sequential"
            )
            for path, kind in modules
        ),
        calls=tuple(
            ModuleCall(
                path=path, call=0, type=kind, is_leaf=path in weighted, macs=path in weighted
            )
            for path, kind in modules
        ),
    )


def _conv(name: str, producer: str, shape: Shape, arguments: dict[str, Argument]) -> Node:
    return Node(
        id=name,
        op="conv2d",
        path=f"b.{name}",
        inputs=(producer,),
        output_shape=shape,
        arguments=arguments,
    )


def test_blocks_are_grouped_by_class_stride_and_weighted_layers(record_of: RecordOf) -> None:
    """The block with stride 2 has a projection more; the other two are alike."""
    assert block_groups(record_of("ResidualNet")) == (
        BlockGroup("Residual", "stride 1, 2 weighted layers", ("blocks.0", "blocks.1")),
        BlockGroup("Residual", "stride 2, 3 weighted layers", ("blocks.2",)),
    )


def test_a_block_applied_thrice_is_one_block(record_of: RecordOf) -> None:
    """Its layers are counted once, however often they run."""
    (group,) = block_groups(record_of("Recurrent"))
    assert group == BlockGroup("Residual", "stride 1, 2 weighted layers", ("again",))


def test_a_block_that_only_trims_its_border_has_stride_1() -> None:
    """5×5 becomes 3×3 without padding: the graph knows that nothing was skipped, sizes do not."""
    record = _record(("", "Net"), ("b", "B"), ("b.c", "C"), ("b.d", "D"), weighted=("b.c", "b.d"))
    trims = {"input_shape": (1, 1, 5, 5), "output_shape": (1, 1, 3, 3)}
    calls = tuple(call.model_copy(update=trims) for call in record.calls)
    kernel: dict[str, Argument] = {"weight_shape": (1, 1, 2, 2)}
    nodes = (
        Node(id="x", op="input", path="", output_shape=(1, 1, 5, 5)),
        _conv("c", "x", (1, 1, 4, 4), kernel),
        _conv("d", "c", (1, 1, 3, 3), kernel),
    )
    (group,) = block_groups(record.model_copy(update={"calls": calls, "nodes": nodes}))
    assert group.variant == "stride 1, 2 weighted layers"


def test_hooks_alone_find_blocks_too(record_of: RecordOf) -> None:
    """Without a graph the sizes have to tell the stride."""
    record = record_of("ResidualNet").model_copy(update={"nodes": ()})
    assert block_groups(record) == block_groups(record_of("ResidualNet"))


@pytest.mark.parametrize("name", ["Plain", "Functional", "Shared", "Refuses", "Raises", "Chain"])
def test_plain_nets_have_no_blocks(record_of: RecordOf, name: str) -> None:
    """A bare Sequential is no block, nor is the model itself."""
    assert block_groups(record_of(name)) == ()


def test_of_nested_blocks_the_outer_one_counts() -> None:
    """A class that repeats is the block, whatever it is made of."""
    record = _record(
        ("", "Net"),
        *(("a", "Outer"), ("a.x", "Inner"), ("a.x.1", "C"), ("a.x.2", "C"), ("a.y", "C")),
        *(("b", "Outer"), ("b.x", "Inner"), ("b.x.1", "C"), ("b.x.2", "C"), ("b.y", "C")),
        weighted=("a.x.1", "a.x.2", "a.y", "b.x.1", "b.x.2", "b.y"),
    )
    assert block_paths(record) == ("a", "b")


def test_a_wrapper_that_occurs_once_is_looked_through() -> None:
    """A backbone in its own class is no block when what repeats is inside."""
    record = _record(
        ("", "Net"),
        ("backbone", "Backbone"),
        *(("backbone.a", "B"), ("backbone.a.1", "C"), ("backbone.a.2", "C")),
        *(("backbone.b", "B"), ("backbone.b.1", "C"), ("backbone.b.2", "C")),
        weighted=("backbone.a.1", "backbone.a.2", "backbone.b.1", "backbone.b.2"),
    )
    assert block_paths(record) == ("backbone.a", "backbone.b")


def test_one_layer_called_twice_makes_no_block() -> None:
    """A block has two weighted layers, not two calls of one."""
    record = _record(("", "Net"), ("a", "Twice"), ("a.c", "C"), weighted=("a.c",))
    twice = (*record.calls, record.calls[-1].model_copy(update={"call": 1}))
    assert block_paths(record.model_copy(update={"calls": twice})) == ()


@pytest.mark.parametrize(
    ("path", "ancestor", "expected"),
    [("a.b", "a", True), ("a", "a", True), ("ab", "a", False), ("x", "", True)],
)
def test_below_is_a_matter_of_whole_names(path: str, ancestor: str, *, expected: bool) -> None:
    """layer10 does not lie under layer1."""
    assert is_below(path, ancestor) is expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("alexnet", {}),
        ("vgg16", {}),
        ("resnet18", {"BasicBlock": (5, 3)}),
        ("googlenet", {"Inception": (9,)}),
        ("shufflenet_v2_x0_5", {"InvertedResidual": (3, 13)}),
    ],
)
def test_the_zoo_has_its_known_blocks(
    zoo_record_of: RecordOf, slug: str, expected: dict[str, tuple[int, ...]]
) -> None:
    """8 basic blocks, 3 of them with a projection; 9 Inception; 16 units, 3 with stride 2."""
    found: dict[str, tuple[int, ...]] = {}
    for group in block_groups(zoo_record_of(slug)):
        found[group.kind] = (*found.get(group.kind, ()), len(group.paths))
    assert found == expected


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["resnet18", "shufflenet_v2_x0_5"])
def test_three_blocks_of_the_zoo_halve_the_resolution(zoo_record_of: RecordOf, slug: str) -> None:
    """The others keep it."""
    groups = block_groups(zoo_record_of(slug))
    assert [len(g.paths) for g in groups if g.variant.startswith("stride 2, ")] == [3]
