"""Decides which models are timed: those whose capture was not timed yet, on this machine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from generator import store, timings
from generator.capture.latency.machine import machine
from generator.capture.latency.measuring import OnStep, measure_all
from generator.capture.latency.request import TimingRequest
from generator.capture.processes import usual_memory_bytes
from generator.capture.request import Limits
from generator.config import Project
from generator.errors import RequestError, StoreError
from generator.records import ModelSpec, Timing

OnTiming = Callable[[Timing, int, int], None]
"""Called after each measurement with how many are done, and of how many."""


@dataclass(frozen=True)
class Measured:
    """How the measurements went."""

    measured: int
    reused: int


def measure(
    project: Project, specs: Sequence[ModelSpec], on_step: OnStep, on_timing: OnTiming
) -> Measured:
    """Time every captured model that was not timed yet, with this capture and on this machine.

    One that could not be timed at all is always tried again.

    Raises:
        RequestError: what this needs is not installed.
    """
    state, settings = project.state, project.settings
    captures = {s.slug: found for s in specs if (found := store.address(state, s.slug))}
    if not settings.latency or not captures:
        return Measured(0, 0)
    conditions = _conditions(project)
    keys = {slug: store.key_of({"capture": it, **conditions}) for slug, it in captures.items()}
    known = measured(project, specs)
    missing = [s for s in specs if s.slug in captures and not _is_known(known, s, keys[s.slug])]
    requests = [_request(project, spec) for spec in missing if _is_captured(project, spec)]
    ended = measure_all(requests, _limits(project), on_step)
    for number, (request, timed) in enumerate(ended, start=1):
        slug = request.spec.slug
        timing = Timing(slug=slug, capture=captures[slug], key=keys[slug], **vars(timed))
        timings.keep(state, timing)
        on_timing(timing, number, len(requests))
    return Measured(measured=len(requests), reused=len(captures) - len(missing))


def measured(project: Project, specs: Sequence[ModelSpec]) -> dict[str, Timing]:
    """Return the times of every model whose present capture was timed; none if none are wanted."""
    if not project.settings.latency:
        return {}
    state = project.state
    found = (timings.load(state, spec.slug, store.address(state, spec.slug)) for spec in specs)
    return {timing.slug: timing for timing in found if timing is not None}


def _conditions(project: Project) -> dict[str, object]:
    """Return everything but the model that decides about a time."""
    try:
        torch = version("torch")
    except PackageNotFoundError as error:
        raise RequestError(
            "timing needs torch, which is not installed; install archatlas with its dependencies. "
            "'archatlas render' works without"
        ) from error
    return {**machine(project.settings.device), "batches": project.settings.latency, "torch": torch}


def _limits(project: Project) -> Limits:
    memory_mb = project.settings.memory_limit_mb
    memory_bytes = usual_memory_bytes() if memory_mb is None else round(memory_mb * 1e6)
    return Limits(project.settings.time_limit_s, memory_bytes)


def _is_known(known: dict[str, Timing], spec: ModelSpec, key: str) -> bool:
    timing = known.get(spec.slug)
    return timing is not None and timing.key == key and bool(timing.batches)


def _is_captured(project: Project, spec: ModelSpec) -> bool:
    """Say whether a model ran at all; one that did not would not run here either."""
    try:
        return store.whole(project.state, spec.slug).is_captured
    except StoreError:
        return False


def _request(project: Project, spec: ModelSpec) -> TimingRequest:
    settings = project.settings
    return TimingRequest(
        spec=spec,
        weights=settings.weights,
        seed=settings.seed,
        root=project.root,
        device=settings.device,
        batches=tuple(dict.fromkeys(settings.latency)),
    )
