"""A fault is contained whenever it happens: on import, while built, fed or traced."""

import hashlib
from pathlib import Path

import pytest

from generator.capture.request import Limits, Request
from generator.capture.supervisor import Outcome, capture_all
from generator.config import WeightsPolicy
from generator.records import ModelSpec, Origin, TraceMethod

pytestmark = pytest.mark.slow

LIMITS = Limits(time_s=40, memory_bytes=1_000_000_000)
BEGINNING = """
import ctypes, os, sys, time
import torch
from torch import nn
"""
NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)
        {built}

    def forward(self, pictures):
        if torch.compiler.is_exporting():
            {traced}
        if pictures.shape[-1] != 9:
            {resized}
        return self.convolve(pictures).mean((2, 3))

    def __repr__(self):
        {told}
        return "net"


def make_inputs():
    {fed}
    return torch.zeros(1, 3, 9, 9)
"""
LOOP = "while True: time.sleep(0.01)"
CRASH = "ctypes.string_at(0)"
HOARD = "taken = [bytearray(16_000_000) for _ in range(10_000)]"
FAULTS: dict[str, tuple[str, str, tuple[str, str, str]]] = {
    "import-exits": ("imported", "os._exit(0)", ("build", "ProcessDied", "code 0 before")),
    "import-loops": ("imported", LOOP, ("build", "TimeLimit", "see 'time_limit_s'")),
    "import-hoards": ("imported", HOARD, ("build", "MemoryLimit", "see 'memory_limit_mb'")),
    "import-fails": ("imported", "import nobody_has_this", ("build", "ModuleNotFoundError", "")),
    "build-crashes": ("built", CRASH, ("build", "ProcessDied", "killed by SIGSEGV")),
    "build-refers-to-itself": ("built", "self.convolve.up = self", ("build", "", "")),
    "inputs-fail": ("fed", "raise OSError('no such table')", ("", "OSError", "no such table")),
    "inputs-loop": ("fed", LOOP, ("", "TimeLimit", "see 'time_limit_s'")),
    "trace-crashes": ("traced", CRASH, ("trace", "ProcessDied", "killed by SIGSEGV")),
    "trace-loops": ("traced", LOOP, ("trace", "TimeLimit", "see 'time_limit_s'")),
    "trace-exits": ("traced", "os._exit(5)", ("trace", "ProcessDied", "code 5 before")),
    "sizes-crash": ("resized", CRASH, ("features", "ProcessDied", "killed by SIGSEGV")),
    "sizes-loop": ("resized", LOOP, ("features", "TimeLimit", "see 'time_limit_s'")),
    "sizes-leave": ("resized", "sys.exit('enough')", ("features", "SystemExit", "enough")),
}
"""Where a fault is, what it is, and step, error and a part of the message; empty: any will do."""


PICTURES = {"input_shape": (3, 9, 9)}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Capture a net of each kind, each in a file of its own, and a good one last."""
    root = tmp_path_factory.mktemp("steps")
    requests = [asked(root, name, {where: what}) for name, (where, what, _) in FAULTS.items()]
    requests += [asked(root, "good", {}), asked(root, "silent", {"told": "raise TypeError"})]
    found = capture_all(requests, 6, LIMITS, lambda *_news: None)
    return {outcome.request.spec.slug: outcome for outcome in found}


def asked(root: Path, name: str, faults: dict[str, str]) -> Request:
    """Write a net with faults, and ask for it."""
    places = dict.fromkeys(("built", "traced", "resized", "told", "fed"), "pass")
    source = BEGINNING + faults.get("imported", "") + NET.format(**{**places, **faults})
    (root / f"{name}.py").write_text(source)
    spec = ModelSpec(
        slug=name,
        title=name,
        family="Own",
        origin=Origin.USER,
        factory=f"./{name}.py:Net",
        **(PICTURES if "resized" in faults else {"inputs": f"./{name}.py:make_inputs"}),
    )
    folder = root / "making" / name
    folder.mkdir(parents=True)
    return Request(spec, (), WeightsPolicy.RANDOM, 0, root, folder)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_the_step_it_happened_in(name: str, outcomes: dict[str, Outcome]) -> None:
    """And the kind of its end; there is one reason, and a record that can be written."""
    kind, error, message = FAULTS[name][2]
    record = outcomes[name].done.record

    (failure,) = record.failures
    assert kind in {"", failure.kind}
    assert error in {"", failure.error}
    assert message in failure.message
    assert type(record).model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize("name", [name for name in FAULTS if "trace" in name or "sizes" in name])
def test_what_was_observed_before_remains(name: str, outcomes: dict[str, Outcome]) -> None:
    """Layers and torchinfo's table survive a trace that kills, the graph what comes after it."""
    asked_for, done = outcomes[name].request, outcomes[name].done
    record = done.record
    is_traced = "sizes" in name

    assert done.is_cut_short  # so that the next build tries again
    assert [call.path for call in record.calls if call.is_leaf] == ["convolve"]
    assert record.torchinfo_rows
    assert record.provenance.trace is (TraceMethod.EXPORT if is_traced else TraceMethod.HOOKS)
    assert any("convolve" in node.path for node in record.nodes)
    kept = {artifact.file: artifact for artifact in record.artifacts}
    assert ("model.onnx" in kept) is is_traced
    for file, artifact in kept.items():
        content = (asked_for.folder / file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == artifact.sha256


@pytest.mark.parametrize("name", ["good", "silent"])
def test_nets_beside_them_are_whole(name: str, outcomes: dict[str, Outcome]) -> None:
    """Also one that cannot say what it is."""
    assert outcomes[name].done.record.failures == ()
    assert outcomes[name].done.record.is_captured
