"""Exports in processes of their own: what reaches the folder, whatever the net does."""

import importlib.util
import os
import time
from pathlib import Path

import pytest
from exports import asked

from generator.capture.export.delivery import Delivery, deliver
from generator.capture.export.request import ExportRequest, Kind
from generator.capture.request import Limits
from generator.errors import CaptureError, DiskError, RequestError

NETS = '''
"""Nets with all kinds of manners."""
import os
import signal
import sys
import time

from torch import nn


class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        return self.convolve(pictures).mean((2, 3))


class Raises(Good):
    def forward(self, pictures):
        raise ValueError("no idea what to do")


class Exits(Good):
    def forward(self, pictures):
        os._exit(3)


class Leaves(Good):
    def __init__(self):
        sys.exit("enough")


class Crashes(Good):
    def forward(self, pictures):
        os.kill(os.getpid(), signal.SIGSEGV)


class Loops(Good):
    def forward(self, pictures):
        while True:
            time.sleep(0.01)


class Prints(Good):
    def forward(self, pictures):
        os.write(1, b"out of order")
        os.write(2, b"out of order")
        return super().forward(pictures)


class Missing:
    pass
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write the nets into a project."""
    (tmp_path / "nets.py").write_text(NETS)
    return tmp_path


def own(project: Path, name: str, kind: Kind = Kind.TORCHSCRIPT) -> ExportRequest:
    """Ask for a net of the project, in a folder that is not there yet."""
    folder = project / "exports" / name.lower()
    return asked(kind, name, folder, (3, 9, 9), project / "nets.py")


def delivered(request: ExportRequest, time_limit_s: float = 60) -> Delivery:
    """Export, and say nothing meanwhile."""
    return deliver(request, Limits(time_limit_s), lambda *_news: None)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.TORCHSCRIPT, "good.pt"),
        (Kind.ONNX, "good.onnx"),
        (Kind.TENSORBOARD, "events.out.tfevents.good"),
    ],
)
def test_the_folder_holds_the_finished_file_and_nothing_else(
    project: Path, kind: Kind, name: str
) -> None:
    """What was begun elsewhere is gone."""
    request = own(project, "Good", kind)
    assert delivered(request).files == (request.folder / name,)
    assert list(request.folder.iterdir()) == [request.folder / name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Raises", "forward: ValueError: no idea what to do"),
        ("Exits", "forward: ProcessDied: the process ended with code 3"),
        ("Leaves", "build: ProcessDied: the process ended with code 1"),
        ("Crashes", "forward: ProcessDied: the process was killed by SIGSEGV"),
        ("Missing", "build: CaptureError: missing: ./nets.py:Missing gives Missing"),
    ],
)
def test_a_broken_net_is_one_clear_error(project: Path, name: str, said: str) -> None:
    """It names the model, the step and the reason; no folder appears."""
    with pytest.raises(CaptureError, match="not exported to torchscript") as raised:
        delivered(own(project, name))
    assert said in str(raised.value)
    assert not (project / "exports").exists()


def test_a_net_that_never_ends_is_stopped(project: Path) -> None:
    """The time limit of captures holds here too."""
    began = time.monotonic()
    with pytest.raises(CaptureError, match=r"forward: TimeLimit: still busy after 8 s"):
        delivered(own(project, "Loops"), time_limit_s=8)
    assert time.monotonic() - began < 60


def test_what_a_net_prints_is_dropped(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Results on stdout stay readable for programs."""
    delivered(own(project, "Prints"))
    assert "out of order" not in "".join(capfd.readouterr())


def test_steps_are_told_in_order(project: Path) -> None:
    """Whoever waits knows for what."""
    steps: list[str] = []
    deliver(own(project, "Good"), Limits(60), lambda _request, step, _seconds: steps.append(step))
    assert steps == ["build", "forward", "compile", "compare"]


def test_a_failed_export_leaves_the_former_one_alone(project: Path) -> None:
    """The file is replaced by a finished one or not at all, and strangers stay."""
    request = own(project, "Raises")
    request.folder.mkdir(parents=True)
    (request.folder / "raises.pt").write_bytes(b"former")
    (request.folder / "mine.txt").write_bytes(b"mine")
    with pytest.raises(CaptureError):
        delivered(request)
    assert sorted(p.name for p in request.folder.iterdir()) == ["mine.txt", "raises.pt"]
    assert (request.folder / "raises.pt").read_bytes() == b"former"


def test_an_export_replaces_the_former_one_and_sweeps_up(project: Path) -> None:
    """What a killed export left behind is removed by the next."""
    request = own(project, "Good")
    left = request.folder / ".archatlas-good-torchscript.partial"
    left.mkdir(parents=True)
    (left / "half.pt").write_bytes(b"half")
    (request.folder / "good.pt").write_bytes(b"former")
    delivered(request)
    assert [path.name for path in request.folder.iterdir()] == ["good.pt"]
    assert (request.folder / "good.pt").stat().st_size > len(b"former")


def test_a_missing_package_is_named_before_any_work(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TensorBoard is asked for by nobody else."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorboard" else found(name)
    )
    with pytest.raises(RequestError, match=r"needs the package 'tensorboard'.*archatlas\[export\]"):
        delivered(own(project, "Good", Kind.TENSORBOARD))
    assert not (project / "exports").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_named(project: Path) -> None:
    """The next step is another folder."""
    (project / "exports").mkdir(mode=0o500)
    with pytest.raises(DiskError, match="--out"):
        delivered(own(project, "Good"))


def test_a_file_in_the_way_is_named(project: Path) -> None:
    """It is not removed."""
    (project / "exports").write_text("mine")
    with pytest.raises(DiskError, match="--out"):
        delivered(own(project, "Good"))
    assert (project / "exports").read_text() == "mine"
