"""What the fork server loads: all that torch needs, nothing that a forked process suffers from."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys, threading
from pathlib import Path
import torch
asked = []
torch._C._cuda_getDeviceCount = lambda: asked.append("driver") or 0
def threads():  # those of torch and NumPy, outside of Linux Python's alone
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()
from generator.capture import worker
before = threads()
from generator.capture import preload
begun = threads() - before
loaded = dict(sys.modules)
drivers = len(asked)

from generator.capture.onnx import to_onnx
from generator.capture.trace import export
to_onnx(export(torch.nn.Conv2d(3, 2, 3), torch.zeros(1, 3, 5, 5)))
late = sys.modules.keys() - loaded.keys()
ours = worker._PRELOADED.keys() & {"networkx", "onnxscript.function_libs.torch_lib.ops"}
print(json.dumps([drivers, begun, len(late), sorted(ours)]))
"""


@pytest.fixture(scope="module")
def preloaded() -> tuple[list[object], str]:
    """Return what a process found that loaded it all and then traced a net, and what it said."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(ran.stdout), ran.stderr


def test_no_gpu_is_asked_for_and_no_thread_begins(preloaded: tuple[list[object], str]) -> None:
    """A process forked after either could use no GPU, or wait for a thread that it lacks."""
    drivers, begun, _late, _ours = preloaded[0]
    assert (drivers, begun) == (0, 0)


def test_tracing_and_translating_load_next_to_nothing(preloaded: tuple[list[object], str]) -> None:
    """Of the five hundred modules that a first trace asks for, few are left."""
    _drivers, _begun, late, _ours = preloaded[0]
    assert isinstance(late, int)
    assert late < 60


def test_what_torch_loads_late_still_counts_as_a_captures_own(
    preloaded: tuple[list[object], str],
) -> None:
    """A net may import networkx too: its version must go on to decide about the capture."""
    assert preloaded[0][3] == []


def test_the_fork_server_ends_without_a_word(preloaded: tuple[list[object], str]) -> None:
    """Extensions complain at the end about objects that the collector was told to leave alone."""
    assert preloaded[1] == ""
