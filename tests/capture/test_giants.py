"""Models in the gigabytes are captured in the memory of a laptop."""

from pathlib import Path

import pytest

from generator.capture.request import Limits, Request
from generator.capture.supervisor import capture_all
from generator.config import WeightsPolicy
from generator.records import ModelSpec, Origin, TraceMethod

pytestmark = pytest.mark.slow

GIANT = """
import torch
from torch import nn


class Giant(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.see = nn.Conv2d(3, 4, 3)
        self.widen = nn.Linear(4, width)
        self.mix = nn.Linear(width, width, bias=False)
        self.classify = nn.Linear(width, 5)

    def forward(self, pictures):
        seen = torch.relu(self.see(pictures)).mean((2, 3))
        return self.classify(torch.relu(self.mix(torch.relu(self.widen(seen)))))
"""
WIDTH = 16_384
WEIGHT_BYTES = 4 * WIDTH * WIDTH
MEMORY_BYTES = 2 * WEIGHT_BYTES
"""Of which torch itself needs half a gigabyte: there is no room for a second copy."""


def test_a_gigabyte_of_weights_is_never_copied(tmp_path: Path) -> None:
    """Tracing and ONNX do without values; statistics look at them piece by piece."""
    (tmp_path / "nets.py").write_text(GIANT)
    spec = ModelSpec(
        slug="giant",
        title="Giant",
        family="Own",
        origin=Origin.USER,
        factory="./nets.py:Giant",
        kwargs={"width": WIDTH},
        input_shape=(3, 17, 17),
    )
    folder = tmp_path / "making"
    folder.mkdir()
    request = Request(spec, (), WeightsPolicy.RANDOM, 0, tmp_path, folder)
    limits = Limits(time_s=300, memory_bytes=MEMORY_BYTES)

    (outcome,) = capture_all([request], 1, limits, lambda *_news: None)

    record = outcome.done.record
    assert record.failures == ()
    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.EXPORT
    assert max(stats.bytes for stats in record.parameters) == WEIGHT_BYTES
    assert {"onnx", "torchinfo", "predictions"} <= {one.kind for one in record.artifacts}
    assert sum(one.bytes for one in record.artifacts) < 1_000_000
