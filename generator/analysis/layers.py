"""Decides what the layer table says: one row per executed leaf, in order, and none lost."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

from generator.analysis.arithmetic import Step, arithmetic, grouped
from generator.analysis.connections import connections_of
from generator.analysis.cost import macs_by_node
from generator.analysis.field import Field, fields_in
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.message import Message
from generator.analysis.operations import operations
from generator.analysis.stages import stride_by_node
from generator.analysis.window import Window, numbers, window_of
from generator.analysis.words import explain, explain_all
from generator.records import REMEMBERED, ModelRecord, ModuleCall, Node, ParameterStats, Shape

_UNKNOWN = Message("No formula for this operation.")


@dataclass(frozen=True)
class Layer:
    """One row: a call of a leaf module, or a module that owns parameters without being a leaf."""

    path: str
    call: int
    """Which call of the module, from 0; parameters are counted in the first."""
    type: str
    kind: Kind
    input_shape: Shape
    output_shape: Shape
    """Empty for a module that is never called."""
    params: int
    macs: int
    activations: int
    """Values that its convolutions, linear layers and matrix products write."""
    window: Window | None
    groups: int
    stride: int | None
    """Output stride: pixels of the input from one value to the next; the window has its own."""
    field: Field | None
    steps: tuple[Step, ...]
    connections: Step | None
    """Products with a weight and biases added; for pages of nets whose paper counts them."""
    explanation: Message
    onnx: str | None

    @property
    def formula(self) -> str:
        """The arithmetic, a line a number."""
        return "\n".join(f"{step.what}: {step.how}" for step in self.steps)

    @property
    def receptive_field(self) -> int | None:
        """Pixels of the input along the longer side; none: the whole input, or unknown."""
        return max(self.field.size) if self.field else None


@lru_cache(REMEMBERED)
def layers(record: ModelRecord) -> tuple[Layer, ...]:
    """Return the rows of a model; their parameters and MACs add up to its totals."""
    owned = _owned(record.parameters)
    nodes: dict[tuple[str, int], list[Node]] = defaultdict(list)
    for node in operations(record):
        nodes[node.path, node.call].append(node)
    shapes = {node.id: node.output_shape for node in record.nodes}
    macs = macs_by_node(record)
    context = _Context(fields_in(record), stride_by_node(record), shapes, macs, record.parameters)
    rows = [
        context.row(call, nodes[call.path, call.call], 0 if call.call else owned.get(call.path, 0))
        for call in record.calls
        if call.is_leaf or call.macs or owned.get(call.path)
    ]
    called = {call.path for call in record.calls}
    types = {module.path: module.type for module in record.modules}
    return (*rows, *(_idle(p, types.get(p, ""), n) for p, n in owned.items() if p not in called))


@dataclass(frozen=True)
class _Context:
    fields: dict[str, Field]
    strides: dict[str, int | None]
    shapes: dict[str, Shape]
    macs: dict[str, int]
    parameters: tuple[ParameterStats, ...]

    def row(self, call: ModuleCall, nodes: list[Node], params: int) -> Layer:
        telling = self.telling(nodes, call)
        main = next(iter(telling), None)
        last = nodes[-1] if nodes else None
        shape = call.input_shape if main is None else self.shape_before(main, call)
        says = [explain(node, self.shape_before(node, call)) for node in telling]
        return Layer(
            path=call.path,
            call=call.call,
            type=call.type,
            kind=Kind.OTHER if main is None else kind_of(main),
            input_shape=call.input_shape,
            output_shape=call.output_shape,
            params=params,
            macs=call.macs,
            activations=sum(prod(n.output_shape) for n in nodes if self.macs.get(n.id)),
            window=None if main is None else window_of(main, shape),
            groups=1 if main is None else numbers(main, "groups", 1, 1)[0],
            stride=None if last is None else self.strides.get(last.id),
            field=None if last is None else self.fields.get(last.id),
            steps=self.steps(telling, call, params),
            connections=self.connections(telling, call, params),
            explanation=explain_all(dict.fromkeys(says)) if says else _UNKNOWN,
            onnx=None if main is None else main.onnx,
        )

    def telling(self, nodes: list[Node], call: ModuleCall) -> list[Node]:
        """Return the operations of a call that a reader must know of: with weights, or a window."""
        if any("weight_shape" in node.arguments for node in nodes):
            return [node for node in nodes if node.parameters] or nodes[:1]
        found = [n for n in nodes if n.parameters or window_of(n, self.shape_before(n, call))]
        return found or nodes[:1]

    def connections(self, nodes: list[Node], call: ModuleCall, params: int) -> Step | None:
        """Derive what the values of a call are connected with, as papers did in the nineties."""
        for node in nodes:
            before = self.shape_before(node, call)
            values, each = connections_of(node, before, is_trained=params > 0)
            if each:
                places = "·".join(map(str, node.output_shape[1:]))
                how = f"({places}) · {each} = {grouped(values * each)}"
                return Step(Message("connections"), how)
        return None

    def steps(self, nodes: list[Node], call: ModuleCall, params: int) -> tuple[Step, ...]:
        """Derive the numbers of a call; where several operations have weights, each says whose."""
        weighted = sum(isinstance(node.arguments.get("weight_shape"), tuple) for node in nodes)
        found = [
            replace(step, what=_whose(node, step.what)) if weighted > 1 else step
            for node in nodes
            for step in arithmetic(node, self.shape_before(node, call), params)
        ]
        if params and not weighted:
            found.append(Step(Message("parameters"), self.sizes(call.path)))
        return tuple(found)

    def sizes(self, path: str) -> str:
        """Add up the parameters that a module owns itself."""
        own = [p for p in self.parameters if p.name.rpartition(".")[0] == path]
        products = " + ".join("·".join(map(str, p.shape)) or "1" for p in own)
        return f"{products} = {grouped(sum(p.numel for p in own))}"

    def shape_before(self, node: Node, call: ModuleCall) -> Shape:
        """Return what an operation reads, which is not what its module does if that pads first."""
        if call.input_shape and not node.arguments:
            return call.input_shape
        produced = (self.shapes.get(name) for name in node.inputs)
        return next(filter(None, produced), call.input_shape)


def _whose(node: Node, what: Message) -> Message:
    return Message("{op}: {what}", op=node.op, what=what)


def _owned(parameters: tuple[ParameterStats, ...]) -> dict[str, int]:
    """Return how many parameters each module owns directly, in order of the tree."""
    owned: dict[str, int] = {}
    for parameter in parameters:
        path = parameter.name.rpartition(".")[0]
        owned[path] = owned.get(path, 0) + parameter.numel
    return owned


def _idle(path: str, module_type: str, params: int) -> Layer:
    return Layer(
        path=path,
        call=0,
        type=module_type,
        kind=Kind.OTHER,
        input_shape=(),
        output_shape=(),
        params=params,
        macs=0,
        activations=0,
        window=None,
        groups=1,
        stride=None,
        field=None,
        steps=(),
        connections=None,
        explanation=Message("Not called in this forward pass."),
        onnx=None,
    )
