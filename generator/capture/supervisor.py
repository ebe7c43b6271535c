"""Decides how models are worked on beside each other: one process each, watched from outside.

Nothing here imports torch: a fork server does it once, and every model gets a fresh copy of it.
"""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from generator.capture.request import Done, Request, Step
from generator.records import Failure, ModelRecord

_PRELOAD = "generator.capture.worker"

Asked = TypeVar("Asked")
"""What a process is asked for."""

OnStep = Callable[[Asked, str, float], None]
"""Called with the step that begins, and the seconds since work on the request began."""

Work = Callable[[Asked, Connection], None]
"""A function that works in the new process: it sends steps, and last its answer."""


@dataclass(frozen=True)
class Outcome:
    """How one capture ended."""

    request: Request
    done: Done
    seconds: float


@dataclass(frozen=True)
class Ended(Generic[Asked]):
    """How one process ended."""

    request: Asked
    answer: object
    """The last thing it sent, or the Failure that kept it from doing so."""
    seconds: float


@dataclass
class _Running(Generic[Asked]):
    request: Asked
    process: BaseProcess
    pipe: Connection
    started: float
    step: str = "start"

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def capture_all(
    requests: Sequence[Request], jobs: int, time_limit_s: float, on_step: OnStep[Request]
) -> Iterator[Outcome]:
    """Capture models, at most `jobs` at a time, and yield each as it ends, however it ends.

    A process that raises, exits, crashes or outlives its time becomes a record with that failure.
    """
    for ended in supervise(_enter, requests, jobs, time_limit_s, on_step):
        yield Outcome(ended.request, _done(ended), ended.seconds)


def supervise(
    work: Work[Asked],
    requests: Sequence[Asked],
    jobs: int,
    time_limit_s: float,
    on_step: OnStep[Asked],
) -> Iterator[Ended[Asked]]:
    """Work on requests, each in a process of its own, and yield each as it ends, however it ends.

    Args:
        work: a function of some module; it is called in the new process.
        requests: what to work on, at most `jobs` at a time.
        jobs: how many processes may run.
        time_limit_s: seconds after which one is killed.
        on_step: called with news of each.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOAD])
    waiting = deque(requests)
    running: list[_Running[Asked]] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_start(context, work, waiting.popleft()))
            nearest = min(r.started for r in running) + time_limit_s - time.monotonic()
            ready = wait([r.pipe for r in running], timeout=max(0.0, nearest))
            for run in list(running):
                answer = _news(run, on_step) if run.pipe in ready else _overdue(run, time_limit_s)
                if answer is not None:
                    running.remove(run)
                    _end(run)
                    yield Ended(run.request, answer, run.seconds)
    finally:
        for run in running:
            _end(run)


def _enter(request: Request, pipe: Connection) -> None:
    """Begin in the new process; only there is torch imported."""
    from generator.capture.worker import run  # noqa: PLC0415

    run(request, pipe)


def _done(ended: Ended[Request]) -> Done:
    if isinstance(ended.answer, Done):
        return ended.answer
    spec = ended.request.spec
    failures = (ended.answer,) if isinstance(ended.answer, Failure) else ()
    record = ModelRecord(slug=spec.slug, input_shape=spec.input_shape or (), failures=failures)
    return Done(record, ())


def _start(
    context: multiprocessing.context.ForkServerContext, work: Work[Asked], request: Asked
) -> _Running[Asked]:
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(request, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Running(request, process, ours, time.monotonic())


def _news(run: _Running[Asked], on_step: OnStep[Asked]) -> object | None:
    """Read one message; a closed pipe means that the process died."""
    try:
        message: object = run.pipe.recv()
    except (EOFError, OSError):
        run.process.join()
        code = run.process.exitcode or 0
        return Failure(kind=run.step, error="ProcessDied", message=_cause_of_death(code))
    if isinstance(message, Step):
        run.step = message.name
        on_step(run.request, message.name, run.seconds)
        return None
    return message


def _cause_of_death(code: int) -> str:
    if code >= 0:
        return f"the process ended with code {code} before it was done"
    hint = "; often that is the kernel, when memory runs out" if code == -signal.SIGKILL else ""
    return f"the process was killed by {signal.Signals(-code).name}{hint}"


def _overdue(run: _Running[Asked], time_limit_s: float) -> Failure | None:
    if run.seconds < time_limit_s:
        return None
    message = f"still busy after {time_limit_s:g} s; see 'time_limit_s'"
    return Failure(kind=run.step, error="TimeLimit", message=message)


def _end(run: _Running[Asked]) -> None:
    run.pipe.close()
    if run.process.is_alive():
        run.process.join(timeout=0.2)
    if run.process.is_alive():
        run.process.kill()
        run.process.join()
