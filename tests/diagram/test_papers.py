"""Block diagrams counted by hand against the figures of three papers."""

from collections import Counter
from functools import cache

import pytest
import torchvision
from light import light_record
from torch import nn

from generator.analysis.anatomy import Anatomy, Role, anatomy
from generator.analysis.blocks import Block, block_groups
from generator.analysis.excerpt import connectors
from generator.analysis.kinds import Kind
from generator.analysis.operations import operations
from generator.analysis.shortcuts import Shortcut
from generator.records import ModelRecord, Node
from generator.zoo.nets.googlenet import googlenet_2014

pytestmark = pytest.mark.slow


@cache
def _record(name: str) -> ModelRecord:
    own = {"googlenet_2014": googlenet_2014}
    net: nn.Module = own[name]() if name in own else torchvision.models.get_model(name)
    return light_record(net, 3, 224, 224)


def _block(name: str, path: str) -> Block:
    blocks = [block for group in block_groups(_record(name)) for block in group.blocks]
    return next(block for block in blocks if block.path == path)


def _known(name: str) -> dict[str, Node]:
    return {node.id: node for node in operations(_record(name))}


def _drawn(name: str, path: str, *, fold: bool = True) -> Anatomy:
    return anatomy(_block(name, path), _known(name), fold=fold)


def _convs(whole: Anatomy) -> list[tuple[str, ...]]:
    """Return every convolution's name, first number, and what follows it in its box."""
    return [
        (
            part.heading.said(str),
            part.numbers[0].said(str),
            *(phrase.said(str) for _, phrase in part.after),
        )
        for part in whole.parts
        if part.kind is Kind.CONV
    ]


def _roles(whole: Anatomy) -> Counter[Role]:
    return Counter(part.role for part in whole.parts if part.role is not Role.END)


def test_the_bottleneck_of_resnet_50_is_the_papers() -> None:
    """He et al. 2016, figure 5 right: 256-d, 1×1 64, 3×3 64, 1×1 256, sum, ReLU."""
    whole = _drawn("resnet50", "layer1.1")
    assert _convs(whole) == [
        ("1×1 conv", "256 → 64", "BatchNorm", "ReLU"),
        ("3×3 conv", "64 → 64", "BatchNorm", "ReLU"),
        ("1×1 conv", "64 → 256", "BatchNorm"),
    ]
    assert _roles(whole) == {Role.STEP: 4, Role.SUM: 1}  # three convolutions and the last ReLU
    assert [flow.shortcut for flow in whole.flows if flow.shortcut] == [Shortcut.IDENTITY]
    assert (whole.parts[0].shape, whole.parts[-1].shape) == ("56×56×256", "56×56×256")


def test_the_projection_of_resnet_50_is_the_papers() -> None:
    """He et al. 2016, table 1 and option B: the first block of conv3 halves, 256-d to 512-d."""
    whole = _drawn("resnet50", "layer2.0")
    [projection] = [part for part in whole.parts if part.is_projection]
    assert [phrase.said(str) for phrase in projection.numbers] == ["256 → 512", "stride 2"]
    assert (whole.parts[0].shape, whole.parts[-1].shape) == ("56×56×256", "28×28×512")


def test_the_unit_of_shufflenet_v2_is_the_papers() -> None:
    """Ma et al. 2018, figure 3 c: split, three convolutions on one half, concat, shuffle."""
    whole = _drawn("shufflenet_v2_x0_5", "stage2.1")
    assert _convs(whole) == [
        ("1×1 conv", "24 → 24", "BatchNorm", "ReLU"),
        ("3×3 depthwise conv", "24 channels", "BatchNorm"),
        ("1×1 conv", "24 → 24", "BatchNorm", "ReLU"),
    ]
    assert [part.heading.said(str) for part in whole.parts if part.role is Role.CONNECTOR] == [
        "channel split",
        "channel shuffle",
    ]
    assert _roles(whole) == {Role.STEP: 3, Role.CONNECTOR: 2, Role.CONCAT: 1}


def test_the_halving_unit_of_shufflenet_v2_is_the_papers() -> None:
    """Ma et al. 2018, figure 3 d: no split; two convolutions left, three right, concat, shuffle."""
    whole = _drawn("shufflenet_v2_x0_5", "stage2.0")
    assert [conv[0] for conv in _convs(whole)] == [
        *("3×3 depthwise conv", "1×1 conv"),
        *("1×1 conv", "3×3 depthwise conv", "1×1 conv"),
    ]
    assert sum("ReLU" in conv for conv in _convs(whole)) == 3
    assert _roles(whole) == {Role.STEP: 5, Role.CONNECTOR: 1, Role.CONCAT: 1}
    assert (whole.parts[0].shape, whole.parts[-1].shape) == ("56×56×24", "28×28×48")


def test_units_of_shufflenet_v2_are_joined_by_five_operations() -> None:
    """Concat, reshape, transpose, reshape, split: before each of the 13 units that split."""
    name = "shufflenet_v2_x0_5"
    found = list(connectors(operations(_record(name))))
    assert len(found) == 13
    expanded = anatomy(found[0], _known(name), fold=False)
    assert [part.heading.said(str) for part in expanded.parts if part.role is not Role.END] == [
        *("concat", "reshape", "transpose", "reshape", "channel split")
    ]
    folded = anatomy(found[0], _known(name))
    assert _roles(folded) == {Role.CONCAT: 1, Role.CONNECTOR: 2}


def test_the_inception_module_is_the_papers() -> None:
    """Szegedy et al. 2015, table 1, inception (3a): 64 + 128 + 32 + 32 = 256 maps of 28×28."""
    group = next(g for g in block_groups(_record("googlenet_2014")) if g.kind == "Inception")
    whole = anatomy(group.blocks[0], _known("googlenet_2014"))
    assert Counter(conv[:2] for conv in _convs(whole)) == {
        ("1×1 conv", "192 → 64"): 1,
        ("1×1 conv", "192 → 96"): 1,
        ("3×3 conv", "96 → 128"): 1,
        ("1×1 conv", "192 → 16"): 1,
        ("5×5 conv", "16 → 32"): 1,
        ("1×1 conv", "192 → 32"): 1,
    }
    assert all(conv[2:] == ("ReLU",) for conv in _convs(whole))
    [pool] = [part for part in whole.parts if part.kind is Kind.POOL]
    assert [pool.heading.said(str), *(n.said(str) for n in pool.numbers)] == [
        *("3×3 max pool", "stride 1")
    ]
    [concat] = [part for part in whole.parts if part.role is Role.CONCAT]
    entering = sorted(flow.shape for flow in whole.flows if flow.target == concat.id)
    assert entering == ["28×28×128", "28×28×32", "28×28×32", "28×28×64"]
    assert whole.parts[-1].shape == "28×28×256"
