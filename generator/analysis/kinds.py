"""Decides which kind of work an operation does; colours, units and formulas follow from it."""

from enum import StrEnum

from generator.records import Node


class Kind(StrEnum):
    """The kinds a reader tells apart."""

    INPUT = "input"
    OUTPUT = "output"
    CONV = "conv"
    LINEAR = "linear"
    POOL = "pool"
    NORM = "norm"
    ACTIVATION = "activation"
    DROPOUT = "dropout"
    MERGE = "merge"
    RESHAPE = "reshape"
    ATTENTION = "attention"
    BLOCK = "block"
    OTHER = "other"


_OPERATIONS = {
    Kind.INPUT: "input",
    Kind.OUTPUT: "output",
    Kind.CONV: "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d",
    Kind.LINEAR: "linear addmm mm",
    Kind.POOL: (
        "max_pool1d max_pool2d max_pool3d max_pool2d_with_indices avg_pool1d avg_pool2d avg_pool3d "
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
        "adaptive_max_pool2d adaptive_max_pool3d mean"
    ),
    Kind.NORM: (
        "batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm "
        "linalg_vector_norm"
    ),
    Kind.ACTIVATION: (
        "relu relu6 sigmoid tanh gelu silu hardswish hardsigmoid hardtanh leaky_relu elu softmax "
        "log_softmax mish softplus prelu selu"
    ),
    Kind.DROPOUT: "dropout feature_dropout alpha_dropout",
    Kind.MERGE: "add sub mul div cat stack",
    Kind.RESHAPE: (
        "flatten view reshape transpose permute contiguous chunk split split_with_sizes unsqueeze "
        "squeeze expand slice select clone to detach alias roll pad unbind unflatten"
    ),
    Kind.ATTENTION: "scaled_dot_product_attention matmul bmm einsum",
}
_KIND_OF = {op: kind for kind, names in _OPERATIONS.items() for op in names.split()}

_KIND_OF_MODULE = (
    ("Conv", Kind.CONV),
    ("Linear", Kind.LINEAR),
    ("Pool", Kind.POOL),
    ("Norm", Kind.NORM),
    ("Dropout", Kind.DROPOUT),
    ("Flatten", Kind.RESHAPE),
    ("ReLU", Kind.ACTIVATION),
    ("Sigmoid", Kind.ACTIVATION),
    ("Tanh", Kind.ACTIVATION),
    ("Attention", Kind.ATTENTION),
)

FOLLOWERS = frozenset({Kind.NORM, Kind.ACTIVATION, Kind.DROPOUT, Kind.RESHAPE})
"""Kinds that are drawn together with the operation before them."""


def kind_of(node: Node) -> Kind:
    """Return an operation's kind; a call known only by its module's class is judged by its name."""
    if node.op in _KIND_OF:
        return _KIND_OF[node.op]
    return next((kind for part, kind in _KIND_OF_MODULE if part in node.op), Kind.OTHER)
