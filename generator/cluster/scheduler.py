"""Decides who captures which model on a cluster: a few ahead of workers, lost ones once more."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from generator.cluster.errand import Errand, Receipt
from generator.config import Device
from generator.errors import RequestError
from generator.toolchain import Toolchain

OnStep = Callable[[Errand, str, float], None]

_TOPIC = "archatlas"
_AHEAD = 2
"""Errands handed out for each that can run, so that no worker waits for the coordinator."""
_PATIENCE_S = 10
_LOOK_EVERY_S = 1.0
_MOST_STARTS = 2
"""A model whose worker is lost is tried once more: the next loss may be its own doing."""
_EXTRA = "--scheduler needs Dask, which is not installed: pip install 'archatlas[dask,remote]'"


@dataclass
class _Run:
    """What is going on in the cluster."""

    client: Any
    topic: str
    news: SimpleQueue[Any] = field(default_factory=SimpleQueue)
    """Steps that begin, and futures that ended."""
    errands: dict[str, Errand] = field(default_factory=dict)
    """By the key of their task; only those that did not end."""
    futures: dict[str, Any] = field(default_factory=dict)
    starts: Counter[str] = field(default_factory=Counter)


@contextmanager
def joined(address: str) -> Iterator[Any]:
    """Yield a client of the scheduler.

    Raises:
        RequestError: Dask is not installed, nobody answers there, or there are no workers.
    """
    try:
        import distributed  # noqa: PLC0415 - only who names a scheduler needs it
    except ImportError as error:
        raise RequestError(_EXTRA) from error
    if not re.match(r"(tcp|tls|wss?)://[^/]", address):
        raise RequestError(f"'{address}' is no address of a Dask scheduler; write tcp://HOST:PORT")
    logging.getLogger("distributed").setLevel(logging.ERROR)
    try:
        client: Any = distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=_PATIENCE_S, set_as_default=False
        )
    except (OSError, ValueError, TypeError) as error:
        raise RequestError(
            f"no Dask scheduler answers at {address} ({type(error).__name__}); start one with "
            "'dask scheduler', or leave --scheduler out"
        ) from error
    try:
        with suppress(TimeoutError):
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise RequestError(
                f"the scheduler at {address} has no workers; start some with "
                f"'dask worker {address}'"
            )
        yield client
    finally:
        with suppress(Exception):  # it may be gone
            client.close(timeout=_PATIENCE_S)


def require_alike(client: Any, tools: Toolchain) -> None:  # noqa: ANN401 - Dask has no types
    """Make sure that every worker captures with what the coordinator has.

    Raises:
        RequestError: which worker differs, and in what.
    """
    from generator.cluster import task  # noqa: PLC0415

    device = tools["device"]
    wanted = device[0] if isinstance(device, list) else Device.CPU
    try:
        answers = client.run(task.toolchain_here, wanted, on_error="return")
    except Exception as error:  # whatever a worker without archatlas raises
        raise RequestError(f"the workers cannot capture: {error}; {_install(tools)}") from error
    wrong = []
    for worker, answer in answers.items():
        said = (
            f"{type(answer).__name__}: {answer}"
            if isinstance(answer, BaseException)
            else task.differences(tools, answer)
        )
        if said:
            wrong.append(f"{worker}: {said}")
    if wrong:
        raise RequestError("\n".join([*wrong, _install(tools)]))


def capture_afar(
    client: Any,  # noqa: ANN401 - Dask has no types
    errands: Iterable[Errand],
    on_step: OnStep,
) -> Generator[Receipt]:
    """Have models captured by a cluster, and yield a receipt for each as it ends.

    Raises:
        RequestError: the scheduler went away; what is in the store stays there.
    """
    run = _Run(client, f"{_TOPIC}-{uuid4().hex}")
    client.subscribe_topic(run.topic, lambda event: run.news.put(event[1]))
    waiting = iter(errands)
    try:
        for errand in _taken(waiting, _room(client)):
            _submit(run, errand)
        while run.errands:
            for receipt in _heard(run, on_step):
                yield receipt
                for errand in _taken(waiting, max(0, _room(client) - len(run.errands))):
                    _submit(run, errand)
    finally:
        with suppress(Exception):  # what did not begin, never will
            client.cancel(list(run.futures.values()))
            client.unsubscribe_topic(run.topic)


def _submit(run: _Run, errand: Errand) -> None:
    from generator.cluster import task  # noqa: PLC0415

    key = f"{_TOPIC}-{errand.request.spec.slug}-{uuid4().hex}"
    future = run.client.submit(task.carry_out, errand, run.topic, key=key, pure=False, retries=0)
    run.errands[key], run.futures[key] = errand, future
    future.add_done_callback(run.news.put)


def _heard(run: _Run, on_step: OnStep) -> Iterator[Receipt]:
    """Listen for a while, and yield the receipt of an errand that ended meanwhile."""
    try:
        news = run.news.get(timeout=_LOOK_EVERY_S)
    except Empty:
        if run.client.status not in {"running", "connecting"}:
            raise RequestError(
                "the scheduler went away; finished captures are in the store: run again"
            ) from None
        return
    if isinstance(news, tuple):
        slug, step, seconds = news
        yield from _step(run, slug, (step, seconds), on_step)
    elif news.key in run.errands:
        errand = run.errands.pop(news.key)
        run.futures.pop(news.key)
        yield _receipt(news, errand.request.spec.slug)


def _step(run: _Run, slug: str, begun: tuple[str, float], on_step: OnStep) -> Iterator[Receipt]:
    """Tell of a step; a model that begins once too often is given up."""
    key = next((k for k, one in run.errands.items() if one.request.spec.slug == slug), None)
    if key is None:
        return
    step, seconds = begun
    run.starts[slug] += step == "start"
    if run.starts[slug] > _MOST_STARTS:
        run.errands.pop(key)
        run.client.cancel([run.futures.pop(key)])
        yield Receipt(slug, seconds, f"its worker was lost {_MOST_STARTS} times")
    elif step != "start":
        on_step(run.errands[key], step, seconds)


def _receipt(future: Any, slug: str) -> Receipt:  # noqa: ANN401 - Dask has no types
    if future.status == "finished":
        found = future.result()
        if isinstance(found, Receipt):
            return found
    if future.status == "cancelled":
        return Receipt(slug, 0.0, "the cluster forgot about it")
    error = future.exception()
    first, *_ = str(error).strip().splitlines() or [""]
    return Receipt(slug, 0.0, f"{type(error).__name__}: {first}")


def _room(client: Any) -> int:  # noqa: ANN401 - Dask has no types
    """Return how many errands may be handed out: workers come and go."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return max(1, _AHEAD * sum(int(worker["nthreads"]) for worker in workers))


def _taken(errands: Iterator[Errand], number: int) -> list[Errand]:
    return list(islice(errands, number))


def _install(tools: Toolchain) -> str:
    python = tools["versions"]
    version = python["python"] if isinstance(python, dict) else ""
    return (
        f"install the same on every worker as here: Python {version} and archatlas[dask,remote] "
        "with the same versions of its packages ('pip freeze' here, 'pip install -r' there)"
    )
