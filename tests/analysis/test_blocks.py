"""Claims about blocks: what counts as one, how often it is used, and what its ends are."""

from pathlib import Path

import pytest
from conftest import RecordOf
from hollow import hollow_record
from light import light_record
from torch import Tensor, nn
from toys import TRACED, Residual

from generator.analysis.blocks import BlockGroup, block_groups, blocks
from generator.analysis.operations import operations
from generator.capture.build import build
from generator.config import WeightsPolicy
from generator.records import ModelRecord, TraceMethod
from generator.zoo.families import zoo_entries

Counts = dict[str, dict[str, int]]
"""How often each variant of each kind is used."""


def _counts(record: ModelRecord) -> Counts:
    found: Counts = {}
    for group in block_groups(record):
        found.setdefault(group.kind, {})[group.variant] = group.count
    return found


def _signatures(record: ModelRecord) -> list[tuple[str, int]]:
    return [(group.signature, group.count) for group in block_groups(record)]


def _said(groups: tuple[BlockGroup, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(group.kind, group.variant, group.paths) for group in groups]


class Sized(nn.Module):
    """Three residual blocks, the last with a projection, of any width; under other names."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, width, 3, padding=1)
        self.one = Residual(width, width)
        self.two = Residual(width, width)
        self.three = Residual(width, 2 * width, stride=2)
        self.leave = nn.Linear(2 * width, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.leave(self.three(self.two(self.one(self.entry(pictures)))).mean((2, 3)))


def test_blocks_are_grouped_by_how_they_are_built(record_of: RecordOf) -> None:
    """The block with stride 2 has a projection more; the other two are alike."""
    assert _said(block_groups(record_of("ResidualNet"))) == [
        ("Residual", "identity shortcut", ("blocks.0", "blocks.1")),
        ("Residual", "projection shortcut, stride 2", ("blocks.2",)),
    ]


def test_plain_functions_make_residual_blocks(record_of: RecordOf) -> None:
    """No module delimits them: a sum does, and the point where its two ways part."""
    assert _said(block_groups(record_of("FunctionalResidual"))) == [
        ("residual block", "identity shortcut", ("residual-block-1", "residual-block-2")),
        ("residual block", "projection shortcut, stride 2", ("residual-block-3",)),
    ]


def test_plain_functions_make_branches(record_of: RecordOf) -> None:
    """Three concatenations of three branches; one of them looks farther."""
    assert _said(block_groups(record_of("FunctionalBranches"))) == [
        ("branches", "3 branches, 3×3", ("branches-1", "branches-2")),
        ("branches", "3 branches, 5×5", ("branches-3",)),
    ]


def test_plain_functions_make_dense_layers(record_of: RecordOf) -> None:
    """Each reads one input more than the one before, and is built like it all the same."""
    (group,) = block_groups(record_of("FunctionalLadder"))
    assert (group.kind, group.count) == ("dense layer", 3)
    assert [len(block.inputs) for block in group.blocks] == [1, 2, 3]


def test_functions_and_modules_make_the_same_blocks(record_of: RecordOf) -> None:
    """The wiring decides, not how the code is written."""
    functions, modules = record_of("FunctionalResidual"), record_of("ResidualNet")
    assert _signatures(functions) == _signatures(modules)


@pytest.mark.parametrize(("width", "size"), [(2, 16), (3, 16), (8, 33)])
def test_blocks_are_alike_at_any_width_size_and_name(
    record_of: RecordOf, width: int, size: int
) -> None:
    """Channels, resolution and module names are no part of how a block is built."""
    record = light_record(Sized(width), 3, size, size)
    assert _signatures(record) == _signatures(record_of("ResidualNet"))
    assert [g.variant for g in block_groups(record)] == [
        "identity shortcut",
        "projection shortcut, stride 2",
    ]


def test_a_block_applied_thrice_is_used_thrice(record_of: RecordOf) -> None:
    """Every call is an occurrence of its own operations; the module is named once."""
    (group,) = block_groups(record_of("Recurrent"))
    assert (group.count, group.paths) == (3, ("again",))
    assert [(block.path, block.call) for block in group.blocks] == [("again", n) for n in range(3)]
    assert [b.inputs for b in group.blocks[1:]] == [(b.output,) for b in group.blocks[:-1]]


def test_a_split_and_what_joins_it_are_one_block(record_of: RecordOf) -> None:
    """Channel split, a branch left alone, concatenation, and the shuffle after it."""
    (block,) = blocks(record_of("Branches"))
    assert (block.kind, block.variant) == ("branches", "channel split")
    assert (block.nodes[0].op, block.nodes[-1].op) == ("chunk", "reshape")
    assert (block.inputs, block.output) == (("conv2d",), block.nodes[-1].id)


def test_a_gate_is_named_for_what_it_does(record_of: RecordOf) -> None:
    """One number a channel, made by two layers, scales the maps it was made from."""
    (block,) = blocks(record_of("Gated"))
    assert (block.kind, block.variant) == ("squeeze-and-excitation", "global pool, 1×1 conv ×2")


@pytest.mark.parametrize("name", ["Plain", "Functional", "Refuses", "Raises"])
def test_plain_nets_have_no_blocks(record_of: RecordOf, name: str) -> None:
    """A bare Sequential is no block, nor is the model itself, nor one convolution."""
    assert block_groups(record_of(name)) == ()


def test_the_order_of_calls_is_not_taken_for_wiring(record_of: RecordOf) -> None:
    """Where the trace failed, modules are blocks still, and runs of convolutions none."""
    traced = record_of("Chain")
    assert traced.provenance is not None
    hooks = traced.provenance.model_copy(update={"trace": TraceMethod.HOOKS})
    assert block_groups(traced)
    assert block_groups(traced.model_copy(update={"provenance": hooks})) == ()


@pytest.mark.parametrize("name", TRACED)
def test_no_operation_is_in_two_blocks(record_of: RecordOf, name: str) -> None:
    """Occurrences are disjoint, groups hold each once, and paths with calls are unique."""
    record = record_of(name)
    found = blocks(record)
    inside = [node.id for block in found for node in block.nodes]
    assert len(inside) == len(set(inside))
    assert len(found) == sum(group.count for group in block_groups(record))
    assert len({(block.path, block.call) for block in found}) == len(found)


@pytest.mark.parametrize("name", TRACED)
def test_the_ends_of_a_block_are_its_only_contacts(record_of: RecordOf, name: str) -> None:
    """What enters comes from outside, and nothing but the output is read there."""
    record = record_of(name)
    nodes = operations(record)
    for block in blocks(record):
        inside = {node.id for node in block.nodes}
        assert inside.isdisjoint(block.inputs)
        assert block.output in inside
        read = {p for node in nodes if node.id not in inside for p in node.inputs}
        assert read & inside <= {block.output}


def test_a_path_without_a_module_is_no_modules_path(record_of: RecordOf) -> None:
    """A module may have any name, also that which a block would get."""
    record = record_of("FunctionalResidual")
    rival = record.modules[0].model_copy(update={"path": "residual-block-1"})
    paths = [
        b.path for b in blocks(record.model_copy(update={"modules": (*record.modules, rival)}))
    ]
    assert paths == ["residual-block-2", "residual-block-3", "residual-block-4"]


_IDENTITY, _PROJECTION = "identity shortcut", "projection shortcut"
_BOTTLENECKS = {
    "Bottleneck": {f"{_PROJECTION}, stride 1": 1, _IDENTITY: 12, f"{_PROJECTION}, stride 2": 3}
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", {"BasicBlock": {_IDENTITY: 5, f"{_PROJECTION}, stride 2": 3}}),
        ("resnet50", _BOTTLENECKS),
        ("resnext50_32x4d", _BOTTLENECKS),
        ("wide_resnet50_2", _BOTTLENECKS),
        ("googlenet", {"Inception": {"4 branches": 9}}),
        (
            "inception_v3",
            {
                "InceptionA": {"4 branches": 3},
                "InceptionB": {"3 branches, stride 2": 1},
                "InceptionC": {"4 branches": 4},
                "InceptionD": {"3 branches, stride 2": 1},
                "InceptionE": {"4 branches": 2},
            },
        ),
        (
            "densenet121",
            {
                "_DenseLayer": {"1×1 conv, 3×3 conv": 58},
                "_Transition": {"1×1 conv, 2×2 pool /2": 3},
            },
        ),
        ("squeezenet1_0", {"Fire": {"2 branches": 8}}),
        (
            "shufflenet_v2_x1_0",
            {"InvertedResidual": {"2 branches, stride 2": 3, "channel split, stride 1": 13}},
        ),
        (
            "mobilenet_v2",
            {
                "InvertedResidual": {
                    "no shortcut, stride 1, no expansion": 1,
                    "no shortcut, stride 2": 4,
                    _IDENTITY: 10,
                    "no shortcut, stride 1": 2,
                }
            },
        ),
        ("vgg16", {"conv stage": {"3×3 conv ×2": 2, "3×3 conv ×3": 3}}),
        ("vgg11", {"conv stage": {"3×3 conv": 2, "3×3 conv ×2": 3}}),
        ("alexnet", {"conv stage": {"3×3 conv ×3": 1}}),
    ],
)
def test_the_papers_counts_are_found(name: str, expected: Counts) -> None:
    """16 bottlenecks, 4 with a projection; 9 Inception; 58 dense layers; five conv stages."""
    assert _counts(hollow_record(name)) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("convnext_tiny", {"CNBlock": 18}),
        ("efficientnet_b0", {"MBConv": 16}),
        ("efficientnet_v2_s", {"FusedMBConv": 10, "MBConv": 30}),
        ("maxvit_t", {"MaxVitLayer": 11}),
        ("mnasnet1_0", {"_InvertedResidual": 16}),
        ("mobilenet_v3_large", {"InvertedResidual": 15}),
        ("regnet_y_400mf", {"ResBottleneckBlock": 16}),
        ("swin_t", {"SwinTransformerBlock": 12, "PatchMerging": 3}),
        ("vit_b_16", {"EncoderBlock": 12}),
        ("densenet201", {"_DenseLayer": 98, "_Transition": 3}),
        ("resnet152", {"Bottleneck": 50}),
    ],
)
def test_every_family_of_torchvision_has_its_blocks(name: str, expected: dict[str, int]) -> None:
    """As many as the constructor's settings add up to, whatever encloses them."""
    found = {
        kind: sum(variants.values()) for kind, variants in _counts(hollow_record(name)).items()
    }
    assert found == expected


@pytest.mark.slow
def test_squeeze_and_excitation_kernel_and_activation_tell_variants_apart() -> None:
    """MobileNet v3 chooses all three per block, and each group says what it chose."""
    (variants,) = _counts(hollow_record("mobilenet_v3_large")).values()
    assert variants["identity shortcut, 5×5 depthwise, SE, hard-swish"] == 2
    assert variants["identity shortcut, 3×3 depthwise, hard-swish"] == 3


@pytest.mark.slow
def test_groups_of_one_width_are_alike_whatever_their_number() -> None:
    """RegNet keeps the width of a group; its number of groups grows from stage to stage."""
    (variants,) = _counts(hollow_record("regnet_x_400mf")).values()
    assert variants == {f"{_PROJECTION}, stride 2": 4, _IDENTITY: 18}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "kind", "counts"),
    [
        ("nin_imagenet", "NiNBlock", (1, 1, 2)),
        ("mobilenet_v1", "DepthwiseSeparable", (9, 4)),
        ("shufflenet_v1", "ShuffleUnit", (1, 13, 2)),
    ],
)
def test_our_own_nets_have_their_papers_blocks(
    slug: str, kind: str, counts: tuple[int, ...]
) -> None:
    """4 NiN blocks of three kernels; 13 separable convolutions; 16 shuffle units, 3 of stride 2."""
    (spec,) = [entry for entry in zoo_entries() if entry.slug == slug]
    built = build(spec, WeightsPolicy.RANDOM, 0, Path())
    groups = block_groups(light_record(built.module, *built.input_shape))
    assert [(g.kind, g.count) for g in groups] == [(kind, count) for count in counts]
