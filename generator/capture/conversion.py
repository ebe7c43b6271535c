"""Decides how torch converts a trace to ONNX: by a table of its operations that is read once.

`torch.onnx.export` reads the sources of five hundred functions for that table, a third of a second,
every time it is called.
"""

import warnings
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from inspect import signature

import torch
from torch.export import ExportedProgram
from torch.onnx import ONNXProgram

_HOME = "torch.onnx._internal.exporter"
# Optimised, BatchNorm would vanish into the convolution before it.
_OPTIONS = {"optimize": False, "verbose": False}


def converted(program: ExportedProgram) -> ONNXProgram | None:
    """Return what `torch.onnx.export` returns for a trace, one node per operation.

    Raises:
        OnnxExporterError: torch cannot convert it.
    """
    convert = prepare() or partial(torch.onnx.export, args=(), dynamo=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return convert(program, **_OPTIONS)


@cache
def prepare() -> Callable[..., ONNXProgram | None] | None:
    """Read the table, and return what torch calls with it; none where a release has it otherwise.

    A process that is forked afterwards has the table, too.
    """
    try:
        lowest = import_module(f"{_HOME}._constants").TORCHLIB_OPSET
        opset = max(lowest, import_module("torch.onnx._constants").ONNX_DEFAULT_OPSET)
        table = import_module(f"{_HOME}._registration").ONNXRegistry.from_torchlib(opset)
        export: Callable[..., ONNXProgram] = import_module(f"{_HOME}._core").export
        convert = partial(export, registry=table, opset_version=opset)
        signature(convert).bind(None, **_OPTIONS)
    except (ImportError, AttributeError, TypeError):
        return None
    return convert
