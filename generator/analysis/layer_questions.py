"""Decides what can be asked about single layers of a network."""

from itertools import takewhile

from generator.analysis.arithmetic import Step, grouped
from generator.analysis.asking import (
    PLANE,
    Context,
    Exercise,
    Level,
    about,
    bias,
    by,
    dots,
)
from generator.analysis.kinds import Kind
from generator.analysis.layers import Layer
from generator.analysis.message import Message

_SEEN = 4
"""Windows of an exercise about the receptive field: enough to see the rule, few enough to do."""


def rows_of_maps(context: Context) -> Exercise | None:
    """Ask how high the maps of the first layer are that makes them smaller."""
    row = next((r for r in context.convolutions() if _shrinks(r)), None)
    if row is None or row.window is None:
        return None
    question = Message(
        "{layer} has a kernel of {kernel}, stride {stride} and padding {padding}, and reads maps "
        "of {size}. How many rows has each of its maps?",
        layer=row.path,
        kernel=by(row.window.kernel),
        stride=row.window.stride[0],
        padding=row.window.padded[0] // 2,
        size=by(row.input_shape[2:]),
    )
    sizes = tuple(step for step in row.steps if "=" in step.how)[:1]
    return Exercise(Level.EASY, question, row.output_shape[2], sizes, row.path)


def _shrinks(row: Layer) -> bool:
    return row.window is not None and row.window.kernel[0] > 1 and row.window.stride[0] > 1


def kernels(context: Context) -> Exercise | None:
    """Ask for a convolution's parameters."""
    wide = [r for r in context.convolutions() if r.window and max(r.window.kernel) > 1]
    if not wide:
        return None
    row = wide[len(wide) // 2]
    outputs, inputs, *kernel = context.weight(row)
    question = Message(
        "{layer} makes {outputs} maps; each of its kernels is {kernel} and reads {inputs} of {all} "
        "channels. {bias} How many parameters has it?",
        layer=row.path,
        outputs=outputs,
        kernel=by(kernel),
        inputs=inputs,
        all=row.input_shape[1],
        bias=bias(context, row),
    )
    return Exercise(Level.EASY, question, row.params, about(row, "parameters"), row.path)


def features(context: Context) -> Exercise | None:
    """Ask for the parameters of the last dense layer."""
    linear = [r for r in context.rows if r.kind is Kind.LINEAR and context.weight(r)]
    if not linear:
        return None
    row = linear[-1]
    outputs, inputs = context.weight(row)
    question = Message(
        "{layer} connects {inputs} features with {outputs} outputs. {bias} How many parameters has "
        "it?",
        layer=row.path,
        inputs=inputs,
        outputs=outputs,
        bias=bias(context, row),
    )
    return Exercise(Level.EASY, question, row.params, about(row, "parameters"), row.path)


def work(context: Context) -> Exercise | None:
    """Ask what the most expensive convolution costs."""
    wide = [r for r in context.convolutions() if r.window and r.macs]
    if not wide:
        return None
    row = max(wide, key=lambda r: r.macs)
    outputs, inputs, *kernel = context.weight(row)
    question = Message(
        "No convolution costs more than {layer}: {outputs} maps of {size}, each kernel {kernel} "
        "over {inputs} channels. How many multiply-accumulates (MACs) is that?",
        layer=row.path,
        outputs=outputs,
        size=by(row.output_shape[2:]),
        kernel=by(kernel),
        inputs=inputs,
    )
    return Exercise(Level.MEDIUM, question, row.macs, about(row, "MACs"), row.path)


def sight(context: Context) -> Exercise | None:
    """Ask how far the first windows see, as long as each reads what the one before it wrote."""
    chain: list[tuple[Layer, Step]] = []
    size, jump = 1, 1
    for row in takewhile(_is_chained, (r for r in context.rows if r.window)):
        window = row.window
        if window is None or row.field is None:
            break
        reached = size + (window.extent[0] - 1) * jump
        if reached != row.field.size[0]:
            break
        how = f"{size} + ({window.extent[0]} − 1)·{jump} = {reached}"
        chain.append((row, Step(Message("{layer}", layer=row.path), how)))
        size, jump = reached, jump * window.stride[0]
    chain = [pair for pair in chain if pair[0].window and pair[0].window.extent[0] > 1][:_SEEN]
    if len(chain) < PLANE:
        return None
    row, _ = chain[-1]
    question = Message(
        "How many pixels of the picture, along one side, does a single value of {layer} see?",
        layer=row.path,
    )
    seen = row.field.size[0] if row.field else 0
    return Exercise(Level.MEDIUM, question, seen, tuple(step for _, step in chain), row.path)


def _is_chained(row: Layer) -> bool:
    return row.window is not None and len(row.window.kernel) == PLANE and row.call == 0


def groups(context: Context) -> Exercise | None:
    """Ask what a convolution would weigh that is not grouped."""
    split = [row for row in context.convolutions() if row.groups > 1]
    if not split:
        return None
    row = split[len(split) // 2]
    outputs, inputs, *kernel = context.weight(row)
    full = outputs * row.input_shape[1] * kernel[0] * kernel[1]
    own = outputs * inputs * kernel[0] * kernel[1]
    if full % own:
        return None
    question = Message(
        "{layer} works in {groups} groups: each kernel reads {inputs} of {all} channels. How many "
        "times as many weights would it have if every kernel read all of them?",
        layer=row.path,
        groups=row.groups,
        inputs=inputs,
        all=row.input_shape[1],
    )
    steps = (
        Step(Message("in groups"), f"{outputs}·{inputs}·{dots(kernel)} = {grouped(own)}"),
        Step(Message("all"), f"{outputs}·{row.input_shape[1]}·{dots(kernel)} = {grouped(full)}"),
        Step(Message("times"), f"{grouped(full)} / {grouped(own)} = {full // own}"),
    )
    return Exercise(Level.MEDIUM, question, full // own, steps, row.path)
