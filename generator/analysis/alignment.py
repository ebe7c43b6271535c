"""Decides which parts of two networks stand for each other.

Needleman and Wunsch (1970): of all ways to put two sequences side by side in their own order, the
cheapest, where a part without a partner has a price, and so has taking one part for another. For
sequences of n and m sections that takes n·m steps and as much memory; a block is compared with
another by aligning their pieces the same way, once for every two forms of block.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from generator.analysis.likeness import Form, changed, form, missing, total
from generator.analysis.pieces import Piece, Role, Section, Work

T = TypeVar("T")
_NEVER = 10**9
_ALIKE = 0.5
"""Two blocks are comparable where changing one into the other costs at most this share of
building both."""
_JOINING = frozenset({Work.SUM, Work.PRODUCT, Work.CONCAT, Work.SPLIT, Work.SHUFFLE})


@dataclass(frozen=True)
class Pair(Generic[T]):
    """Two parts that stand for each other, or one that has no partner."""

    old: T | None
    new: T | None


@dataclass(frozen=True)
class Scale(Generic[T]):
    """What to measure parts of a sequence by."""

    form: Callable[[T], Form]
    """Parts of equal form cost nothing to exchange."""
    missing: Callable[[T], int]
    changed: Callable[[T, T], int | None]
    """Symmetric; none where two parts can never stand for each other."""


def align(old: Sequence[Section], new: Sequence[Section]) -> tuple[Pair[Section], ...]:
    """Align the sections of two networks; mirrored, it is the alignment of new and old.

    A block that is a mere chain, and like no block of the other network, is taken piece by piece.
    """
    return sequences(opened(old, new, _SECTIONS), opened(new, old, _SECTIONS), _SECTIONS)


def align_pieces(old: Sequence[Piece], new: Sequence[Piece]) -> tuple[Pair[Piece], ...]:
    """Align the pieces of two blocks."""
    return sequences(_in_order(old), _in_order(new), _PIECES)


def opened(
    own: Sequence[Section], other: Sequence[Section], scale: Scale[Section]
) -> list[Section]:
    """Replace chains by their pieces where most of their kind have no comparable block opposite.

    Of chains alike that work side by side, as AlexNet's two towers, the first is opened, and the
    others stay whole: nothing on the other side can be their partner as well.
    """
    kinds = _incomparable(own, other, scale)
    found: list[Section] = []
    for number, section in enumerate(own):
        if section.kind in kinds and not (number and _are_twins(own[number - 1], section, scale)):
            found += [Section(path=piece.path, pieces=(piece,)) for piece in section.pieces]
        else:
            found.append(section)
    return found


def _incomparable(
    own: Sequence[Section], other: Sequence[Section], scale: Scale[Section]
) -> set[str]:
    """Return the kinds of chains that are like no block opposite, most of them."""
    blocks = {scale.form(section): section for section in other if section.is_block}.values()
    votes: Counter[str] = Counter()
    for section in own:
        if section.is_block and _is_chain(section):
            is_known = any(scale.changed(section, block) is not None for block in blocks)
            votes[section.kind] += 1 if is_known else -1
    return {kind for kind, balance in votes.items() if balance < 0}


def _are_twins(before: Section, section: Section, scale: Scale[Section]) -> bool:
    """Say whether two chains are alike and yet cannot follow each other."""
    first, last = section.pieces[0], section.pieces[-1]
    reduces = any(max(piece.stride, default=1) > 1 for piece in section.pieces)
    return scale.form(before) == scale.form(section) and (reduces or first.inputs != last.channels)


def sequences(old: Sequence[T], new: Sequence[T], scale: Scale[T]) -> tuple[Pair[T], ...]:
    """Align two sequences. Of equally good ways, partners are found as early as possible.

    To be independent of which comes first, both are put in a fixed order before.
    """
    forms = [scale.form(part) for part in old], [scale.form(part) for part in new]
    if forms[1] < forms[0]:
        found = _cheapest(new, old, scale)
        return _sorted_gaps(Pair(pair.new, pair.old) for pair in found)
    return _sorted_gaps(_cheapest(old, new, scale))


def _cheapest(old: Sequence[T], new: Sequence[T], scale: Scale[T]) -> Iterable[Pair[T]]:
    """Read the cheapest way forwards, from a table of what aligning each pair of rests costs."""
    lost, won = [scale.missing(part) for part in old], [scale.missing(part) for part in new]
    swap = _swaps(old, new, scale)
    rest = _rests(lost, won, swap)
    i = j = 0
    while i < len(old) or j < len(new):
        both = i < len(old) and j < len(new)
        if both and rest[i][j] == rest[i + 1][j + 1] + swap(i, j):
            yield Pair(old[i], new[j])
            i, j = i + 1, j + 1
        elif i < len(old) and rest[i][j] == rest[i + 1][j] + lost[i]:
            yield Pair(old[i], None)
            i += 1
        else:
            yield Pair(None, new[j])
            j += 1


def _rests(
    lost: Sequence[int], won: Sequence[int], swap: Callable[[int, int], int]
) -> list[list[int]]:
    """Fill the table: row i and column j hold the price of aligning all from there on."""
    rows, columns = len(lost), len(won)
    rest = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            ways = []
            if i < rows:
                ways.append(rest[i + 1][j] + lost[i])
            if j < columns:
                ways.append(rest[i][j + 1] + won[j])
            if i < rows and j < columns:
                ways.append(rest[i + 1][j + 1] + swap(i, j))
            rest[i][j] = min(ways, default=0)
    return rest


def _swaps(old: Sequence[T], new: Sequence[T], scale: Scale[T]) -> Callable[[int, int], int]:
    """Return the prices of exchanges, each worked out once for every two forms."""
    numbers: dict[Form, int] = {}
    rows, columns = (
        [numbers.setdefault(scale.form(part), len(numbers)) for part in parts]
        for parts in (old, new)
    )
    prices: dict[tuple[int, int], int] = {}

    def swap(i: int, j: int) -> int:
        key = (rows[i], columns[j])
        if key not in prices:
            price = 0 if key[0] == key[1] else scale.changed(old[i], new[j])
            prices[key] = _NEVER if price is None else price
        return prices[key]

    return swap


def _sorted_gaps(pairs: Iterable[Pair[T]]) -> tuple[Pair[T], ...]:
    """Put what is gone before what is new, between two pairs of partners."""
    found: list[Pair[T]] = []
    came: list[Pair[T]] = []
    for pair in pairs:
        if pair.old is None:
            came.append(pair)
        elif pair.new is None:
            found.append(pair)
        else:
            found += [*came, pair]
            came = []
    return (*found, *came)


def _section_form(section: Section) -> Form:
    return (section.is_block, *map(form, _in_order(section.pieces)))


def _exchange(old: Section, new: Section) -> int | None:
    """Return the price of taking a block for a block, or a single piece for a single piece."""
    if old.is_block != new.is_block:
        return None
    if not old.is_block:
        return changed(old.pieces[0], new.pieces[0])
    price = sum(map(_price, align_pieces(old.pieces, new.pieces)))
    both = total(old.pieces) + total(new.pieces)
    return price if price <= _ALIKE * both else None


def _price(pair: Pair[Piece]) -> int:
    if pair.old is None or pair.new is None:
        return sum(missing(piece) for piece in (pair.old, pair.new) if piece is not None)
    return changed(pair.old, pair.new) or 0


def _in_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Put what lies on the shortcut last, wherever its code stands."""
    return sorted(pieces, key=lambda piece: piece.role is Role.SHORTCUT)


def _is_chain(section: Section) -> bool:
    return not any(piece.work in _JOINING for piece in section.pieces)


_PIECES = Scale(form, missing, changed)
_SECTIONS = Scale(_section_form, lambda section: total(section.pieces), _exchange)
