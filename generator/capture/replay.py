"""Decides how a model runs again so that every operation can be looked at as it happens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import fx, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from generator.capture.nesting import first_tensor
from generator.capture.watch import hookable, is_leaf

Visit = Callable[[str, object], object]
"""Called with an operation's id and value the moment it is made; returns the value that goes on.

Later operations may change the value in place: copy what is to be kept.
"""


def pass_by(_name: str, value: object) -> object:
    """Look at nothing."""
    return value


def replay(program: ExportedProgram, example: torch.Tensor, visit: Visit) -> torch.Tensor | None:
    """Run a traced model on one input (1, …), operation by operation, and return its output.

    Gradients are followed if the caller lets them; weights get none.
    """
    interpreter = _Visiting(program.graph_module, visit)
    return first_tensor(interpreter.run(*_arguments(program, example)))


class Aside:
    """Visits without a say in the run: values go on as they are, and nothing is followed back.

    Where it fails it stops; the run goes on, and `has_failed`.
    """

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.has_failed = False

    def __call__(self, name: str, value: object) -> object:
        """Visit, unless that failed before."""
        if not self.has_failed:
            try:
                with torch.no_grad():
                    self.visit(name, value)
            except Exception:  # noqa: BLE001 - it will be seen where it is visited for its own sake
                self.has_failed = True
        return value


@contextmanager
def visiting_leaves(model: nn.Module, visit: Visit) -> Iterator[None]:
    """Show the outputs of leaf modules inside the `with` block, where a model has no graph.

    They are named as in `trace.nodes_of_calls`: call_0, call_1, … in the order of their calls.
    """
    count = 0

    def hook(_module: nn.Module, _arguments: object, output: object) -> None:
        nonlocal count
        visit(f"call_{count}", output)
        count += 1

    handles = [m.register_forward_hook(hook) for _, m in hookable(model) if is_leaf(m)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Visiting(fx.Interpreter):
    def __init__(self, module: fx.GraphModule, visit: Visit) -> None:
        super().__init__(module)
        self.visit = visit

    def run_node(self, n: fx.Node) -> object:
        value: object = super().run_node(n)
        return value if n.op == "output" else self.visit(n.name, value)


def _arguments(program: ExportedProgram, example: torch.Tensor) -> list[object]:
    """Return what the graph's placeholders stand for, in their order."""
    arguments: list[object] = []
    for spec in program.graph_signature.input_specs:
        name = spec.target or ""
        if spec.kind is InputKind.USER_INPUT:
            arguments.append(example)
        elif name in program.state_dict:
            arguments.append(program.state_dict[name].detach())
        else:  # a constant of the source, or a buffer that is not saved
            arguments.append(program.constants[name])
    return arguments
