"""Decides how models are worked on beside each other: one process each, watched from outside.

Nothing here imports torch: a fork server does it once, and every model gets a fresh copy of it.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pickle import UnpicklingError
from typing import Generic, TypeVar

from generator.capture import causes, processes
from generator.capture.confinement import confine
from generator.capture.request import Done, Limits, Request, SoFar, Step
from generator.records import Failure, ModelRecord

_PRELOAD = "generator.capture.preload"
_LOOK_EVERY_S = 0.2
_MOST_PROCESSES = 256
"""More than any net has use for; one that starts them without end must not fill the machine."""
_LEAVES_IN_S = 1.0
_FORK_SERVER_DIED = 255
_ATTEMPTS = 5

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
    so_far: ModelRecord | None = None
    """What it had told by then of an answer it did not live to give."""


@dataclass
class _Running(Generic[Asked]):
    request: Asked
    process: BaseProcess
    pipe: Connection
    started: float
    step: str = "start"
    so_far: ModelRecord | None = None

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def capture_all(
    requests: Sequence[Request], jobs: int, limits: Limits, on_step: OnStep[Request]
) -> Generator[Outcome]:
    """Capture models, at most `jobs` at a time, and yield each as it ends, however it ends.

    A process that raises, exits, crashes or outgrows its limits becomes a record with that failure,
    and with what was observed before.
    """
    for ended in supervise(_enter, requests, jobs, limits, on_step):
        yield Outcome(ended.request, _done(ended, limits), ended.seconds)


def supervise(
    work: Work[Asked],
    requests: Sequence[Asked],
    jobs: int,
    limits: Limits,
    on_step: OnStep[Asked],
) -> Generator[Ended[Asked]]:
    """Work on requests, each in a process of its own, and yield each as it ends, however it ends.

    Args:
        work: a function of some module; it is called in the new process.
        requests: what to work on, at most `jobs` at a time.
        jobs: how many processes may run.
        limits: what one may take before it is killed.
        on_step: called with news of each.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOAD])
    waiting = deque(requests)
    running: list[_Running[Asked]] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_start(context, work, waiting.popleft(), limits))
            nearest = min(r.started for r in running) + limits.time_s - time.monotonic()
            patience = min(max(0.0, nearest), _LOOK_EVERY_S)
            ready = wait([r.pipe for r in running], timeout=patience)
            for run in list(running):
                answer = _news(run, on_step) if run.pipe in ready else None
                answer = answer or _excess(run, limits)
                if answer is not None:
                    running.remove(run)
                    _end(run, 0 if isinstance(answer, Failure) else _LEAVES_IN_S)
                    yield Ended(run.request, answer, run.seconds, run.so_far)
    finally:
        for run in running:
            _end(run, 0)


def _enter(request: Request, pipe: Connection) -> None:
    """Begin in the new process; only there is torch imported."""
    from generator.capture.worker import run  # noqa: PLC0415

    run(request, pipe)


def _done(ended: Ended[Request], limits: Limits) -> Done:
    done = ended.answer if isinstance(ended.answer, Done) else _cut_short(ended)
    failures = tuple(causes.named(failure, limits) for failure in done.record.failures)
    return replace(done, record=done.record.model_copy(update={"failures": failures}))


def _cut_short(ended: Ended[Request]) -> Done:
    """Return what a process had told when it ended, as far as that can be written down."""
    spec = ended.request.spec
    record = ModelRecord(slug=spec.slug, input_shape=spec.input_shape or ())
    if ended.so_far is not None:
        with suppress(Exception):  # a value of the model's may fail in any way
            record = ended.so_far.as_read_back()
    last = (ended.answer,) if isinstance(ended.answer, Failure) else ()
    told = record.model_copy(update={"failures": (*record.failures, *last)})
    return Done(told, (), is_cut_short=True)


def _start(
    context: multiprocessing.context.ForkServerContext,
    work: Work[Asked],
    request: Asked,
    limits: Limits,
) -> _Running[Asked]:
    """Start a process; a fork server that a net has just killed is replaced by the next attempt."""
    ours, theirs = context.Pipe()
    arguments = (work, request, theirs, limits.memory_bytes)
    for attempt in range(_ATTEMPTS):
        process = context.Process(target=_begin, args=arguments, daemon=True)
        try:
            process.start()
            break
        except (EOFError, ConnectionError):
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_LOOK_EVERY_S)
    theirs.close()
    return _Running(request, process, ours, time.monotonic())


def _begin(work: Work[Asked], request: Asked, pipe: Connection, memory_bytes: int | None) -> None:
    confine(memory_bytes)
    work(request, pipe)


def _news(run: _Running[Asked], on_step: OnStep[Asked]) -> object | None:
    """Read one message; a closed pipe means that the process died, or cut itself off."""
    try:
        message: object = run.pipe.recv()
    except (EOFError, OSError, UnpicklingError):
        run.process.join(timeout=1)
        return causes.death(run.step, run.process.exitcode)
    if isinstance(message, Step):
        run.step = message.name
        on_step(run.request, message.name, run.seconds)
        return None
    if isinstance(message, SoFar):
        run.so_far = message.record
        return None
    return message


def _excess(run: _Running[Asked], limits: Limits) -> Failure | None:
    """Say what a process took too much of, or that it is gone without a word."""
    if run.seconds >= limits.time_s:
        return causes.overtime(run.step, limits)
    code = run.process.exitcode
    if code not in {None, _FORK_SERVER_DIED} and not run.pipe.poll():
        # What it left behind keeps the pipe open.
        return causes.death(run.step, code)
    members = processes.family(run.pid, at_most=_MOST_PROCESSES + 1)
    if len(members) > _MOST_PROCESSES:
        return causes.too_many_processes(run.step, _MOST_PROCESSES)
    held = processes.private_bytes(members)
    if limits.memory_bytes is not None and held > limits.memory_bytes:
        return causes.out_of_memory(run.step, limits)
    return None


def _end(run: _Running[Asked], patience_s: float) -> None:
    """Let a process leave by itself if it is about to; then kill it and all that it started."""
    members = processes.family(run.pid)  # once it is gone, nobody knows them any more
    run.pipe.close()
    run.process.join(patience_s)
    processes.end(run.pid, members)
    run.process.join(timeout=5)
