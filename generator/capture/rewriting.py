"""Decides how a trace says what torch cannot translate into ONNX as it stands."""

from collections.abc import Callable

import onnx_ir as ir
import torch
from torch import fx
from torch.export import ExportedProgram
from torch.fx.node import Argument

from generator.capture.onnx import to_onnx
from generator.errors import CaptureError

_ATTENTION_RANK = 4


def translated(program: ExportedProgram, again: Callable[[], ExportedProgram]) -> ir.Model:
    """Translate a trace into ONNX; where torch refuses it, one that says the same otherwise.

    Args:
        program: the trace.
        again: makes the same trace; a refusal may have left the first half rewritten.

    Raises:
        CaptureError: torch refuses both.
    """
    try:
        return to_onnx(program)
    except CaptureError:
        return to_onnx(translatable(again()))


def translatable(program: ExportedProgram) -> ExportedProgram:
    """Say the same with views of any memory layout and attention of rank 4; the trace is changed.

    torch traces attention as if its fused kernel had made the result, then replaces that by plain
    products with another layout, of which the views that follow cannot be taken. And it translates
    attention over (batch, heads, tokens, channels) only, without further dimensions.
    """
    aten = torch.ops.aten
    for node in list(program.graph.nodes):
        if node.target is aten.view.default:
            node.target = aten.reshape.default
        if node.target is aten.scaled_dot_product_attention.default:
            _fold_batch(program.graph, node)
            layout: dict[str, Argument] = {"memory_format": torch.contiguous_format}
            _insert_after(program.graph, node, aten.clone.default, (), layout)
    program.graph_module.recompile()
    return program


def _fold_batch(graph: fx.Graph, attention: fx.Node) -> None:
    """Let the dimensions before the last three be one; a mask that may belong to them stays out."""
    shape, whole = attention.meta["val"].shape, attention.meta["val"]
    surplus = len(shape) - _ATTENTION_RANK
    has_mask = len(attention.args) > 3 or "attn_mask" in attention.kwargs  # noqa: PLR2004
    if surplus <= 0 or has_mask:
        return
    aten = torch.ops.aten
    for place, given in enumerate(attention.args[:3]):
        if not isinstance(given, fx.Node):
            return
        with graph.inserting_before(attention):
            folded = graph.call_function(aten.flatten.using_ints, (given, 0, surplus))
        folded.meta = {**attention.meta, "val": given.meta["val"].flatten(0, surplus)}
        attention.update_arg(place, folded)
    attention.meta["val"] = whole.flatten(0, surplus)
    sizes = [-1, *shape[1 : surplus + 1]]
    unfolded = _insert_after(graph, attention, aten.unflatten.int, (0, sizes), {})
    unfolded.meta["val"] = whole


def _insert_after(
    graph: fx.Graph,
    node: fx.Node,
    target: torch._ops.OpOverload,
    arguments: tuple[Argument, ...],
    named: dict[str, Argument],
) -> fx.Node:
    """Let an operation on a node's result take its place for everything that reads it."""
    with graph.inserting_after(node):
        added = graph.call_function(target, (node, *arguments), named)
    added.meta = dict(node.meta)
    node.replace_all_uses_with(added, delete_user_cb=lambda user: user is not added)
    return added
