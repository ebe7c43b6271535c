"""What torch refuses to translate is said otherwise, with the same outputs."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from generator.capture.onnx import names_by_operation, to_onnx
from generator.capture.rewriting import translatable, translated
from generator.capture.trace import export
from generator.errors import CaptureError

HEADS, WIDTH = 2, 4


class Windows(nn.Module):
    """Attends inside windows: (batch, heads, windows, tokens, channels), of rank 5."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(HEADS * WIDTH, 3 * HEADS * WIDTH)

    def forward(self, windows: Tensor) -> Tensor:
        count, many, length, _ = windows.shape
        parts = self.project(windows).reshape(count, many, length, 3, HEADS, WIDTH)
        query, key, value = parts.permute(3, 0, 4, 1, 2, 5).unbind(0)
        attended = F.scaled_dot_product_attention(query, key, value)
        return attended.permute(0, 2, 3, 4, 1).reshape(count, many, length, -1)


class Masked(Windows):
    """The same, with a mask over all of it."""

    def forward(self, windows: Tensor) -> Tensor:
        grouped = windows[:, None]
        mask = torch.zeros(windows.shape[2], windows.shape[2])
        return F.scaled_dot_product_attention(grouped, grouped, grouped, attn_mask=mask)


class Flat(nn.Module):
    """Takes a view of what attention leaves behind."""

    def __init__(self) -> None:
        super().__init__()
        self.biases = nn.Parameter(torch.rand(HEADS, 5, 5))

    def forward(self, tokens: Tensor) -> Tensor:
        heads = tokens.unflatten(2, (HEADS, WIDTH)).transpose(1, 2)
        attended = F.scaled_dot_product_attention(heads, heads, heads, attn_mask=self.biases[None])
        return attended.transpose(1, 2).reshape(len(tokens), 5, -1)


WINDOWS, TOKENS = torch.rand(1, 3, 5, HEADS * WIDTH), torch.rand(1, 5, HEADS * WIDTH)


def tracer(model: nn.Module, example: Tensor) -> Callable[[], ExportedProgram]:
    """Return how to trace a model."""
    return lambda: export(model.eval(), example)


@pytest.mark.parametrize(
    ("model", "example", "count"),
    [(Windows(), WINDOWS, 3), (Masked(), WINDOWS, 3), (Flat(), TOKENS, 1)],
)
def test_a_rewritten_trace_gives_the_same_outputs(
    model: nn.Module, example: Tensor, count: int
) -> None:
    """For one input, and for several where the trace allows them."""
    rewritten = translatable(tracer(model, example)()).module()
    batch = torch.cat([example, 2 * example, -example])[:count]

    torch.testing.assert_close(rewritten(example), model(example))
    torch.testing.assert_close(rewritten(batch), model(batch))


def test_attention_of_rank_5_is_translated() -> None:
    """Torch alone refuses it; the node is known by the operation's name nevertheless."""
    trace = tracer(Windows(), WINDOWS)
    with pytest.raises(CaptureError, match="scaled_dot_product_attention"):
        to_onnx(trace())

    names = names_by_operation(translated(trace(), trace))

    assert {"linear", "scaled_dot_product_attention"} <= names.keys()


def test_what_torch_translates_is_left_alone() -> None:
    """Nothing is traced a second time."""

    def fail() -> ExportedProgram:
        raise AssertionError

    trace = tracer(nn.Linear(3, 2), torch.rand(1, 3))

    assert names_by_operation(translated(trace(), fail)) == names_by_operation(to_onnx(trace()))


def test_what_cannot_be_said_otherwise_is_refused() -> None:
    """Torch's reason is the message."""
    trace = tracer(Masked(), WINDOWS)

    with pytest.raises(CaptureError, match="scaled_dot_product_attention"):
        translated(trace(), trace)
