"""Decides what a network looks like as an ONNX file that is meant to be read, not run."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import onnx_ir as ir
import torch
from onnx_ir.passes.common import LiftConstantsToInitializersPass
from onnxscript.optimizer import fold_constants, remove_unused_nodes
from onnxscript.rewriter.rules.common import materialize_reshape_shape_rule

from generator.capture.conversion import converted
from generator.capture.trace import BATCH
from generator.errors import CaptureError

MODULE_KEY = "module"
CONVOLUTIONS = frozenset({"Conv", "ConvTranspose"})
# Constants up to this size (sizes, axes, scale factors) belong to the structure and stay readable.
INLINE_BYTES = 1024

SIZES = {0: BATCH, 2: "height", 3: "width"}
"""What the axes of an input are called whose size is left open."""

_OPERATION_KEY = "operation"
_WEIGHT_KEY = "weight"


class Origin(NamedTuple):
    """Where in the network an ONNX value comes from."""

    module: str
    """Dotted module path; empty for what the network's own `forward` does itself."""
    operation: str
    """Name of the node in the exported program's graph; empty when there is none."""


ROOT = Origin("", "")


def to_onnx(program: torch.export.ExportedProgram) -> ir.Model:
    """Translate a trace, one node per operation; the weights are shared with it, not copied."""
    model, origins = _translate(program)
    weights = _mark_weights(model)
    _simplify(model, weights)
    _name_sizes(model)
    _forget_metadata(model)
    _name_nodes(model, origins)
    return model


def names_by_module(model: ir.Model) -> dict[str, str]:
    """Give for every module path the name of the first node in or below that module."""
    names: dict[str, str] = {}
    for node in model.graph:
        parts = node.metadata_props[MODULE_KEY].split(".")
        for depth in range(len(parts) + 1):
            names.setdefault(".".join(parts[:depth]), str(node.name))
    return names


def names_by_operation(model: ir.Model) -> dict[str, str]:
    """Give for every traced operation the name of the node that yields its result.

    Operations that vanish on the way (dropout, the parts of a chunk) are not listed.
    """
    made = ((node.meta[_OPERATION_KEY], str(node.name)) for node in model.graph)
    return {operation: name for operation, name in made if operation}


def structure_bytes(model: ir.Model) -> bytes:
    """Serialise all but the weights: they keep name, type and shape, and lose their values."""
    structure = model.clone()
    emptied = set()
    for name, value in structure.graph.initializers.items():
        tensor = value.const_value
        if tensor is not None and (value.meta.get(_WEIGHT_KEY) or tensor.nbytes > INLINE_BYTES):
            value.const_value = _elsewhere(tensor)
            emptied.add(name)
    proto = ir.to_proto(structure)
    for initializer in proto.graph.initializer:
        if initializer.name in emptied:  # a reference to a missing file is a request that fails
            initializer.ClearField("external_data")
            initializer.ClearField("data_location")
    return bytes(proto.SerializeToString(deterministic=True))


def write_structure(model: ir.Model, path: Path) -> None:
    """Write the file that is published."""
    path.write_bytes(structure_bytes(model))


def write_runnable(model: ir.Model, path: Path) -> None:
    """Write the model with its weights in a file beside it, as runtimes need it."""
    ir.save(model, path, external_data=f"{path.name}.data")


def _translate(program: torch.export.ExportedProgram) -> tuple[ir.Model, dict[str, Origin]]:
    try:
        exported = converted(program)
    except torch.onnx.errors.OnnxExporterError as error:
        reason = str(error.__cause__ or error).partition("\n")[0]
        raise CaptureError(f"ONNX: torch cannot translate this network: {reason}") from error
    if exported is None:
        raise CaptureError("ONNX: torch returned no model for this network")
    return exported.model, _origins(exported.model, _operations(exported.exported_program))


def _operations(lowered: torch.export.ExportedProgram | None) -> dict[str, str]:
    """Map nodes of the lowered program to the nodes of the trace that they implement."""
    nodes = lowered.graph.nodes if lowered is not None else ()
    return {
        node.name: node.meta["from_node"][-1].name for node in nodes if node.meta.get("from_node")
    }


def _origins(model: ir.Model, operations: dict[str, str]) -> dict[str, Origin]:
    """Note the origin of every value by its name: names outlive rewriting, metadata does not."""
    return {
        str(value.name): _origin(node, operations) for node in model.graph for value in node.outputs
    }


def _origin(node: ir.Node, operations: dict[str, str]) -> Origin:
    scopes = ast.literal_eval(node.metadata_props.get("pkg.torch.onnx.name_scopes", "[]"))
    if not scopes:
        return ROOT
    *modules, lowered = scopes
    path = modules[-1] if modules else ""
    # Sizes of the input, read before any module runs, carry torch's placeholder for "no module".
    is_module = not path.startswith("_empty_nn_module_stack")
    return Origin(path if is_module else "", operations.get(lowered, ""))


def _mark_weights(model: ir.Model) -> frozenset[str]:
    """Note which values the network brought along, before folding adds constants of its own."""
    for value in model.graph.initializers.values():
        value.meta[_WEIGHT_KEY] = True
    return frozenset(model.graph.initializers)


def _simplify(model: ir.Model, weights: frozenset[str]) -> None:
    """Remove what serves running rather than reading; no parameter is merged or renamed."""
    fold_constants(model, should_fold=lambda node: False if _reads(node, weights) else None)
    materialize_reshape_shape_rule.apply_to_model(model)
    _drop_invented_biases(model, weights)
    LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    remove_unused_nodes(model)


def _reads(node: ir.Node, weights: frozenset[str]) -> bool:
    return any(value is not None and value.name in weights for value in node.inputs)


def _drop_invented_biases(model: ir.Model, weights: frozenset[str]) -> None:
    """Remove the zeros that torch adds to a convolution without bias.

    onnxscript's own rule looks at the values alone and would drop a bias initialised to zero too.
    """
    for node in model.graph:
        if node.op_type in CONVOLUTIONS and len(node.inputs) == 3:  # noqa: PLR2004  data, weight, bias
            bias = node.inputs[2]
            if bias is not None and bias.name not in weights and _is_zero(bias):
                node.resize_inputs(2)


def _is_zero(value: ir.Value) -> bool:
    tensor = ir.convenience.get_const_tensor(value)
    return tensor is not None and not tensor.numpy().any()


def _name_sizes(model: ir.Model) -> None:
    """Replace torch's symbols for the input's sizes ("s77") by words, in expressions too."""
    words = _size_symbols(model)
    if not words:
        return
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b")
    for value in _values(model):
        if value.shape is not None:
            value.shape = ir.Shape(_renamed(size, pattern, words) for size in value.shape)


def _size_symbols(model: ir.Model) -> dict[str, str]:
    """Return words by symbols; sizes that must be equal share their symbol and the first's word."""
    words: dict[str, str] = {}
    for shape in (value.shape for value in model.graph.inputs if value.shape):
        for axis, size in enumerate(shape):
            if not isinstance(size, int) and axis in SIZES:
                words.setdefault(str(size), SIZES[axis])
    return words


def _renamed(
    size: int | ir.SymbolicDim, pattern: re.Pattern[str], words: dict[str, str]
) -> int | str | None:
    if isinstance(size, int):
        return size
    return None if size.value is None else pattern.sub(lambda found: words[found[1]], size.value)


def _forget_metadata(model: ir.Model) -> None:
    """Remove stack traces, paths of this machine and torch's own notes."""
    for noted in (model, model.graph, *model.graph, *_values(model)):
        noted.metadata_props.clear()
        noted.doc_string = None


def _values(model: ir.Model) -> Iterator[ir.Value]:
    made = (value for node in model.graph for value in node.outputs)
    return chain(model.graph.inputs, model.graph.initializers.values(), made)


def _name_nodes(model: ir.Model, origins: dict[str, Origin]) -> None:
    taken: Counter[str] = Counter()
    for node in model.graph:
        origin = _origin_of_value(str(node.outputs[0].name), origins)
        name = f"{origin.module}/{node.op_type}" if origin.module else node.op_type
        taken[name] += 1
        node.name = name if taken[name] == 1 else f"{name}_{taken[name]}"
        node.metadata_props[MODULE_KEY] = origin.module
        node.meta[_OPERATION_KEY] = origin.operation


def _origin_of_value(name: str, origins: dict[str, Origin]) -> Origin:
    """Look a value up, or the one it replaced: onnxscript appends "_split_0" and the like."""
    while name and name not in origins:
        name = name.rpartition("_")[0]
    return origins.get(name, ROOT)


def _elsewhere(tensor: ir.TensorProtocol) -> ir.ExternalTensor:
    """Stand in for a tensor without ever copying its values."""
    shape = ir.Shape(tensor.shape.numpy())
    return ir.ExternalTensor("", None, None, tensor.dtype, shape=shape, name=str(tensor.name))
