"""Decides what can be asked about blocks of a network, and about all of it."""

from collections.abc import Iterator

from generator.analysis.arithmetic import Step, grouped
from generator.analysis.asking import PLANE, Context, Exercise, Level, about, by, how_of
from generator.analysis.blocks import Block, blocks
from generator.analysis.kinds import Kind
from generator.analysis.layers import Layer
from generator.analysis.message import Message
from generator.analysis.resize import Illegal, resizable, resize
from generator.analysis.totals import totals
from generator.words import marked

_SQUEEZE = (1, 3, 1)
"""Kernels of a bottleneck."""
_BRANCH = marked("How many parameters has {branch}, a part of the block {block}?")
_BRANCH_WITH_NORMS = marked(
    "How many parameters has {branch}, a part of the block {block}? Norms count as well."
)


def branch(context: Context) -> Exercise | None:
    """Ask for a part of a block: a module inside of it that holds several weights."""
    found = list(_branches(context))
    if not found:
        return None
    block, path, rows = found[len(found) // 2]
    sums = " + ".join(grouped(row.params) for row in rows)
    whole = sum(row.params for row in rows)
    steps = (
        *(Step(Message("{layer}", layer=row.path), how_of(row, "parameters")) for row in rows),
        Step(Message("sum"), f"{sums} = {grouped(whole)}"),
    )
    has_others = any(row.params and not context.weight(row) for row in rows)
    ask = _BRANCH_WITH_NORMS if has_others else _BRANCH
    question = Message(ask, branch=path, block=block.path)
    return Exercise(Level.MEDIUM, question, whole, steps, rows[0].path)


def _branches(context: Context) -> Iterator[tuple[Block, str, list[Layer]]]:
    paths = [module.path for module in context.record.modules]
    for block in blocks(context.record):
        inside = block.path.count(".") + 1
        for path in paths:
            if path.startswith(f"{block.path}.") and path.count(".") == inside:
                rows = context.below(path)
                weighted = [row for row in rows if context.weight(row)]
                if len(weighted) > 1 and len({row.path for row in rows}) == len(rows):
                    yield block, path, rows


def bottleneck(context: Context) -> Exercise | None:
    """Ask what the two 1×1 convolutions around a 3×3 save."""
    for block in blocks(context.record):
        paths = dict.fromkeys(node.path for node in block.nodes)
        inside = [row for row in context.convolutions() if row.path in paths]
        kernels = tuple(row.window.kernel[0] for row in inside if row.window)
        if kernels != _SQUEEZE or any(row.groups > 1 for row in inside):
            continue
        wide, narrow = inside[0].input_shape[1], inside[0].output_shape[1]
        if narrow >= wide or inside[2].output_shape[1] != wide:
            continue
        own = [wide * narrow, 9 * narrow * narrow, narrow * wide]
        question = Message(
            "{block} squeezes {wide} channels into {narrow} before its 3×3 convolution, and widens"
            " them again. How many weights would two 3×3 convolutions of {wide} channels have "
            "instead?",
            block=block.path,
            wide=wide,
            narrow=narrow,
        )
        full = 2 * 9 * wide * wide
        parts = f"1·1·{wide}·{narrow} + 3·3·{narrow}·{narrow} + 1·1·{narrow}·{wide}"
        steps = (
            Step(Message("the bottleneck"), f"{parts} = {grouped(sum(own))}"),
            Step(Message("instead"), f"2·(3·3·{wide}·{wide}) = {grouped(full)}"),
            Step(
                Message("times"), f"{grouped(full)} / {grouped(sum(own))} ≈ {full / sum(own):.1f}"
            ),
        )
        return Exercise(Level.HARD, question, full, steps, inside[1].path)
    return None


def share(context: Context) -> Exercise | None:
    """Ask how much of the network its largest layer is."""
    whole = totals(context.record).params
    row = max(context.rows, key=lambda r: r.params, default=None)
    if row is None or not row.params or not whole or len(context.rows) < PLANE:
        return None
    percent = round(100 * row.params / whole)
    question = Message(
        "{layer} has more parameters than any other layer. How many percent of all {whole} are "
        "that, rounded to a whole number?",
        layer=row.path,
        whole=grouped(whole),
    )
    steps = (
        *about(row, "parameters"),
        Step(Message("share"), f"{grouped(row.params)} / {grouped(whole)} ≈ {percent}\u202f%"),
    )
    return Exercise(Level.HARD, question, percent, steps, row.path)


def doubled(context: Context) -> Exercise | None:
    """Ask what a picture twice as wide and high costs."""
    rules = resizable(context.record)
    size = context.record.input_shape[1:]
    if rules.problem or len(size) != PLANE or not context.record.total_macs:
        return None
    larger = resize(rules, tuple(2 * side for side in size))
    if isinstance(larger, Illegal):
        return None
    now = context.record.total_macs
    question = Message(
        "For a picture of {size} the network needs {now} MACs. How many for one of {larger}? Its "
        "convolutions work at four times as many places; what follows the global pooling does not "
        "change.",
        size=by(size),
        now=grouped(now),
        larger=by(tuple(2 * side for side in size)),
    )
    head = sum(row.macs for row in context.rows if row.kind is Kind.LINEAR)
    spread = now - head
    if 4 * spread + head != larger.macs:  # odd sizes and the like: no rule that could be asked for
        return None
    steps = (
        Step(Message("with positions"), f"{grouped(now)} − {grouped(head)} = {grouped(spread)}"),
        Step(
            Message("together"), f"4·{grouped(spread)} + {grouped(head)} = {grouped(larger.macs)}"
        ),
    )
    return Exercise(Level.HARD, question, larger.macs, steps, "")
