"""Decides how a difference between two networks is said in a sentence."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from generator.analysis.changes import DEPTHWISE, Aspect, Change, Value
from generator.analysis.findings import Finding, Label, Verdict
from generator.analysis.message import Message
from generator.analysis.pieces import Role, Work
from generator.analysis.words import by_size

_FEW = 4
"""Widths that are written one by one."""


def sentence(finding: Finding) -> Message:
    """Say what was found, in how many places, and where."""
    if finding.verdict is Verdict.CHANGED:
        return _changed(finding)
    where = _strides(finding)
    what = _subject(finding)
    if finding.verdict is Verdict.ADDED:
        return Message("Added: {what} ({where}).", what=what, where=where)
    return Message("Removed: {what} ({where}).", what=what, where=where)


def piece_name(label: Label) -> Message:
    """Name a piece: conv 3×3, which of several, and what it is for."""
    name = _of_work(label)
    if label.number:
        name = Message("{piece} no. {number}", piece=name, number=label.number)
    if label.role is Role.SHORTCUT:
        return Message("{piece} of the shortcut", piece=name)
    return Message("{piece} of the gate", piece=name) if label.role is Role.GATE else name


def listed(parts: Sequence[Message]) -> Message:
    """Put messages in a row, with commas between."""
    whole, *rest = parts
    for part in rest:
        whole = Message("{first}, {rest}", first=whole, rest=part)
    return whole


def change_text(changes: Sequence[Change]) -> Message:
    """Say the changes of one finding; several widths in short."""
    widths = [change for change in changes if change.aspect is Aspect.WIDTH]
    groups = [change for change in changes if change.aspect is Aspect.GROUPS]
    said = [_SAY[c.aspect](c) for c in changes if c.aspect in _SAY]
    said += [_groups(groups)] if groups else []
    return listed([*said, _widths(widths)] if widths else said)


def _changed(finding: Finding) -> Message:
    parts = {"what": _subject(finding), "changes": change_text(finding.changes)}
    if finding.of == 1:
        return Message("{what}: {changes}.", **parts)
    if finding.count == finding.of:
        return Message("{what}, all {count}: {changes}.", count=finding.count, **parts)
    return Message(
        "{what}, {count} of {of} ({where}): {changes}.",
        count=finding.count,
        of=finding.of,
        where=_strides(finding),
        **parts,
    )


def _subject(finding: Finding) -> Message:
    """Name what a finding is about: blocks, or pieces, in a block or outside."""
    block = _block(*finding.blocks)
    if not finding.labels:
        return block
    works = {label.work for label in finding.labels}
    if len(finding.labels) == 1:
        what = piece_name(finding.labels[0])
    elif works == {Work.CONV}:
        what = Message("convolutions")
    else:
        what = listed([piece_name(label) for label in finding.labels])
    return Message("{piece} in {block}", piece=what, block=block) if block else what


def _block(old: str, new: str) -> Message:
    if old == new:
        return Message("{name}", name=old)
    return Message("{old} → {new}", old=old, new=new)


def _strides(finding: Finding) -> Message:
    return listed([_at(stride, count) for stride, count in finding.strides])


def _at(stride: int | None, count: int) -> Message:
    if stride is None:
        return Message("{count} in the head", count=count)
    return Message("{count} at stride {stride}", count=count, stride=stride)


def _of_work(label: Label) -> Message:
    if label.kernel and label.work in _SIZED:
        return _SIZED[label.work](label.detail, by_size(label.kernel))
    if label.work is Work.NORM:
        return Message("{name}", name=label.detail)
    return _NAMES[label.work]


def _conv(grouping: str, size: str) -> Message:
    if grouping == DEPTHWISE:
        return Message("depthwise conv {size}", size=size)
    if grouping:
        return Message("grouped conv {size}", size=size)
    return Message("conv {size}", size=size)


def _written(value: Value) -> str:
    return by_size(value) if isinstance(value, tuple) else str(value)


def _step(value: Value) -> str:
    """Write equal numbers of all dimensions once."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return str(value[0])
    return _written(value)


def _widths(found: Sequence[Change]) -> Message:
    ratios = {change.ratio for change in found}
    ratio = ratios.pop()
    if len(found) > 1 and not ratios and ratio is not None:
        return Message("width ×{ratio}", ratio=_ratio(ratio))
    if len(found) > _FEW:
        return Message("{count} different widths", count=len(found))
    return Message("width {changes}", changes=_pairs(found))


def _pairs(found: Sequence[Change]) -> Message:
    return listed([Message("{old} → {new}", old=c.old, new=c.new) for c in found])


def _ratio(ratio: Fraction) -> str:
    return str(ratio.numerator) if ratio.denominator == 1 else f"{float(ratio):.3g}"


def _groups(found: Sequence[Change]) -> Message:
    change = found[0]
    if change.new == DEPTHWISE:
        return Message("becomes depthwise")
    if change.old == DEPTHWISE:
        return Message("no longer depthwise")
    if len(found) > _FEW:
        return Message("other numbers of groups")
    return Message("groups {changes}", changes=_pairs(found))


def _named(change: Change) -> Message:
    """Say what was added, removed, or took another's place."""
    if not change.old:
        return Message("{name} added", name=_NAMED.get(change.new, change.new))
    if not change.new:
        return Message("{name} removed", name=_NAMED.get(change.old, change.old))
    return Message("{old} → {new}", old=change.old, new=change.new)


def _order(change: Change) -> Message:
    if change.new == "norm first":
        return Message("norm and activation come first")
    return Message("norm and activation come last")


def _shortcut(change: Change) -> Message:
    old, new = (_SHORTCUTS[str(value)] for value in (change.old, change.new))
    return Message("{old} → {new}", old=old, new=new)


def _work(change: Change) -> Message:
    return Message("becomes {new}", new=_NAMES[Work(str(change.new))])


_NAMED: dict[Value, Message] = {
    "bias": Message("bias"),
    "squeeze-and-excitation": Message("squeeze-and-excitation"),
}
_SHORTCUTS = {
    "": Message("no shortcut"),
    "identity": Message("identity shortcut"),
    "projection": Message("projection shortcut"),
}
_SIZED: dict[Work, Callable[[str, str], Message]] = {
    Work.CONV: _conv,
    Work.TRANSPOSED: lambda _grouping, size: Message("transposed conv {size}", size=size),
    Work.MAX_POOL: lambda _grouping, size: Message("max pool {size}", size=size),
    Work.AVERAGE_POOL: lambda _grouping, size: Message("average pool {size}", size=size),
}
_NAMES = {
    Work.CONV: Message("convolution"),
    Work.TRANSPOSED: Message("transposed conv"),
    Work.LINEAR: Message("linear"),
    Work.ATTENTION: Message("attention"),
    Work.MAX_POOL: Message("max pool"),
    Work.AVERAGE_POOL: Message("average pool"),
    Work.GLOBAL_MAX: Message("global max pool"),
    Work.GLOBAL_AVERAGE: Message("global average pool"),
    Work.NORM: Message("norm"),
    Work.SUM: Message("sum"),
    Work.PRODUCT: Message("product"),
    Work.CONCAT: Message("concatenation"),
    Work.SPLIT: Message("channel split"),
    Work.SHUFFLE: Message("channel shuffle"),
}
_SAY: dict[Aspect, Callable[[Change], Message]] = {
    Aspect.WORK: _work,
    Aspect.KERNEL: lambda c: Message(
        "kernel {old} → {new}", old=_written(c.old), new=_written(c.new)
    ),
    Aspect.STRIDE: lambda c: Message("stride {old} → {new}", old=_step(c.old), new=_step(c.new)),
    Aspect.PADDING: lambda c: Message("padding {old} → {new}", old=_step(c.old), new=_step(c.new)),
    Aspect.DILATION: lambda c: Message(
        "dilation {old} → {new}", old=_step(c.old), new=_step(c.new)
    ),
    Aspect.NORM: _named,
    Aspect.ACTIVATION: _named,
    Aspect.ORDER: _order,
    Aspect.BIAS: _named,
    Aspect.SHORTCUT: _shortcut,
    Aspect.GATE: _named,
}
