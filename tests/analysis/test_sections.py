"""Claims about which pieces of work a network consists of."""

import pytest
from conftest import RecordOf
from light import light_record
from structures import block, conv, merge, zoo
from torch import Tensor, nn
from toys import ALL, TRACED

from generator.analysis.pieces import Piece, Role, Section, Work
from generator.analysis.sections import sections
from generator.analysis.totals import totals


def works(record_of: RecordOf, name: str) -> list[tuple[str, list[str]]]:
    """Return every section's kind, and what its pieces do."""
    return [
        (section.kind, [piece.work.value for piece in section.pieces])
        for section in sections(record_of(name))
    ]


def pieces(record_of: RecordOf, name: str) -> list[Piece]:
    """Return all pieces in order."""
    return [piece for section in sections(record_of(name)) for piece in section.pieces]


@pytest.mark.parametrize("name", [name for name in TRACED if name != "Shared"])
def test_pieces_add_up_to_the_totals(record_of: RecordOf, name: str) -> None:
    """Every operation is in one piece, and none in two."""
    record = record_of(name)
    found, whole = pieces(record_of, name), totals(record)
    assert sum(piece.params for piece in found) == whole.params
    assert sum(piece.macs for piece in found) == whole.macs
    assert sum(piece.activations for piece in found) == whole.activations


@pytest.mark.parametrize("name", ALL)
def test_every_net_has_sections_if_it_ran(record_of: RecordOf, name: str) -> None:
    """Also one that could not be traced; one that raised has none."""
    found = sections(record_of(name))
    assert bool(found) == record_of(name).is_captured
    assert all(section.pieces for section in found)


def test_shared_parameters_count_once(record_of: RecordOf) -> None:
    """The second use of a convolution costs MACs and no parameters."""
    first, second = pieces(record_of, "Shared")
    assert (first.params, second.params) == (84, 0)
    assert first.macs == second.macs


def test_norm_and_activation_belong_to_their_convolution(record_of: RecordOf) -> None:
    """A chain is four pieces; what follows a convolution is no piece."""
    assert works(record_of, "Plain") == [
        ("", ["conv"]),
        ("", ["max pool"]),
        ("", ["conv"]),
        ("", ["global average pool"]),
        ("", ["linear"]),
    ]
    first, _, second, *_ = pieces(record_of, "Plain")
    assert (first.norm, first.activation, first.bias, first.leads) == (
        *("BatchNorm", "ReLU", False, False),
    )
    assert (second.norm, second.activation, second.bias) == ("", "ReLU", True)
    assert (first.kernel, first.stride, first.padding, first.channels) == (
        (3, 3),
        (2, 2),
        (2, 2),
        4,
    )


def test_a_projection_lies_on_the_shortcut(record_of: RecordOf) -> None:
    """Its piece knows; the block's shortcut follows from it."""
    blocks = [section for section in sections(record_of("ResidualNet")) if section.is_block]
    assert [section.shortcut for section in blocks] == ["identity", "identity", "projection"]
    (around,) = [piece for piece in blocks[-1].pieces if piece.role is Role.SHORTCUT]
    assert around.path == "blocks.2.project"
    assert blocks[-1].output_stride == 2


def test_the_activation_behind_a_sum_belongs_to_the_sum(record_of: RecordOf) -> None:
    """It stands behind the merge, so that it is no piece of its own."""
    first = next(section for section in sections(record_of("ResidualNet")) if section.is_block)
    assert [(p.work, p.activation) for p in first.pieces] == [
        (Work.CONV, "ReLU"),
        (Work.CONV, ""),
        (Work.SUM, "ReLU"),
    ]


def test_splits_shuffles_and_concatenations_are_pieces(record_of: RecordOf) -> None:
    """They are what tells ShuffleNet's units apart."""
    found = pieces(record_of, "Branches")
    assert [piece.work for piece in found][:5] == [
        *(Work.CONV, Work.SPLIT, Work.CONV, Work.CONCAT, Work.SHUFFLE),
    ]
    assert found[2].is_depthwise
    assert (found[4].groups, found[4].channels) == (2, 4)


def test_squeeze_and_excitation_is_a_gate(record_of: RecordOf) -> None:
    """From the pooling to the product."""
    gate = [piece.work for piece in pieces(record_of, "Gated") if piece.role is Role.GATE]
    assert gate == [Work.GLOBAL_AVERAGE, Work.CONV, Work.CONV, Work.PRODUCT]


def test_a_norm_behind_the_activation_is_a_layer_by_itself() -> None:
    """As in AlexNet, whose local response normalisation is none of the convolution's business."""
    late = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.LocalResponseNorm(2))
    early = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LocalResponseNorm(2), nn.ReLU())
    found = [
        [
            (piece.work, piece.norm, piece.activation)
            for section in whole
            for piece in section.pieces
        ]
        for whole in (sections(light_record(net, 3, 9, 9)) for net in (late, early))
    ]
    assert found == [
        [(Work.CONV, "", "ReLU"), (Work.NORM, "local response norm", "")],
        [(Work.CONV, "local response norm", "ReLU")],
    ]


def test_a_pooling_that_does_nothing_is_no_piece() -> None:
    """As AlexNet's adaptive one at 224; also where it comes first, it belongs to what there is."""
    net = nn.Sequential(nn.AdaptiveAvgPool2d(9), nn.Conv2d(3, 4, 3))
    assert [section.path for section in sections(light_record(net, 3, 9, 9))] == ["1"]


class _Scalars(nn.Module):
    """Adds two single numbers."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.sum() + maps.amax()


def test_single_numbers_have_no_channels() -> None:
    """What has no shape is a piece all the same."""
    (section,) = sections(light_record(_Scalars(), 3, 9, 9))
    assert [(piece.work, piece.channels) for piece in section.pieces] == [(Work.SUM, 0)]


def test_a_transposed_convolution_has_a_kernel_and_no_window(record_of: RecordOf) -> None:
    """It spreads values, so that nothing slides over its input."""
    (grown,) = [p for p in pieces(record_of, "Unusual") if p.work is Work.TRANSPOSED]
    assert (grown.kernel, grown.stride, grown.groups) == ((3, 3), (), 2)


def test_what_a_section_says_follows_from_its_pieces() -> None:
    """Shortcut, gate, stride."""
    plain = block(conv(), conv(output_stride=4))
    assert (plain.shortcut, plain.is_gated, plain.output_stride) == ("", False, 4)
    assert block(conv(), merge()).shortcut == "identity"
    assert block(conv(role=Role.GATE)).is_gated
    assert not Section(path="", pieces=(conv(),)).is_block


def test_padding_that_makes_up_for_the_kernel_keeps_the_size() -> None:
    """Dilation widens what must be made up for."""
    assert conv().keeps_size
    assert not conv(padding=(0, 0)).keeps_size
    assert conv(dilation=(2, 2), padding=(4, 4)).keeps_size


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["densenet121", "mobilenet_v2", "googlenet_2014"])
def test_pieces_of_the_zoo_add_up(slug: str) -> None:
    """Blocks of every sort."""
    record = zoo(slug)
    found, whole = pieces(zoo, slug), totals(record)
    assert sum(piece.params for piece in found) == whole.params
    assert sum(piece.macs for piece in found) == whole.macs
    assert sum(piece.activations for piece in found) == whole.activations
