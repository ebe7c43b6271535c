"""Three ways to a graph, the best first; the record says which was taken."""

import pytest
import strangers
import torch
import toys
from torch import nn

from generator.capture import passage
from generator.capture.examples import Example
from generator.capture.tracing import Traced, trace_model
from generator.capture.watch import watch
from generator.records import TraceMethod

EXAMPLE = Example((torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(0)),))


def traced(model: nn.Module) -> Traced:
    """Observe and trace a toy net as a capture would."""
    with watch(model.eval()) as seen:
        EXAMPLE.run(model)
    names = [name for name, _ in model.named_parameters()]
    return trace_model(model, EXAMPLE, EXAMPLE, tuple(seen.calls), names)


@pytest.mark.parametrize(
    ("net", "method"),
    [
        (toys.Shared, TraceMethod.EXPORT),
        (toys.Refuses, TraceMethod.FX),
        (strangers.Decides, TraceMethod.FX),
        (strangers.Scripted, TraceMethod.FX),
        (toys.Unseen, TraceMethod.HOOKS),
    ],
)
def test_the_best_way_that_works_is_taken(net: type[nn.Module], method: TraceMethod) -> None:
    """What torch.export said is kept wherever it refused."""
    found = traced(net())

    assert found.method is method
    assert (found.refusal is None) == (found.program is not None) == (method.name == "EXPORT")
    assert len(found.nodes) > 1


def test_hooks_alone_know_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever torch.fx may say one day, the calls were seen."""

    def fail(*_arguments: object) -> None:
        raise TypeError("torch changed")

    monkeypatch.setattr(passage, "follow", fail)

    found = traced(toys.Refuses())

    assert [(n.op, n.path) for n in found.nodes] == [("input", ""), ("Conv2d", "convolve")]


@pytest.mark.parametrize("answer", [None, "a cat"])
def test_a_model_that_returns_no_tensor_has_a_graph(answer: str | None) -> None:
    """What it computes on the way is there to be seen."""
    found = traced(strangers.Silent(answer))

    assert [n.op for n in found.nodes] == ["input", "conv2d", "output"]
