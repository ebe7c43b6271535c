"""Claims about what is gathered into one finding, and golden differences of known networks."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from structures import block, conv, lone, merge, networks, pool, zoo

from generator.analysis.alignment import align
from generator.analysis.changes import DEPTHWISE, Aspect, Change
from generator.analysis.findings import Finding, Verdict, findings
from generator.analysis.pieces import Piece, Role, Section, Work
from generator.analysis.sections import sections
from generator.analysis.sentences import sentence

_MANY = settings(max_examples=150, deadline=None)


def found(old: Sequence[Section], new: Sequence[Section]) -> tuple[Finding, ...]:
    """Compare two networks."""
    return findings(align(old, new))


def said(*results: Finding) -> list[str]:
    """Return the sentences."""
    return [str(sentence(one)) for one in results]


@_MANY
@given(networks())
def test_equal_networks_have_no_findings(whole: tuple[Section, ...]) -> None:
    """Whatever they are made of."""
    assert found(whole, whole) == ()


@_MANY
@given(networks(), networks())
def test_findings_can_be_said_and_mirrored(
    old: tuple[Section, ...], new: tuple[Section, ...]
) -> None:
    """What was added from one side was removed from the other; nothing is counted twice."""
    forth, back = found(old, new), found(new, old)
    for one, other in ((forth, back), (back, forth)):
        added = sum(finding.count for finding in one if finding.verdict is Verdict.ADDED)
        gone = sum(finding.count for finding in other if finding.verdict is Verdict.REMOVED)
        assert added == gone
    for finding in (*forth, *back):
        assert sentence(finding)
        assert finding.count <= finding.of
        assert sum(count for _, count in finding.strides) == finding.count


def test_repetitions_are_one_finding() -> None:
    """Three blocks in which the same convolution changes in the same way."""
    old = [block(conv(16), conv(8), path=f"{n}") for n in range(3)]
    new = [block(conv(16), conv(8, groups=4), path=f"{n}") for n in range(3)]
    (only,) = found(old, new)
    assert only.changes == (Change(Aspect.GROUPS, 1, 4),)
    assert [(place.old, place.new) for place in only.places] == [("conv", "conv")] * 3
    assert (only.count, only.of) == (3, 3)
    assert said(only) == ["conv 3×3 no. 2 in Block, all 3: groups 1 → 4."]


def test_widths_of_one_finding_may_differ() -> None:
    """With one ratio it is said; else each width, or how many there are."""
    old = lone(*[conv(n, output_stride=n) for n in (8, 16)])
    twice = lone(*[conv(2 * n, output_stride=n) for n in (8, 16)])
    other = lone(conv(16, output_stride=8), conv(24, output_stride=16))
    assert said(*found(old, twice)) == ["conv 3×3, all 2: width ×2."]
    assert said(*found(twice, old)) == ["conv 3×3, all 2: width ×0.5."]
    assert said(*found(old, other)) == ["conv 3×3, all 2: width 8 → 16, 16 → 24."]


def test_many_widths_are_counted() -> None:
    """More than four would hide the rest of the sentence."""
    strides = [2**n for n in range(5)]
    old = lone(*[conv(8, output_stride=stride) for stride in strides])
    new = lone(*[conv(9 + n, output_stride=stride) for n, stride in enumerate(strides)])
    assert said(*found(old, new)) == ["conv 3×3, all 5: 5 different widths."]


def test_a_norm_everywhere_is_one_finding() -> None:
    """Whichever convolutions it is added to, in blocks and outside."""
    plain = [*lone(conv(kernel=7)), block(conv(kernel=1), conv()), *lone(pool())]
    normed = [
        *lone(conv(kernel=7, norm="BatchNorm")),
        block(conv(kernel=1, norm="BatchNorm"), conv(norm="BatchNorm")),
        *lone(pool()),
    ]
    assert said(*found(plain, normed)) == ["convolutions, all 3: BatchNorm added."]
    assert said(*found(normed, plain)) == ["convolutions, all 3: BatchNorm removed."]


def test_poolings_that_change_alike_are_named_one_by_one() -> None:
    """There is one word for all convolutions, and none for all poolings."""
    wide = {"kernel": (3, 3)}
    old, new = [lone(pool(**chosen), pool(**wide, **chosen)) for chosen in ({}, _ACTIVATED)]
    assert said(*found(old, new)) == ["max pool 2×2, max pool 3×3, all 2: tanh added."]


_ACTIVATED = {"activation": "tanh"}


def test_a_shortcut_says_what_came_with_it() -> None:
    """The sum, and the projection, are no findings of their own."""
    chain = block(conv(), conv())
    around = block(conv(), conv(), conv(kernel=1, role=Role.SHORTCUT), merge())
    (only,) = found([chain], [around])
    assert only.labels == ()
    assert said(only) == ["Block: no shortcut → projection shortcut."]


def test_a_gate_is_added_as_a_whole() -> None:
    """Not pooling, two convolutions and a product one by one."""
    squeeze = (
        pool(Work.GLOBAL_AVERAGE, role=Role.GATE, kernel=(), stride=(), padding=(), dilation=()),
        conv(2, kernel=1, role=Role.GATE),
        conv(8, kernel=1, role=Role.GATE),
        merge(Work.PRODUCT, role=Role.GATE),
    )
    old, new = block(conv(), conv(9)), block(conv(), *squeeze, conv(9))
    assert said(*found([old], [new])) == ["Block: squeeze-and-excitation added."]
    wide = squeeze[1].model_copy(update={"channels": 4})
    wider = block(conv(), squeeze[0], wide, *squeeze[2:])
    assert said(*found([block(conv(), *squeeze)], [wider])) == [
        "conv 1×1 no. 1 of the gate in Block: width 2 → 4."
    ]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (conv(), conv(kernel=5), "conv 3×3: kernel 3×3 → 5×5."),
        (conv(), conv(stride=(2, 2)), "conv 3×3: stride 1 → 2."),
        (conv(), conv(padding=(0, 0)), "conv 3×3: padding 1 → 0."),
        (conv(), conv(padding=(0, 2)), "conv 3×3: padding 1 → 0×1."),
        (conv(), conv(dilation=(2, 2), padding=(4, 4)), "conv 3×3: dilation 1 → 2."),
        (conv(), conv(groups=8), "conv 3×3: becomes depthwise."),
        (conv(groups=8), conv(), "depthwise conv 3×3: no longer depthwise."),
        (conv(groups=2), conv(groups=4), "grouped conv 3×3: groups 2 → 4."),
        (conv(), conv(norm="BatchNorm"), "conv 3×3: BatchNorm added."),
        (conv(norm="BatchNorm"), conv(norm="LayerNorm"), "conv 3×3: BatchNorm → LayerNorm."),
        (conv(activation="ReLU"), conv(), "conv 3×3: ReLU removed."),
        (conv(norm="N"), conv(norm="N", leads=True), "conv 3×3: norm and activation come first."),
        (conv(norm="N", leads=True), conv(norm="N"), "conv 3×3: norm and activation come last."),
        (conv(), conv(bias=True), "conv 3×3: bias added."),
        (pool(), pool(Work.AVERAGE_POOL), "max pool 2×2: becomes average pool."),
        (pool(Work.AVERAGE_POOL), pool(), "average pool 2×2: becomes max pool."),
        (merge(), merge(Work.CONCAT), "sum: becomes concatenation."),
        (
            conv(work=Work.TRANSPOSED),
            conv(work=Work.TRANSPOSED, kernel=2),
            "transposed conv 3×3: kernel 3×3 → 2×2.",
        ),
    ],
)
def test_every_choice_has_its_words(old: Piece, new: Piece, text: str) -> None:
    """One piece, one change, one sentence."""
    assert said(*found(lone(old), lone(new))) == [text]


def test_groups_that_follow_the_width_are_one_finding() -> None:
    """As RegNet's; more than four are not listed."""
    strides = [2**n for n in range(5)]
    old = lone(*[conv(16 * s, groups=4 * s, output_stride=s) for s in strides])
    new = lone(*[conv(16 * s, groups=2 * s, output_stride=s) for s in strides])
    assert said(*found(old, new)) == ["grouped conv 3×3, all 5: other numbers of groups."]
    assert said(*found(old[:2], new[:2])) == ["grouped conv 3×3, all 2: groups 4 → 2, 8 → 4."]


def test_the_width_of_a_depthwise_convolution_is_that_of_its_input() -> None:
    """It is said where it is chosen: in the convolution before."""
    old, new = lone(conv(8), conv(8, groups=8)), lone(conv(16), conv(16, groups=16))
    assert said(*found(old, new)) == ["conv 3×3: width 8 → 16."]


def test_what_stands_alone_is_added_where_it_is() -> None:
    """At which stride, how often; a stage without positions is the head."""
    linear = conv(work=Work.LINEAR, kernel=1, output_stride=None).model_copy(update={"kernel": ()})
    norm = merge(Work.NORM, norm="local response norm")
    old, new = lone(conv()), lone(conv(), norm, pool(), linear, linear)
    assert said(*found(old, new)) == [
        "Added: local response norm (1 at stride 2).",
        "Added: max pool 2×2 (1 at stride 4).",
        "Added: linear (2 in the head).",
    ]
    assert said(*found(new, old))[0] == "Removed: local response norm (1 at stride 2)."


def test_a_block_of_another_name_is_no_change_by_itself() -> None:
    """Where something inside changes, both names are said."""
    old, alike = block(conv(), conv(9)), block(conv(), conv(9), kind="Cell")
    other = block(conv(), conv(9, activation="GELU"), kind="Cell")
    assert found([old], [alike]) == ()
    assert said(*found([old], [other])) == ["conv 3×3 no. 2 in Block → Cell: GELU added."]


def test_labels_tell_depthwise_from_grouped() -> None:
    """A piece is named by the old network."""
    (only,) = found(lone(conv(groups=8)), lone(conv(groups=8, kernel=5)))
    assert [label.detail for label in only.labels] == [DEPTHWISE]


def _zoo(slug: str) -> tuple[Section, ...]:
    return sections(zoo(slug))


GOLDEN = {
    ("resnet50", "resnet50"): [],
    ("resnet50", "resnext50_32x4d"): [
        "conv 1×1 no. 1 in Bottleneck, all 16: width ×2.",
        "conv 3×3 in Bottleneck, all 16: groups 1 → 32, width ×2.",
    ],
    ("resnet50", "wide_resnet50_2"): [
        "conv 1×1 no. 1 in Bottleneck, all 16: width ×2.",
        "conv 3×3 in Bottleneck, all 16: width ×2.",
    ],
    ("vgg16", "vgg16_c"): [
        "conv 3×3, 3 of 13 (1 at stride 4, 1 at stride 8, 1 at stride 16): kernel 3×3 → 1×1.",
    ],
    ("vgg16", "vgg16_bn"): ["conv 3×3, all 13: BatchNorm added."],
    ("resnet18", "resnet34"): [
        "Added: Basic block (1 at stride 4, 2 at stride 8, 4 at stride 16, 1 at stride 32).",
    ],
    ("googlenet_2014", "googlenet"): [
        "convolutions, all 57: BatchNorm added, bias removed.",
        "Removed: local response norm (2 at stride 4).",
        "conv 5×5 in Inception, all 9: kernel 5×5 → 3×3.",
        "max pool 3×3, 1 of 4 (1 at stride 32): kernel 3×3 → 2×2.",
    ],
    ("alexnet", "zfnet"): [
        "conv 11×11: kernel 11×11 → 7×7, stride 4 → 2, padding 2 → 1, width 64 → 96.",
        "Added: local response norm (1 at stride 4, 1 at stride 16).",
        "conv 5×5: stride 1 → 2, padding 2 → 0, width 192 → 256.",
        "conv 3×3, 1 of 3 (1 at stride 16): width 256 → 384.",
    ],
    ("alexnet_2012", "alexnet"): [
        "conv 11×11: width 48 → 64.",
        "Removed: local response norm (1 at stride 4, 1 at stride 8).",
        "conv 5×5: width 128 → 192.",
        "Removed: Lower tower (1 at stride 16).",
        "Removed: concatenation (1 at stride 16, 1 at stride 32).",
        "conv 3×3, all 3: width 192 → 384, 192 → 256, 128 → 256.",
        "Removed: Upper tower (1 at stride 32).",
    ],
    ("densenet121", "densenet201"): [
        "Added: Dense layer (24 at stride 16, 16 at stride 32).",
        "conv 1×1 in Transition, 1 of 3 (1 at stride 16): width 512 → 896.",
    ],
    ("squeezenet1_0", "squeezenet1_1"): [
        "conv 7×7: kernel 7×7 → 3×3, width 96 → 64.",
        "Added: max pool 3×3 (1 at stride 8, 1 at stride 16).",
        "Removed: max pool 3×3 (1 at stride 8, 1 at stride 16).",
    ],
}
"""Checked by hand against the papers and against torchvision's source."""


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), GOLDEN)
def test_known_networks_differ_as_their_authors_say(old: str, new: str) -> None:
    """Nothing is missing, and nothing is said that is not so."""
    assert said(*found(_zoo(old), _zoo(new))) == GOLDEN[old, new]


@pytest.mark.slow
def test_resnext_halves_what_each_group_reads() -> None:
    """The structured values behind the sentence: every width doubles, 1 group becomes 32."""
    pointwise, grouped = found(_zoo("resnet50"), _zoo("resnext50_32x4d"))
    assert {change.ratio for change in pointwise.changes} == {2}
    assert Change(Aspect.GROUPS, 1, 32) in grouped.changes
    widths = [(c.old, c.new) for c in grouped.changes if c.aspect is Aspect.WIDTH]
    assert widths == [(64, 128), (128, 256), (256, 512), (512, 1024)]
    assert grouped.strides == ((4, 3), (8, 4), (16, 6), (32, 3))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mobilenet_v1", "mobilenet_v2"),
        ("resnet34", "resnet50"),
        ("regnet_x_400mf", "regnet_y_400mf"),
        ("shufflenet_v1", "shufflenet_v2_x1_0"),
        ("lenet5", "googlenet_2014"),
    ],
)
def test_unlike_networks_are_aligned_the_same_way_from_both_sides(old: str, new: str) -> None:
    """Their findings are each other's mirror image."""
    forth, back = align(_zoo(old), _zoo(new)), align(_zoo(new), _zoo(old))
    pairs = [(pair.old.path, pair.new.path) for pair in forth if pair.old and pair.new]
    assert pairs == [(pair.new.path, pair.old.path) for pair in back if pair.old and pair.new]
