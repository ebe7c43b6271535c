"""The conversion to ONNX: what torch itself makes, without reading its table for every model."""

import pytest
import torch
from torch import nn
from torch.export import ExportedProgram
from torch.onnx import ONNXProgram
from torch.onnx._internal.exporter import _registration

from generator.capture import conversion
from generator.capture.conversion import converted
from generator.capture.trace import export


@pytest.fixture(scope="module")
def traced() -> ExportedProgram:
    """Return the trace of a net with a layer that an optimiser would merge away."""
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2), nn.ReLU()).eval()
    return export(net, torch.zeros(1, 3, 5, 5))


def test_the_file_is_what_torch_makes(traced: ExportedProgram) -> None:
    """Only the table comes from elsewhere; and BatchNorm stays."""
    asked = torch.onnx.export(traced, (), dynamo=True, optimize=False, verbose=False)
    assert _content(converted(traced)) == _content(asked)
    assert b"BatchNormalization" in _content(asked)


def test_the_table_is_read_once(traced: ExportedProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a process has it, five hundred functions' sources are left alone."""
    prepared = conversion.prepare()

    def read(*_arguments: object, **_named: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(_registration.ONNXRegistry, "from_torchlib", read)
    assert prepared is not None
    assert converted(traced) is not None


def test_a_release_that_has_it_elsewhere_still_converts(
    traced: ExportedProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public way, which takes longer, stands in."""
    usual = _content(converted(traced))
    monkeypatch.setattr(conversion, "_HOME", "torch.onnx.elsewhere")
    assert conversion.prepare.__wrapped__() is None
    monkeypatch.setattr(conversion, "prepare", conversion.prepare.__wrapped__)
    assert _content(converted(traced)) == usual


def _content(program: ONNXProgram | None) -> bytes:
    assert program is not None
    return program.model_proto.SerializeToString(deterministic=True)
