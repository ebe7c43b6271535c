"""Decides what another input height and width would change: shapes, MACs, and what is illegal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from generator.analysis.arithmetic import output_size
from generator.analysis.rules import Rule, Rules, rules_of
from generator.records import REMEMBERED, ModelRecord, OtherSize, Shape

_SCAN_LIMIT = 2


_MAPS = 4
"""Dimensions of pictures: N, C, H, W."""


@dataclass(frozen=True)
class Illegal:
    """The first operation that cannot work at a size, and why."""

    id: str
    reason: str
    """One of: window (does not fit), features (a linear layer wants another number), join."""
    wanted: Shape
    got: Shape


@dataclass(frozen=True)
class Resized:
    """A network at another input size."""

    shapes: tuple[Shape, ...]
    """A shape a rule, in order."""
    macs: int
    activations: int


@lru_cache(REMEMBERED)
def resizable(record: ModelRecord) -> Rules:
    """Return a network's rules if they reproduce what was observed; else none, and the reason."""
    rules = rules_of(record)
    if rules.problem:
        return rules
    if any(len(rule.shape) != _MAPS for rule in rules.rules if rule.op == "input"):
        return Rules((), "sum")  # no height and width of a picture to change
    same = resize(rules, rules.rules[0].shape[2:])
    observed = tuple(rule.shape for rule in rules.rules)
    if isinstance(same, Illegal) or same.shapes != observed or same.macs != record.total_macs:
        return Rules((), "sum")
    return rules


@dataclass(frozen=True)
class Trial:
    """An input size at which the model really ran, and whether the rules say the same."""

    input_shape: Shape
    is_legal: bool
    """Whether the model took it."""
    agrees: bool


def trials(record: ModelRecord, rules: Rules) -> tuple[Trial, ...]:
    """Hold the rules against every other size that was tried: all shapes, MACs, and refusals."""
    return tuple(_trial(record, rules, tried) for tried in record.other_sizes)


def _trial(record: ModelRecord, rules: Rules, tried: OtherSize) -> Trial:
    found = resize(rules, tried.input_shape[1:])
    if isinstance(found, Illegal):
        return Trial(tried.input_shape, tried.error is None, agrees=tried.error is not None)
    pairs = zip(rules.rules, found.shapes, strict=True)
    ends = {(rule.path, rule.call): shape for rule, shape in pairs if shape}
    leaves = [call for call in record.calls if call.is_leaf]
    agrees = found.macs == tried.macs and all(
        ends.get((call.path, call.call), shape) == shape
        for call, shape in zip(leaves, tried.outputs, strict=False)
    )
    return Trial(tried.input_shape, tried.error is None, agrees=agrees)


def resize(rules: Rules, size: tuple[int, ...]) -> Resized | Illegal:
    """Work every shape out for an input of the given height and width, exactly, in integers."""
    shapes: list[Shape] = []
    for rule in rules.rules:
        before = [shapes[place] for place in rule.sources]
        shape = (*rule.shape[:2], *size) if rule.op == "input" else _SHAPES[rule.op](rule, before)
        if isinstance(shape, Illegal):
            return shape
        shapes.append(shape)
    values = [prod(shape) for shape in shapes]
    works = [
        (rule.macs, count) for rule, count in zip(rules.rules, values, strict=True) if rule.macs
    ]
    return Resized(
        shapes=tuple(shapes),
        macs=sum(macs * count for macs, count in works),
        activations=sum(count for _, count in works),
    )


def legal_squares(rules: Rules, upto: int) -> tuple[tuple[int, int], ...]:
    """Return the ranges (first, last) of square inputs that work, up to a largest one tried.

    Where a linear layer reads flattened maps, every size is tried. Elsewhere only windows limit,
    and a larger input never hurts: the border is found by halving.
    """

    def works(side: int) -> bool:
        return isinstance(resize(rules, (side,) * (len(rules.rules[0].shape) - 2)), Resized)

    if not _is_picky(rules):
        low, high = 0, upto
        if not works(high):
            return ()
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if works(middle) else (middle, high)
        return ((high, upto),)
    return _ranges([side for side in range(1, upto + 1) if works(side)])


def _ranges(sides: Sequence[int]) -> tuple[tuple[int, int], ...]:
    ranges: list[tuple[int, int]] = []
    for side in sides:
        if ranges and ranges[-1][1] == side - 1:
            ranges[-1] = (ranges[-1][0], side)
        else:
            ranges.append((side, side))
    return tuple(ranges)


def _is_picky(rules: Rules) -> bool:
    """Say whether something wants one exact size: a linear layer on flattened maps, a constant."""
    return any(
        (rule.op == "linear" and any(rules.rules[place].varies[-1] for place in rule.sources))
        or any(len(shape) > _SCAN_LIMIT and prod(shape[-2:]) > 1 for shape in rule.constants)
        for rule in rules.rules
    )


def _window(rule: Rule, before: Sequence[Shape]) -> Shape | Illegal:
    window = rule.window
    assert window is not None  # noqa: S101 - rules of this kind have one
    size = before[0][2:]
    after = tuple(output_size(n, window, axis) for axis, n in enumerate(size))
    if min(after) < 1:
        return Illegal(rule.id, "window", window.extent, size)
    return (*rule.shape[:2], *after)


def _like(rule: Rule, before: Sequence[Shape]) -> Shape:
    pairs = zip(rule.varies, before[0], rule.shape, strict=True)
    return tuple(new if varies else old for varies, new, old in pairs)


def _grow(rule: Rule, before: Sequence[Shape]) -> Shape:
    return tuple(size + more for size, more in zip(before[0], rule.border, strict=True))


def _join(rule: Rule, before: Sequence[Shape]) -> Shape | Illegal:
    others = [shape[: rule.dim] + shape[rule.dim + 1 :] for shape in before]
    if len(set(others)) > 1:
        odd = next(shape for shape, rest in zip(before, others, strict=True) if rest != others[0])
        return Illegal(rule.id, "join", before[0], odd)
    along = sum(shape[rule.dim] for shape in before)
    return (*before[0][: rule.dim], along, *before[0][rule.dim + 1 :])


def _broadcast(rule: Rule, before: Sequence[Shape]) -> Shape | Illegal:
    shapes = [*before, *rule.constants]
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    after = tuple(max(sizes) for sizes in zip(*padded, strict=True))
    for shape, own in zip(shapes, padded, strict=True):
        if any(size not in (1, whole) for size, whole in zip(own, after, strict=True)):
            return Illegal(rule.id, "join", after, shape)
    return after


def _regroup(rule: Rule, before: Sequence[Shape]) -> Shape:
    after = list(rule.shape)
    for old, new in rule.groups:
        if len(old) == len(new) and [rule.varies[d] for d in new].count(True):
            for place, dim in enumerate(new):
                after[dim] = before[0][old[place]] if rule.varies[dim] else after[dim]
        elif len(new) == 1 and rule.varies[new[0]]:
            after[new[0]] = prod(before[0][dim] for dim in old)
    return tuple(after)


def _linear(rule: Rule, before: Sequence[Shape]) -> Shape | Illegal:
    if before[0][-1] != rule.macs:
        return Illegal(rule.id, "features", (rule.macs,), (before[0][-1],))
    return (*before[0][:-1], rule.shape[-1])


def _fixed(rule: Rule, _before: Sequence[Shape]) -> Shape:
    return rule.shape


_SHAPES: dict[str, Callable[[Rule, Sequence[Shape]], Shape | Illegal]] = {
    "window": _window,
    "like": _like,
    "grow": _grow,
    "join": _join,
    "broadcast": _broadcast,
    "regroup": _regroup,
    "linear": _linear,
    "fixed": _fixed,
}
