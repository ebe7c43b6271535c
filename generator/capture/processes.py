"""Decides which processes belong to a capture, what they hold together, and how they end.

What the kernel does not tell, outside Linux, counts as nothing.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")
_KB = 1024
_SHARE_OF_MACHINE = 0.75
_CONTAINER_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def family(pid: int, at_most: int = 10_000) -> list[int]:
    """Return a process and everything it started that is still its own, itself first."""
    found = [pid]
    for member in found:
        if len(found) >= at_most:
            break
        with suppress(OSError):  # it has ended
            for tasks in (_PROCESSES / str(member) / "task").iterdir():
                found.extend(int(child) for child in (tasks / "children").read_text().split())
    return found[:at_most]


def private_bytes(pids: Iterable[int]) -> int:
    """Return the memory that processes have filled and nobody could do without, in bytes."""
    return sum(_status(pid, "RssAnon") + _status(pid, "RssShmem") for pid in pids)


def writable_bytes(pid: int) -> int:
    """Return the memory that a process may write to, filled or not, in bytes."""
    return _status(pid, "VmData")


def usual_memory_bytes() -> int:
    """Return what one model may hold when nobody says: most of this machine, or container."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [machine]
    for path in _CONTAINER_LIMITS:
        with suppress(OSError, ValueError):  # absent, or "max"
            limits.append(int(path.read_text()))
    return round(min(limits) * _SHARE_OF_MACHINE)


def end(pid: int, members: Iterable[int]) -> None:
    """Kill a process with its session, and its family, in whatever sessions that is."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for member in members:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(member, signal.SIGKILL)


def _status(pid: int, name: str) -> int:
    with suppress(OSError):
        for line in (_PROCESSES / str(pid) / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * _KB
    return 0
