"""Decides that models are measured one after the other, each in a process of its own.

Nothing here imports torch.
"""

from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection

from generator.capture.latency.request import Timed, TimingRequest
from generator.capture.request import Limits
from generator.capture.supervisor import supervise
from generator.records import Failure

OnStep = Callable[[TimingRequest, str, float], None]
"""Called with the step that begins, and the seconds since this model's measurement began."""


def measure_all(
    requests: Sequence[TimingRequest], limits: Limits, on_step: OnStep
) -> Iterator[tuple[TimingRequest, Timed]]:
    """Measure models and yield each as it ends, however it ends; two at once would be slower."""
    for ended in supervise(_enter, requests, 1, limits, on_step):
        answer = ended.answer
        if isinstance(answer, Failure):
            answer = Timed(failures=(answer,))
        yield ended.request, answer if isinstance(answer, Timed) else Timed()


def _enter(request: TimingRequest, pipe: Connection) -> None:
    """Begin in the new process; only there is torch imported."""
    from generator.capture.latency.worker import run  # noqa: PLC0415

    run(request, pipe)
