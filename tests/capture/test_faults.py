"""Whatever a net does to its process: it is recorded, and the nets beside it are complete."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import archatlas, toy_project

from generator.capture.request import Limits, Request
from generator.capture.supervisor import Outcome, capture_all
from generator.config import WeightsPolicy
from generator.records import Failure, ModelSpec, Origin

pytestmark = pytest.mark.slow

LIMITS = Limits(time_s=40, memory_bytes=1_000_000_000)

NETS = '''
"""Nets, each with a fault of its own."""
import ctypes
import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings

import torch
from torch import nn


class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        self.misbehave()
        return self.convolve(pictures).mean((2, 3))

    def misbehave(self):
        """Do nothing wrong."""


class Raises(Good):
    def misbehave(self):
        raise ValueError("no idea what to do")


class RaisesUnreadably(Good):
    def misbehave(self):
        class Odd(Exception):
            def __str__(self):
                raise RuntimeError("not even this")
        raise Odd


class RaisesNoText(Good):
    def misbehave(self):
        raise ValueError("broken \\udc80 text")


class Interrupts(Good):
    def misbehave(self):
        raise KeyboardInterrupt


class Recurses(Good):
    def misbehave(self):
        self.misbehave()


class ExitsPolitely(Good):
    def misbehave(self):
        sys.exit("enough")


class Exits(Good):
    def misbehave(self):
        os._exit(3)


class ExitsAsIfDone(Good):
    def misbehave(self):
        os._exit(0)


class Crashes(Good):
    def misbehave(self):
        ctypes.string_at(0)


class Aborts(Good):
    def misbehave(self):
        os.abort()


class Loops(Good):
    def misbehave(self):
        while True:
            pass


class LoopsDeaf(Good):
    """Ignores every signal that can be ignored, and never lets go of the interpreter."""

    def misbehave(self):
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        ctypes.PyDLL(None).sleep(3600)


class Stops(Good):
    def misbehave(self):
        os.kill(os.getpid(), signal.SIGSTOP)


class WantsTooMuch(Good):
    def misbehave(self):
        torch.ones(10**9)


class TakesMoreAndMore(Good):
    def misbehave(self):
        taken = []
        while True:
            taken.append(bytearray(16_000_000))


class TakesMoreElsewhere(Good):
    """Its children together take what it may not."""

    def misbehave(self):
        command = "taken = bytearray(400_000_000); import time; time.sleep(3600)"
        for _ in range(3):
            subprocess.Popen([sys.executable, "-c", command])
        time.sleep(3600)


class Prints(Good):
    def misbehave(self):
        print("out of order", flush=True)
        os.write(1, b"out of order")
        os.write(2, b"out of order")
        subprocess.run(["echo", "out of order"])
        warnings.warn("out of order")


class Asks(Good):
    def misbehave(self):
        input("what now?")


class ChangesEverything(Good):
    def misbehave(self):
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(7)
        random.seed(7)
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(2)
        torch.set_grad_enabled(False)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        gc.disable()
        sys.setrecursionlimit(10_000)
        warnings.simplefilter("error")
        sys.stdout = sys.stderr = None
        threading.excepthook = None
        os.environ.clear()
        os.chdir("/")
        sys.path.clear()


class Patches(Good):
    def misbehave(self):
        torch.Tensor.__add__ = torch.zeros = torch.nn.functional.conv2d = None
        torch.nn.Module.__call__ = lambda *_: None


class Lingers(Good):
    """Leaves threads and processes behind, one of them in a session of its own."""

    def misbehave(self):
        threading.Thread(target=time.sleep, args=(3600,)).start()
        for is_detached in (False, True):
            subprocess.Popen(["sleep", "3587"], start_new_session=is_detached)


class DiesLate(Good):
    """Ends its process when it is shown pictures of another size, after all else."""

    def forward(self, pictures):
        if pictures.shape[-1] != 32:
            os._exit(6)
        return self.convolve(pictures).mean((2, 3))


class LingersDead(Good):
    """Is gone, but its child still holds on to the pipe."""

    def misbehave(self):
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(4)


class StartsWorkers(Good):
    """Has its data loaded by processes of its own."""

    def __init__(self):
        super().__init__()
        rows = torch.utils.data.TensorDataset(torch.ones(4, 2))
        assert len(list(torch.utils.data.DataLoader(rows, num_workers=1))) == 4


class Twins(Good):
    """Goes on twice."""

    def misbehave(self):
        os.fork()


class Multiplies(Good):
    def misbehave(self):
        while True:
            subprocess.Popen(["sleep", "3588"])


class CutsItselfOff(Good):
    def misbehave(self):
        os.closerange(3, 1000)
        time.sleep(3600)


class KillsItsParent(Good):
    def misbehave(self):
        os.kill(os.getppid(), signal.SIGKILL)


class IsNotANumber(Good):
    """Has weights that JSON has no word for."""

    def __init__(self):
        super().__init__()
        nn.init.constant_(self.convolve.weight, float("nan"))
        nn.init.constant_(self.convolve.bias, float("inf"))


class HasAnOddName(Good):
    def __init__(self):
        super().__init__()
        self.register_parameter("odd \\udc80", nn.Parameter(torch.ones(1)))
'''

FATAL = {
    "Raises": ("forward", "ValueError", "no idea what to do"),
    "RaisesUnreadably": ("", "", ""),
    "RaisesNoText": ("", "", ""),
    "Interrupts": ("forward", "KeyboardInterrupt", ""),
    "Recurses": ("forward", "RecursionError", "maximum recursion depth"),
    "ExitsPolitely": ("forward", "SystemExit", "enough"),
    "Exits": ("forward", "ProcessDied", "ended with code 3 before it was done"),
    "ExitsAsIfDone": ("forward", "ProcessDied", "ended with code 0 before it was done"),
    "Crashes": ("forward", "ProcessDied", "killed by SIGSEGV"),
    "Aborts": ("forward", "ProcessDied", "killed by SIGABRT; often that is memory"),
    "Loops": ("forward", "TimeLimit", "still busy after 40 s; see 'time_limit_s'"),
    "LoopsDeaf": ("forward", "TimeLimit", "still busy after 40 s; see 'time_limit_s'"),
    "Stops": ("forward", "TimeLimit", "still busy after 40 s; see 'time_limit_s'"),
    "WantsTooMuch": ("forward", "MemoryLimit", "more memory than 1000 MB; see 'memory_limit_mb'"),
    "TakesMoreAndMore": ("forward", "MemoryLimit", "than 1000 MB; see 'memory_limit_mb'"),
    "TakesMoreElsewhere": ("forward", "MemoryLimit", "than 1000 MB; see 'memory_limit_mb'"),
    "Asks": ("forward", "EOFError", "EOF when reading a line"),
    "LingersDead": ("forward", "ProcessDied", "ended with code 4 before it was done"),
    "Multiplies": ("forward", "ProcessLimit", "started more than 256 processes"),
    "CutsItselfOff": ("forward", "ProcessDied", "closed its connection before it was done"),
    "HasAnOddName": ("", "", ""),
}
"""Nets without a record: step, error and a part of the message; empty where any will do."""

HARMLESS = ("Prints", "ChangesEverything", "Patches", "Lingers", "Twins", "KillsItsParent")
"""Nets that may come to an end all the same, whole or with failures."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the nets into a project."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "nets.py").write_text(NETS)
    return folder


@pytest.fixture(scope="module")
def before(project: Path) -> Outcome:
    """Capture the good net alone."""
    (outcome,) = capture_all([asked(project, "Good")], 1, LIMITS, lambda *_news: None)
    return outcome


@pytest.fixture(scope="module")
def outcomes(project: Path) -> dict[str, Outcome]:
    """Capture every faulty net in one go, with the good one first, amidst and last."""
    names = [*FATAL, *HARMLESS, "IsNotANumber"]
    requests = [asked(project, name) for name in names]
    for number, place in enumerate((0, len(names) // 2, len(names))):
        requests.insert(place + number, asked(project, "Good", slug=f"good{number}"))
    # They sleep more than they work: many at a time, so that waiting for one is for all.
    found = capture_all(requests, 6, LIMITS, lambda *_news: None)
    return {outcome.request.spec.slug: outcome for outcome in found}


def asked(project: Path, name: str, slug: str = "") -> Request:
    """Ask for a net, in a folder of its own."""
    spec = ModelSpec(
        slug=slug or name.lower(),
        title=name,
        family="Own",
        origin=Origin.USER,
        factory=f"./nets.py:{name}",
        input_shape=(3, 9, 9),
    )
    folder = project / "making" / spec.slug
    folder.mkdir(parents=True)
    return Request(spec, (), WeightsPolicy.RANDOM, 0, project, folder)


def failures(outcome: Outcome) -> tuple[Failure, ...]:
    """Return what an outcome says went wrong."""
    return outcome.done.record.failures


@pytest.mark.parametrize("name", FATAL)
def test_a_fault_becomes_a_failure_that_says_what_happened(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    """Which step, what kind of end, and which setting if it was a limit."""
    kind, error, message = FATAL[name]

    found = failures(outcomes[name.lower()])

    assert found
    assert kind in {"", found[0].kind}
    assert error in {"", found[0].error}
    assert message in found[0].message
    assert "\n" not in found[0].message
    assert outcomes[name.lower()].done.record.model_dump_json()


@pytest.mark.parametrize("name", HARMLESS)
def test_a_changed_process_ends_with_it(name: str, outcomes: dict[str, Outcome]) -> None:
    """Captured, or failed in a step that is named: either way it is over before its time."""
    outcome = outcomes[name.lower()]

    assert outcome.done.record.is_captured or failures(outcome)
    assert outcome.seconds < LIMITS.time_s


@pytest.mark.parametrize("number", range(3))
def test_nets_beside_faulty_ones_are_captured_as_if_alone(
    number: int, before: Outcome, outcomes: dict[str, Outcome]
) -> None:
    """Not one byte of their records differs."""
    alone = before.done.record
    beside = outcomes[f"good{number}"].done.record

    assert alone.failures == ()
    assert beside.model_copy(update={"slug": "good"}) == alone


def test_what_was_printed_reaches_nobody(
    outcomes: dict[str, Outcome], capfd: pytest.CaptureFixture[str]
) -> None:
    """A net that prints is captured like any other."""
    assert failures(outcomes["prints"]) == ()
    assert "out of order" not in "".join(capfd.readouterr())


def test_a_net_may_have_workers_of_its_own(project: Path) -> None:
    """As data loaders have: Python refuses them to processes that it calls daemons."""
    limits = Limits(time_s=120, memory_bytes=LIMITS.memory_bytes)

    asked_for = [asked(project, "StartsWorkers")]
    (outcome,) = capture_all(asked_for, 1, limits, lambda *_news: None)

    assert failures(outcome) == ()


def test_weights_that_are_no_numbers_are_a_fact_not_a_crash(outcomes: dict[str, Outcome]) -> None:
    """Such a record can be written and read like any other, or says why not."""
    record = outcomes["isnotanumber"].done.record

    assert type(record).model_validate_json(record.model_dump_json()) == record
    assert record.is_captured or record.failures


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_nothing_a_net_started_outlives_it(outcomes: dict[str, Outcome]) -> None:
    """Neither children nor children in sessions of their own."""
    assert "lingers" in outcomes

    assert not _processes("3587", "3588")


def _processes(*words: str) -> list[str]:
    found = []
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        found = [line for line in _command_lines() if line and line[-1] in words]
        if not found:
            break
        time.sleep(0.1)
    return [" ".join(line) for line in found]


def _command_lines() -> Iterator[list[str]]:
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                text = Path(entry.path, "cmdline").read_text()
            except OSError:
                continue
            yield text.rstrip("\0").split("\0")


def test_a_site_of_faulty_nets_is_complete_and_says_what_happened(tmp_path: Path) -> None:
    """The page of each names its fault, the good one is whole, and the exit code is 1.

    One that dies late has a page of what was seen until then.
    """
    names = ("Good", "Crashes", "WantsTooMuch", "Multiplies", "LoopsDeaf", "DiesLate")
    project = toy_project(
        tmp_path / "project",
        *names,
        settings="models = []\ntime_limit_s = 25\nmemory_limit_mb = 1000",
    )
    (project / "toys.py").write_text(NETS)

    ran = archatlas("build", folder=project)

    assert ran.returncode == 1
    assert "out of order" not in ran.stdout + ran.stderr
    for name, (_, _, message) in FATAL.items():
        if name in names:
            page = (project / "site" / "models" / name.lower() / "index.html").read_text()
            assert message.replace("40 s", "25 s").replace("'", "&#39;") in page.replace(
                "'", "&#39;"
            )
    for name in ("good", "dieslate"):
        assert (project / "site" / "models" / name / "model.onnx").is_file()
    late = (project / "site" / "models" / "dieslate" / "index.html").read_text()
    assert "ended with code 6 before it was done" in late
    assert 'id="layer-convolve"' in late
