"""One build at a time in a project, and nobody locked out by a dead one."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from generator.errors import DiskError
from generator.lock import only_one

HOLDER = """
import sys, time
from pathlib import Path
from generator.lock import only_one
with only_one(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    time.sleep(60)
"""


def held_by_another(state: Path) -> subprocess.Popen[bytes]:
    """Start a process that holds the lock, and return once it does."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(state)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_free_lock_is_taken_without_a_word(tmp_path: Path) -> None:
    """Nobody waits where nobody works; afterwards it is free again."""
    waits: list[str] = []

    with only_one(tmp_path / "state", lambda: waits.append("first")):
        pass
    with only_one(tmp_path / "state", lambda: waits.append("second")):
        pass

    assert waits == []


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    """A build that fails does not lock the next one out."""
    with pytest.raises(ZeroDivisionError), only_one(tmp_path, lambda: None):
        _ = 1 / 0

    with only_one(tmp_path, lambda: pytest.fail("still held")):
        pass


def test_the_second_says_that_it_waits_and_then_works(tmp_path: Path) -> None:
    """It goes on by itself as soon as the first is done."""
    holder = held_by_another(tmp_path)
    said, worked = threading.Event(), threading.Event()

    def second() -> None:
        with only_one(tmp_path, said.set):
            worked.set()

    thread = threading.Thread(target=second)
    thread.start()
    assert said.wait(10)
    assert not worked.wait(0.2)
    holder.terminate()
    holder.communicate()
    thread.join(10)

    assert worked.is_set()


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    """The file stays, the lock goes with the process."""
    holder = held_by_another(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    with only_one(tmp_path, lambda: pytest.fail("still held")):
        assert (tmp_path / "lock").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way is told as what it is."""
    (tmp_path / "project").write_text("a file")

    with (
        pytest.raises(DiskError, match=r"project: cannot be written to"),
        only_one(tmp_path / "project" / ".archatlas", lambda: None),
    ):
        pytest.fail("nothing was locked")
