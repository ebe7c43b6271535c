"""Decides what the fork server loads once, for all the processes that it will start."""

import atexit
import gc
from contextlib import suppress
from importlib import import_module

from PIL import Image

from generator.capture import conversion, worker

_LATE = (
    "torch.export._trace",
    "torch.onnx._internal.exporter._core",
    "onnxscript.function_libs.torch_lib.ops",
    "sympy.tensor.tensor",
)
"""What torch imports when it traces and translates a first model; that takes a second.

To trace one here instead would ask the driver for GPUs, which a forked process then cannot use.
"""

__all__ = ["worker"]

for _name in _LATE:
    with suppress(ImportError):  # another release may have put it elsewhere, and loads it late
        import_module(_name)
conversion.prepare()
Image.init()

# Thousands of modules would be searched for garbage again and again, and their pages copied.
gc.collect()
gc.freeze()
gc.set_threshold(20_000)  # tracing makes objects by the million, few of which refer in circles
atexit.register(gc.unfreeze)  # what they registered to run at the end wants to find them gone
