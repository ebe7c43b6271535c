"""Decides how captures run beside each other: one process a model, watched from outside.

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

from generator.capture.request import Done, Request, Step
from generator.records import Failure, ModelRecord

_PRELOAD = "generator.capture.worker"

OnStep = Callable[[Request, str, float], None]
"""Called with the step that begins, and the seconds since the model's capture began."""


@dataclass(frozen=True)
class Outcome:
    """How one capture ended."""

    request: Request
    done: Done
    seconds: float


@dataclass
class _Running:
    request: Request
    process: BaseProcess
    pipe: Connection
    started: float
    step: str = "start"

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def capture_all(
    requests: Sequence[Request], jobs: int, time_limit_s: float, on_step: OnStep
) -> Iterator[Outcome]:
    """Capture models, at most `jobs` at a time, and yield each as it ends, however it ends.

    A process that raises, exits, crashes or outlives its time becomes a record with that failure.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOAD])
    waiting = deque(requests)
    running: list[_Running] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_start(context, waiting.popleft()))
            nearest = min(r.started for r in running) + time_limit_s - time.monotonic()
            ready = wait([r.pipe for r in running], timeout=max(0.0, nearest))
            for run in list(running):
                done = _news(run, on_step) if run.pipe in ready else _overdue(run, time_limit_s)
                if done is not None:
                    running.remove(run)
                    _end(run)
                    yield Outcome(run.request, done, run.seconds)
    finally:
        for run in running:
            _end(run)


def _start(context: multiprocessing.context.ForkServerContext, request: Request) -> _Running:
    ours, theirs = context.Pipe()
    process = context.Process(target=_enter, args=(request, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Running(request, process, ours, time.monotonic())


def _enter(request: Request, pipe: Connection) -> None:
    """Begin in the new process; only there is torch imported."""
    from generator.capture.worker import run  # noqa: PLC0415

    run(request, pipe)


def _news(run: _Running, on_step: OnStep) -> Done | None:
    """Read one message; a closed pipe means that the process died."""
    try:
        message = run.pipe.recv()
    except (EOFError, OSError):
        run.process.join()
        return _failed(run, "ProcessDied", _cause_of_death(run.process.exitcode or 0))
    if isinstance(message, Step):
        run.step = message.name
        on_step(run.request, message.name, run.seconds)
        return None
    return message if isinstance(message, Done) else None


def _cause_of_death(code: int) -> str:
    if code >= 0:
        return f"the process ended with code {code} before it was done"
    hint = "; often that is the kernel, when memory runs out" if code == -signal.SIGKILL else ""
    return f"the process was killed by {signal.Signals(-code).name}{hint}"


def _overdue(run: _Running, time_limit_s: float) -> Done | None:
    if run.seconds < time_limit_s:
        return None
    return _failed(run, "TimeLimit", f"still busy after {time_limit_s:g} s; see 'time_limit_s'")


def _failed(run: _Running, error: str, message: str) -> Done:
    spec = run.request.spec
    record = ModelRecord(
        slug=spec.slug,
        input_shape=spec.input_shape or (),
        failures=(Failure(kind=run.step, error=error, message=message),),
    )
    return Done(record, ())


def _end(run: _Running) -> None:
    run.pipe.close()
    if run.process.is_alive():
        run.process.join(timeout=0.2)
    if run.process.is_alive():
        run.process.kill()
        run.process.join()
