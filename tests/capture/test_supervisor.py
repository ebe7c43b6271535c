"""Captures beside each other, in processes of their own, whatever happens in one of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing import forkserver
from pathlib import Path
from threading import Timer

import pytest

from generator.capture.request import Limits, Request
from generator.capture.supervisor import Outcome, capture_all
from generator.config import WeightsPolicy
from generator.records import Failure, ModelSpec, Origin

NETS = '''
"""Nets with all kinds of manners."""
import os
import signal
import sys
import time

from torch import nn

from pieces import WIDTH


class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, WIDTH, 3)

    def forward(self, pictures):
        return self.convolve(pictures).mean((2, 3))


class Better(Good):
    pass


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


class Killed(Good):
    def forward(self, pictures):
        os.kill(os.getpid(), signal.SIGKILL)


class Loops(Good):
    def forward(self, pictures):
        while True:
            time.sleep(0.01)


class Prints(Good):
    def forward(self, pictures):
        print("out of order", flush=True)
        os.write(1, b"out of order")
        os.write(2, b"out of order")
        return super().forward(pictures)


class Reads(Good):
    def __init__(self):
        super().__init__()
        with open("width.txt") as width, open("log.txt", "w") as log:
            log.write(width.read())
        import iniconfig


class Edits(Good):
    def forward(self, pictures):
        with open(__file__, "a") as source:
            source.write("# edited while it was captured")
        return super().forward(pictures)
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write the nets into a project."""
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "pieces.py").write_text("WIDTH = 2\n")
    return tmp_path


def requests(project: Path, *names: str, place: str = "making") -> list[Request]:
    """Ask for nets of the project, each in a folder of its own."""
    made = []
    for name in names:
        spec = ModelSpec(
            slug=name.lower(),
            title=name,
            family="Own",
            origin=Origin.USER,
            factory=f"./nets.py:{name}",
            input_shape=(3, 9, 9),
        )
        folder = project / place / name
        folder.mkdir(parents=True)
        made.append(Request(spec, (), WeightsPolicy.RANDOM, 0, project, folder))
    return made


def run(asked: Sequence[Request], jobs: int = 2, time_limit_s: float = 60) -> dict[str, Outcome]:
    """Capture, and return outcomes by slug."""
    outcomes = capture_all(asked, jobs, Limits(time_limit_s), lambda *_news: None)
    return {outcome.request.spec.slug: outcome for outcome in outcomes}


def failures(outcome: Outcome) -> list[Failure]:
    """Return what an outcome says went wrong."""
    return list(outcome.done.record.failures)


@pytest.mark.parametrize(
    ("name", "kind", "error", "message"),
    [
        ("Raises", "forward", "ValueError", "no idea what to do"),
        ("Exits", "forward", "ProcessDied", "ended with code 3 before it was done"),
        ("Leaves", "build", "SystemExit", "enough"),
        ("Crashes", "forward", "ProcessDied", "killed by SIGSEGV"),
        ("Killed", "forward", "ProcessDied", "killed by SIGKILL; often that is the kernel"),
    ],
)
def test_a_net_that_breaks_leaves_the_others_alone(
    name: str, kind: str, error: str, message: str, project: Path
) -> None:
    """Its record says what happened and during which step; its neighbours are complete."""
    outcomes = run(requests(project, "Good", name, "Better"))

    assert list(outcomes) != []
    (failure,) = failures(outcomes[name.lower()])
    assert (failure.kind, failure.error) == (kind, error)
    assert message in failure.message
    assert [failures(outcomes[other]) for other in ("good", "better")] == [[], []]
    assert all(outcomes[other].done.record.is_captured for other in ("good", "better"))


def test_a_net_that_never_returns_is_stopped(project: Path) -> None:
    """After its time it becomes a failure that names the setting; the process is gone."""
    began = time.monotonic()

    outcomes = run(requests(project, "Loops", "Good"), time_limit_s=6)

    (failure,) = failures(outcomes["loops"])
    assert (failure.kind, failure.error) == ("forward", "TimeLimit")
    assert failure.message == "still busy after 6 s; see 'time_limit_s'"
    assert outcomes["good"].done.record.is_captured
    assert 6 <= time.monotonic() - began < 20


def test_a_fork_server_that_dies_at_the_wrong_moment_is_replaced(project: Path) -> None:
    """It may have taken the order already, but not have answered; then the order is given again."""
    forkserver.ensure_running()
    pid = forkserver._forkserver._forkserver_pid
    os.kill(pid, signal.SIGSTOP)
    killer = Timer(0.5, os.kill, (pid, signal.SIGKILL))
    killer.start()

    outcomes = run(requests(project, "Good"))

    killer.join()
    assert outcomes["good"].done.record.is_captured
    assert forkserver._forkserver._forkserver_pid != pid


def test_what_a_net_prints_is_dropped(project: Path) -> None:
    """Stdout belongs to results and stderr to progress, even against os.write."""
    (project / "mkdocs.yml").write_text("")
    (project / "archatlas.toml").write_text('models = ["./nets.py:Prints"]')

    ran = subprocess.run(
        [sys.executable, "-m", "generator", "capture"], cwd=project, capture_output=True, check=True
    )

    assert ran.stdout == b""
    assert b"captured 1" in ran.stderr
    assert b"out of order" not in ran.stderr


def test_results_do_not_depend_on_how_many_run_at_once(project: Path) -> None:
    """One at a time or two, records and files are equal to the byte."""
    names = ("Good", "Better", "Raises")

    alone = run(requests(project, *names, place="alone"), jobs=1)
    beside = run(requests(project, *names, place="beside"), jobs=2)

    assert {slug: one.done.record.model_dump_json() for slug, one in alone.items()} == {
        slug: one.done.record.model_dump_json() for slug, one in beside.items()
    }
    files = [path for path in (project / "alone").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        twin = project / "beside" / path.relative_to(project / "alone")
        assert path.read_bytes() == twin.read_bytes()


def test_steps_are_reported_as_they_begin(project: Path) -> None:
    """Whoever waits can see where a capture is."""
    heard: list[str] = []

    limits = Limits(60)
    list(capture_all(requests(project, "Good"), 1, limits, lambda _r, step, _s: heard.append(step)))

    assert heard == ["build", "forward", "trace", "onnx", "features"]


def test_own_sources_are_dependencies(project: Path) -> None:
    """A net depends on its file, and on what that imports from the project."""
    done = run(requests(project, "Good"))["good"].done

    assert done.dependencies == (project / "nets.py", project / "pieces.py")
    assert not done.is_dated


def test_what_a_net_reads_in_the_project_is_a_dependency(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own data decide like its code, and so do packages; what it writes decides nothing."""
    monkeypatch.chdir(project)
    (project / "width.txt").write_text("2")

    done = run(requests(project, "Reads"))["reads"].done

    assert done.record.failures == ()
    assert [path.name for path in done.dependencies] == ["nets.py", "pieces.py", "width.txt"]
    assert "iniconfig" in done.packages
    assert not done.is_dated


def test_an_edit_within_the_same_second_is_seen(project: Path) -> None:
    """Bytecode of the same second and length would pass for the new source; none is written."""
    first = run(requests(project, "Good"))["good"].done
    status = (project / "pieces.py").stat()
    (project / "pieces.py").write_text("WIDTH = 3\n")
    os.utime(project / "pieces.py", ns=(status.st_atime_ns, status.st_mtime_ns))

    second = run(requests(project, "Good", place="again"))["good"].done

    assert [done.record.parameters[0].shape[0] for done in (first, second)] == [2, 3]
    assert not list(project.rglob("__pycache__"))


def test_a_source_edited_meanwhile_makes_the_result_dated(project: Path) -> None:
    """Nobody knows which state of the file was captured, so it must not count as current."""
    assert run(requests(project, "Edits"))["edits"].done.is_dated


def test_no_request_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that captures nothing must not pay for a fork server."""

    def refuse(*_arguments: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("multiprocessing.forkserver.ForkServer.ensure_running", refuse)

    assert run([]) == {}


def test_giving_up_ends_every_process(looping: Path) -> None:
    """Whoever stops asking leaves nothing running behind."""
    outcomes = capture_all(requests(looping, "Loops", "Good"), 2, Limits(60), lambda *_news: None)
    next(outcomes)
    pid = pid_of_the_loop(looping)

    outcomes.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    "endlessly",
    [
        "while True: time.sleep(0.01)",
        "import ctypes; ctypes.PyDLL(None).sleep(3600)  # and holds on to the interpreter",
    ],
)
def test_a_net_does_not_outlive_a_coordinator_that_was_killed(
    endlessly: str, looping: Path
) -> None:
    """Nobody is left to stop it then, so it stops itself, or the kernel stops it."""
    source = (looping / "nets.py").read_text()
    assert "while True:\n            time.sleep(0.01)" in source
    edited = source.replace("while True:\n            time.sleep(0.01)", endlessly)
    (looping / "nets.py").write_text(edited)
    (looping / "mkdocs.yml").write_text("")
    (looping / "archatlas.toml").write_text('models = ["./nets.py:Loops"]')
    coordinator = subprocess.Popen(
        [sys.executable, "-m", "generator", "capture"], cwd=looping, stderr=subprocess.DEVNULL
    )
    pid = pid_of_the_loop(looping)

    coordinator.kill()
    coordinator.wait()

    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}/cmdline").exists()


@pytest.fixture
def looping(project: Path) -> Path:
    """Let the net that never returns write down which process it is in."""
    notes = f"open({str(project / 'pid')!r}, 'w').write(f'{{os.getpid()}}.')"
    source = NETS.replace("        while True:", f"        {notes}\n        while True:")
    (project / "nets.py").write_text(source)
    return project


def pid_of_the_loop(project: Path) -> int:
    """Wait until the net that never returns has begun."""
    path, deadline = project / "pid", time.monotonic() + 30
    while not (path.exists() and path.read_text().endswith(".")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(path.read_text().rstrip("."))
