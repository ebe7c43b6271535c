"""Decides how large each known difference between two counts of one architecture is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

from generator.analysis.cost import macs_by_formula
from generator.analysis.kinds import FOLLOWERS, Kind, kind_of
from generator.analysis.message import Message
from generator.analysis.window import changes_nothing, spatial, window_of
from generator.records import ModelRecord, Node, Quantity, Residual


@dataclass(frozen=True)
class Part:
    """One named reason why another count differs from ours."""

    name: Message
    amount: int
    """What the other count has more than ours; negative where it has less."""


_NAMES = {
    Residual.NORM_STATISTICS: Message("moving mean and variance of BatchNorm"),
    Residual.NORM_SCALES: Message("γ of BatchNorm, which the source leaves out"),
    Residual.NORM_PARAMETERS: Message("γ and β, as the source has no BatchNorm"),
    Residual.BIASES: Message("biases of convolutions that have none here"),
    Residual.STRIDE_IN_POINTWISE: Message("stride 2 already in the 1×1 before the 3×3"),
    Residual.AUXILIARY_HEADS: Message("auxiliary heads"),
}


def residual(reason: Residual, record: ModelRecord) -> Part:
    """Compute one reason's size for a record."""
    return Part(_NAMES[reason], _SIZES[reason][1](record))


def quantity_of(reason: Residual) -> Quantity:
    """Say what a reason adds to or takes away."""
    return _SIZES[reason][0]


def norm_statistics(record: ModelRecord) -> int:
    """Count two buffers per BatchNorm channel, which Keras counts as parameters."""
    return 2 * sum(node.output_shape[1] for node in _batch_norms(record))


def norm_scales(record: ModelRecord) -> int:
    """Take away γ of every BatchNorm, as Keras's `scale=False` does."""
    return -_values(record, "weight")


def norm_parameters(record: ModelRecord) -> int:
    """Take away γ and β of every BatchNorm: an architecture older than BatchNorm has none."""
    return -_values(record, "weight", "bias")


def biases(record: ModelRecord) -> int:
    """Count one bias per output channel of every convolution that has none."""
    return sum(
        node.output_shape[1]
        for node in _once(record)
        if kind_of(node) is Kind.CONV and not has_bias(node)
    )


def stride_in_pointwise(record: ModelRecord) -> int:
    """Take away the MACs that a 1×1 saves where it takes over the stride of the next kernel.

    He et al. (2016) halve the maps in the first 1×1 of a bottleneck; torchvision in its 3×3.
    """
    before = {node.id: node for node in record.nodes}
    return -sum(_saved(node, before) for node in record.nodes if kind_of(node) is Kind.CONV)


def auxiliary_heads(record: ModelRecord) -> int:
    """Count the auxiliary heads that were not built, or take away those that were."""
    built = sum(stats.numel for stats in record.parameters if stats.name.lower().startswith("aux"))
    if built:
        return -built
    return (record.reference and record.reference.auxiliary_params) or 0


def bias_outputs(record: ModelRecord) -> int:
    """Count the outputs that get a bias added: one operation each."""
    return sum(
        prod(node.output_shape)
        for node in record.nodes
        if kind_of(node) in {Kind.CONV, Kind.LINEAR} and has_bias(node)
    )


def all_norm_parameters(record: ModelRecord) -> int:
    """Count the parameters of every normalisation, BatchNorm or not."""
    sizes = {parameter.name: parameter.numel for parameter in record.parameters}
    names = {p for node in record.nodes if kind_of(node) is Kind.NORM for p in node.parameters}
    return sum(sizes.get(name, 0) for name in names)


def other_parameters(record: ModelRecord) -> int:
    """Count what torchinfo adds for leaves it does not know: their parameters, biases left out."""
    known = {Kind.CONV, Kind.LINEAR, Kind.NORM}
    used = {p for node in record.nodes if kind_of(node) in known for p in node.parameters}
    leaves = {call.path for call in record.calls if call.is_leaf}
    return sum(
        parameter.numel
        for parameter in record.parameters
        if parameter.name not in used
        and parameter.name.rpartition(".")[0] in leaves
        and not parameter.name.endswith("bias")
    )


def norm_outputs(record: ModelRecord) -> int:
    """Count the values that BatchNorm writes, every call."""
    return sum(prod(node.output_shape) for node in record.nodes if _is_batch_norm(node))


def pooled_inputs(record: ModelRecord) -> int:
    """Count the values that adaptive average pooling reads; a plain mean is none to fvcore."""
    shapes = {node.id: node.output_shape for node in record.nodes}
    return sum(
        prod(shapes[node.inputs[0]])
        for node in record.nodes
        if node.op.startswith("adaptive_avg_pool")
    )


def has_bias(node: Node) -> bool:
    """Say whether a convolution or linear layer adds a bias."""
    named = any(name.rpartition(".")[2] == "bias" for name in node.parameters)
    return named or bool(node.arguments.get("bias"))


def _is_batch_norm(node: Node) -> bool:
    return node.op.lower().replace("_", "").startswith("batchnorm")


def _once(record: ModelRecord) -> tuple[Node, ...]:
    """Return the operations of all modules, those of shared ones once."""
    firsts = {node.parameters or (node.path, node.op): node for node in reversed(record.nodes)}
    return tuple(firsts.values())


def _batch_norms(record: ModelRecord) -> list[Node]:
    return [node for node in _once(record) if _is_batch_norm(node)]


def _values(record: ModelRecord, *kinds: str) -> int:
    names = {name for node in _batch_norms(record) for name in node.parameters}
    wanted = {name for name in names if name.rpartition(".")[2] in kinds}
    return sum(stats.numel for stats in record.parameters if stats.name in wanted)


def _saved(node: Node, before: Mapping[str, Node]) -> int:
    """Return what the 1×1 before a strided convolution saves if it takes the stride over."""
    pointwise = _convolution_before(node, before)
    if pointwise is None:
        return 0
    window = window_of(node, pointwise.output_shape)
    source = before[pointwise.inputs[0]].output_shape
    first = window_of(pointwise, source)
    if window is None or first is None or not changes_nothing(first) or max(window.kernel) == 1:
        return 0
    fewer = (*pointwise.output_shape[:2], *spatial(node.output_shape))
    strided = pointwise.model_copy(update={"output_shape": fewer})
    return macs_by_formula(pointwise, source) - macs_by_formula(strided, source)


def _convolution_before(node: Node, before: Mapping[str, Node]) -> Node | None:
    """Walk back over norms and activations to the convolution whose maps this one reads."""
    at = before.get(node.inputs[0]) if node.inputs else None
    while at is not None and kind_of(at) in FOLLOWERS and at.inputs:
        at = before.get(at.inputs[0])
    return at if at is not None and kind_of(at) is Kind.CONV else None


_SIZES: Mapping[Residual, tuple[Quantity, Callable[[ModelRecord], int]]] = {
    Residual.NORM_STATISTICS: (Quantity.PARAMETERS, norm_statistics),
    Residual.NORM_SCALES: (Quantity.PARAMETERS, norm_scales),
    Residual.NORM_PARAMETERS: (Quantity.PARAMETERS, norm_parameters),
    Residual.BIASES: (Quantity.PARAMETERS, biases),
    Residual.STRIDE_IN_POINTWISE: (Quantity.MACS, stride_in_pointwise),
    Residual.AUXILIARY_HEADS: (Quantity.PARAMETERS, auxiliary_heads),
}
