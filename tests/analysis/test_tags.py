"""Tags are found in what a network does, not in what it is called."""

import pytest
from conftest import RecordOf
from structures import conv, lone, zoo

from generator.analysis.tags import TAGS, tags
from generator.glossary.terms import glossary


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Plain", set()),
        ("ResidualNet", {"residual"}),
        ("Gated", {"gate"}),
        ("Raises", set()),
    ],
)
def test_toys_have_their_ideas(record_of: RecordOf, name: str, expected: set[str]) -> None:
    """Of those that matter here; a net that never ran has none at all."""
    found = {tag.id for tag in tags(record_of(name))}
    assert found & {"residual", "inception", "dense", "gate", "depthwise", "attention"} == expected


def test_every_tag_is_explained() -> None:
    """Each leads to an entry of the glossary, where there is one; names are not used twice."""
    known = {term.id for term in glossary()}
    assert {tag.term for tag in TAGS if tag.term} <= known
    assert len({tag.id for tag in TAGS}) == len(TAGS)


@pytest.mark.parametrize(
    ("inputs", "channels", "groups", "tag"),
    [
        (128, 128, 32, {"grouped"}),
        (24, 12, 3, {"grouped"}),
        (18, 6, 6, {"partial"}),
        (8, 8, 8, {"depthwise"}),
        (8, 16, 8, {"depthwise"}),
        (8, 8, 1, set()),
    ],
)
def test_groups_are_told_from_kernels_that_read_some_maps_each(
    inputs: int, channels: int, groups: int, tag: set[str]
) -> None:
    """Where every group has one kernel that reads several maps, there are no groups to speak of."""
    found = lone(conv(inputs=inputs, channels=channels, groups=groups))
    known = {"grouped", "partial", "depthwise"}
    assert {one.id for one in TAGS if one.id in known and one.holds(found, ())} == tag


def test_lenet_is_no_grouped_network() -> None:
    """Its C3 runs in groups, but the paper's idea is a table of who reads whom."""
    found = {tag.id for tag in tags(zoo("lenet5"))}
    assert "partial" in found
    assert "grouped" not in found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "has", "lacks"),
    [
        ("resnet50", {"residual", "bottleneck", "batch-norm"}, {"grouped", "inception"}),
        ("resnext50_32x4d", {"residual", "grouped"}, {"depthwise", "partial"}),
        ("googlenet", {"inception"}, {"residual", "dense"}),
        ("densenet121", {"dense"}, {"residual", "inception"}),
        ("mobilenet_v2", {"inverted-residual", "depthwise"}, {"grouped", "gate"}),
        ("mobilenet_v3_small", {"gate", "inverted-residual"}, {"inception"}),
        ("shufflenet_v2_x0_5", {"shuffle", "depthwise"}, {"grouped", "inception"}),
        ("alexnet_2012", {"local-response"}, {"batch-norm", "residual"}),
        ("vgg16", set(), {"batch-norm", "pointwise", "global-pooling"}),
    ],
)
def test_the_zoo_has_its_ideas(
    zoo_record_of: RecordOf, slug: str, has: set[str], lacks: set[str]
) -> None:
    """What each paper is known for, and what it is not."""
    found = {tag.id for tag in tags(zoo_record_of(slug))}
    assert has <= found
    assert not lacks & found
