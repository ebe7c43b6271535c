"""Decides what is said of a model that its process, and not its code, kept from being captured."""

import signal

from generator.capture.request import Limits
from generator.records import Failure

_MEMORY, _TIME, _PROCESSES = "MemoryLimit", "TimeLimit", "ProcessLimit"
_MEMORY_SETTING = "see 'memory_limit_mb'"
_OUT_OF_MEMORY = ("can't allocate memory", "cannot allocate memory", "bad_alloc")
_SIGNALS = {one.value: one.name for one in signal.Signals}
_HINTS = {
    "SIGKILL": f"; often that is the kernel, when memory runs out, {_MEMORY_SETTING}",
    "SIGABRT": f"; often that is memory running out inside a library, {_MEMORY_SETTING}",
}
_OF_THE_MACHINE = {
    *(_MEMORY, _TIME, _PROCESSES),
    *("OSError", "PermissionError", "BlockingIOError", "TimeoutError", "ConnectionError"),
    *("ConnectionResetError", "ConnectionRefusedError", "URLError", "HTTPError"),
}


def death(step: str, code: int | None) -> Failure:
    """Describe a process that ended, by its exit code, before it was done."""
    if code is None:
        said = "the process closed its connection before it was done"
    elif code >= 0:
        said = f"the process ended with code {code} before it was done"
    else:
        name = _SIGNALS.get(-code, f"signal {-code}")
        said = f"the process was killed by {name}{_HINTS.get(name, '')}"
    return Failure(kind=step, error="ProcessDied", message=said)


def overtime(step: str, limits: Limits) -> Failure:
    """Describe a process that was stopped because it took too long."""
    message = f"still busy after {limits.time_s:g} s; see 'time_limit_s'"
    return Failure(kind=step, error=_TIME, message=message)


def out_of_memory(step: str, limits: Limits) -> Failure:
    """Describe a process that held, or wanted, more memory than it may."""
    room = "" if limits.memory_bytes is None else f" than {limits.memory_bytes / 1e6:g} MB"
    message = f"needed more memory{room}; {_MEMORY_SETTING}"
    return Failure(kind=step, error=_MEMORY, message=message)


def too_many_processes(step: str, at_most: int) -> Failure:
    """Describe a process that was stopped because it kept starting others."""
    return Failure(kind=step, error=_PROCESSES, message=f"started more than {at_most} processes")


def named(failure: Failure, limits: Limits) -> Failure:
    """Name the limit in a failure that stands for memory, whatever a library called it."""
    said = failure.message.lower()
    is_memory = failure.error == "MemoryError" or any(words in said for words in _OUT_OF_MEMORY)
    return out_of_memory(failure.kind, limits) if is_memory else failure


def is_passing(failure: Failure) -> bool:
    """Say whether the machine is to blame, so that the same model may work another time."""
    return failure.error in _OF_THE_MACHINE
