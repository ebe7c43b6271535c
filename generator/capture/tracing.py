"""Decides by which way a model's graph is found: torch.export, torch.fx, or the order of calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn
from torch.export import ExportedProgram

from generator.capture import passage, trace
from generator.capture.examples import Example
from generator.capture.nodes import INPUT_OP, OUTPUT_OP
from generator.errors import CaptureError
from generator.records import ModuleCall, Node, TraceMethod


@dataclass(frozen=True)
class Traced:
    """A graph, and how it was found."""

    nodes: tuple[Node, ...]
    method: TraceMethod
    program: ExportedProgram | None = None
    """None: torch.export refused."""
    refusal: Exception | None = None
    """What torch.export said."""


def trace_model(
    model: nn.Module,
    shape: Example,
    shown: Example,
    calls: tuple[ModuleCall, ...],
    parameters: Iterable[str],
) -> Traced:
    """Return the best graph that can be had of a model.

    Args:
        model: what is traced.
        shape: inputs whose values do not count.
        shown: inputs that the model was observed with, for the way that it took.
        calls: what the observation noted, in order.
        parameters: names, to be found again by module.
    """
    try:
        program = trace.export(model, shape)
        nodes = _not_empty(trace.nodes_of(program, model), calls)
        return Traced(nodes, TraceMethod.EXPORT, program)
    except Exception as error:  # noqa: BLE001 - whatever it refuses, there is another way
        refusal = error
    try:
        nodes = passage.nodes_of_passage(passage.follow(model, shown), model)
        return Traced(_not_empty(nodes, calls), TraceMethod.FX, refusal=refusal)
    except Exception:  # noqa: BLE001 - the hooks have seen something at least
        nodes = trace.nodes_of_calls(calls, parameters)
        return Traced(nodes, TraceMethod.HOOKS, refusal=refusal)


def _not_empty(nodes: tuple[Node, ...], calls: tuple[ModuleCall, ...]) -> tuple[Node, ...]:
    """Return a graph if it shows what ran: torch drops what no output depends on."""
    is_empty = all(node.op in {INPUT_OP, OUTPUT_OP} for node in nodes)
    if is_empty and any(call.is_leaf for call in calls):
        raise CaptureError("no operation makes its output: it returns no tensor that it computed")
    return nodes
