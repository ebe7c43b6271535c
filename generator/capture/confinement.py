"""Decides what a process that runs foreign code may do: say nothing, take so much, outlive nobody.

Nothing here imports torch: a process is confined before anything of the model's is loaded.
"""

import fcntl
import os
import resource
import signal
from multiprocessing import current_process, parent_process
from threading import Thread

from generator.capture.processes import private_bytes, writable_bytes


def confine(memory_bytes: int | None) -> None:
    """Give this process a session of its own, no terminal, and an end with its coordinator.

    Args:
        memory_bytes: what it may hold privately; where the kernel can tell, asking for more fails
            inside the process, as a MemoryError.
    """
    os.setsid()  # one signal reaches it and all that it starts
    current_process().daemon = False  # Python lets no daemon start processes, as loaders do
    _silence()
    _end_with_coordinator()
    _be_first_to_go()
    if memory_bytes is not None:
        _limit(memory_bytes)


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)


def _end_with_coordinator() -> None:
    """End with the coordinator, even if that was killed and the model never returns."""
    coordinator = parent_process()
    if coordinator is None:
        return
    if hasattr(fcntl, "F_SETSIG"):
        # Linux: the kernel itself kills the session once the coordinator's end of this pipe is
        # closed, however it came to that. A net that holds on to the interpreter cannot prevent it.
        pipe = coordinator.sentinel
        fcntl.fcntl(pipe, fcntl.F_SETOWN, -os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(pipe, fcntl.F_GETFL)
        fcntl.fcntl(pipe, fcntl.F_SETFL, flags | os.O_ASYNC)
    Thread(target=_outlive_nobody, daemon=True).start()


def _outlive_nobody() -> None:
    coordinator = parent_process()
    if coordinator is not None:
        coordinator.join()
        os._exit(1)


def _be_first_to_go() -> None:
    """Ask the kernel to end this process before any other when the machine's memory runs out."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:  # noqa: PTH123
            score.write("1000")
    except OSError:  # no Linux
        return


def _limit(memory_bytes: int) -> None:
    reserved = writable_bytes(os.getpid()) - private_bytes([os.getpid()])
    if reserved < 0:  # no Linux
        return
    # The kernel counts what is reserved, as stacks of threads are, whether it is used or not.
    limit = memory_bytes + reserved
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
