"""Claims about which parts of two networks stand for each other."""

from collections.abc import Sequence

import pytest
from conftest import RecordOf
from hypothesis import given, settings
from structures import block, conv, lone, merge, networks, pool
from toys import TRACED

from generator.analysis.alignment import Pair, align, align_pieces
from generator.analysis.likeness import changed, form, missing
from generator.analysis.pieces import Role, Section, Work
from generator.analysis.sections import sections

_MANY = settings(max_examples=150, deadline=None)


def paths(pairs: Sequence[Pair[Section]]) -> list[tuple[str | None, str | None]]:
    """Return the partners by their paths."""
    return [(pair.old and pair.old.path, pair.new and pair.new.path) for pair in pairs]


def mirrored(pairs: Sequence[Pair[Section]]) -> list[Pair[Section]]:
    """Exchange old and new; in every gap, what is gone comes before what is new."""
    found: list[Pair[Section]] = []
    came: list[Pair[Section]] = []
    for pair in [Pair(pair.new, pair.old) for pair in pairs]:
        if pair.old is None:
            came.append(pair)
        elif pair.new is None:
            found.append(pair)
        else:
            found += [*came, pair]
            came = []
    return [*found, *came]


@_MANY
@given(networks(), networks())
def test_the_mirror_image_is_the_alignment_of_the_mirrored(
    old: tuple[Section, ...], new: tuple[Section, ...]
) -> None:
    """Whichever network is named first, the partners are the same."""
    assert list(align(new, old)) == mirrored(align(old, new))


@_MANY
@given(networks())
def test_equal_networks_are_partners_part_by_part(whole: tuple[Section, ...]) -> None:
    """Nothing is without a partner, and each stands for itself."""
    assert align(whole, whole) == tuple(Pair(section, section) for section in whole)


@_MANY
@given(networks(), networks())
def test_no_part_is_lost_and_none_is_named_twice(
    old: tuple[Section, ...], new: tuple[Section, ...]
) -> None:
    """Both sides keep their order and all of their pieces."""
    pairs = align(old, new)
    ours = [piece for pair in pairs if pair.old for piece in pair.old.pieces]
    theirs = [piece for pair in pairs if pair.new for piece in pair.new.pieces]
    assert ours == [piece for section in old for piece in section.pieces]
    assert theirs == [piece for section in new for piece in section.pieces]


@_MANY
@given(networks(), networks())
def test_a_block_never_stands_for_a_single_piece(
    old: tuple[Section, ...], new: tuple[Section, ...]
) -> None:
    """Partners are both blocks, or both none."""
    both = [(pair.old, pair.new) for pair in align(old, new) if pair.old and pair.new]
    assert all(first.is_block == second.is_block for first, second in both)


@_MANY
@given(networks(), networks())
def test_prices_are_whole_symmetric_and_never_negative(
    old: tuple[Section, ...], new: tuple[Section, ...]
) -> None:
    """Only pieces of equal form cost nothing to exchange."""
    for first in (piece for section in old for piece in section.pieces):
        assert missing(first) > 0
        assert changed(first, first) == 0
        for second in (piece for section in new for piece in section.pieces):
            price = changed(first, second)
            assert price == changed(second, first)
            assert price is None or price >= 0
            assert form(first) != form(second) or price == 0


def test_partners_are_found_as_early_as_possible() -> None:
    """Of three alike, the last is the new one."""
    old, new = [lone(*[conv(path=f"{n}") for n in range(count)]) for count in (2, 3)]
    assert paths(align(old, new)) == [("0", "0"), ("1", "1"), (None, "2")]
    assert paths(align(new, old)) == [("0", "0"), ("1", "1"), ("2", None)]


def test_stages_anchor_what_is_alike_everywhere() -> None:
    """A third convolution before the pooling is the new one, not the last of all."""
    stem = [conv(path="a"), conv(path="b"), pool(path="pool")]
    late = [conv(path="c", output_stride=4), conv(path="d", output_stride=4)]
    old, new = lone(*stem, *late), lone(stem[0], stem[1], conv(path="new"), stem[2], *late)
    assert (None, "new") in paths(align(old, new))
    assert ("pool", "pool") in paths(align(old, new))
    assert ("c", "c") in paths(align(old, new))


def test_another_kernel_is_a_change_and_no_exchange() -> None:
    """A 5×5 that becomes a 3×3 keeps its place."""
    old, new = lone(conv(kernel=5, path="old")), lone(conv(kernel=3, path="new"))
    assert paths(align(old, new)) == [("old", "new")]


def test_a_convolution_never_stands_for_a_pooling() -> None:
    """What is gone is named before what is new."""
    assert paths(align(lone(pool()), lone(conv()))) == [("pool", None), (None, "conv")]


def test_a_shortcut_is_compared_with_a_shortcut_wherever_it_stands() -> None:
    """Some code computes the projection first, other code last."""
    main, around = conv(kernel=1, path="main"), conv(kernel=1, role=Role.SHORTCUT, path="around")
    pairs = align_pieces([main, around, merge()], [around, main, merge()])
    assert {pair.old == pair.new for pair in pairs} == {True}


def test_a_chain_without_a_like_is_taken_piece_by_piece() -> None:
    """A tower of convolutions is compared with convolutions."""
    tower = block(conv(path="t1"), conv(path="t2"), kind="Tower")
    plain = lone(conv(path="a"), conv(path="b"))
    assert paths(align([tower], plain)) == [("t1", "a"), ("t2", "b")]
    assert paths(align(plain, [tower])) == [("a", "t1"), ("b", "t2")]


def test_of_two_towers_side_by_side_the_second_is_whole() -> None:
    """They read the same and cannot follow each other, as they halve the maps."""
    towers = [
        block(conv(path=f"{n}.conv", inputs=3), pool(path=f"{n}.pool"), kind="Tower", path=n)
        for n in ("left", "right")
    ]
    plain = lone(conv(path="conv", inputs=3), pool(path="pool"))
    assert paths(align(towers, plain)) == [
        ("left.conv", "conv"),
        ("left.pool", "pool"),
        ("right", None),
    ]


def test_a_block_with_a_merge_is_never_opened() -> None:
    """Without a like, it is gone as a whole."""
    residual = block(conv(), conv(), merge())
    assert paths(align([residual], lone(conv()))) == [("block", None), (None, "conv")]


def test_unlike_blocks_are_no_partners() -> None:
    """Where next to nothing is shared, one goes and one comes."""
    first = block(conv(kernel=7, channels=512), merge(), path="first")
    second = block(pool(), merge(Work.CONCAT), pool(Work.GLOBAL_MAX, stride=()), path="second")
    assert paths(align([first], [second])) == [("first", None), (None, "second")]


@pytest.mark.parametrize("name", TRACED)
def test_a_toy_is_its_own_partner(record_of: RecordOf, name: str) -> None:
    """Of every way of wiring."""
    whole = sections(record_of(name))
    assert all(pair.old == pair.new for pair in align(whole, whole))


@pytest.mark.parametrize("second", TRACED)
@pytest.mark.parametrize("first", ["ResidualNet", "Branches", "Gated"])
def test_toys_mirror_each_other(record_of: RecordOf, first: str, second: str) -> None:
    """Also real networks are aligned the same way from both sides."""
    old, new = sections(record_of(first)), sections(record_of(second))
    assert list(align(new, old)) == mirrored(align(old, new))
