"""Decides which models have to be captured, and where: here, or by a cluster."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial

from generator import remote, store
from generator.capture.needs import check_needs
from generator.capture.processes import usual_memory_bytes
from generator.capture.request import Done, Limits, Request
from generator.capture.supervisor import Outcome, capture_all
from generator.cluster.bundle import bundle, name_of
from generator.cluster.errand import Errand, Receipt
from generator.cluster.node import BUNDLES
from generator.cluster.scheduler import capture_afar, joined, require_alike
from generator.config import Project
from generator.errors import RequestError, StoreError
from generator.outcomes import keep
from generator.pictures import Source, read_pictures, sources_for
from generator.records import Failure, ModelRecord, ModelSpec
from generator.remote import Remote
from generator.toolchain import Toolchain, toolchain

_SPEC_FACTS = {
    *("title", "family", "year", "paper", "summary", "changes", "award", "claims", "departures")
}
"""What a page says about a model, without any say in how it is captured."""

OnStep = Callable[[Request, str, float], None]
OnOutcome = Callable[[Outcome, int, int], None]
"""Called after each capture with how many are done, and of how many."""


@dataclass(frozen=True)
class Collected:
    """How the captures went."""

    captured: int
    reused: int
    fetched: int = 0
    """How many of the reused ones came from the store."""


def collect(  # noqa: PLR0913 - who asks for captures says all of that
    project: Project,
    specs: Sequence[ModelSpec],
    jobs: int,
    on_step: OnStep,
    on_outcome: OnOutcome,
    scheduler: str | None = None,
) -> Collected:
    """Capture every model whose capture is missing or out of date.

    Args:
        project: where captures are kept; if its settings name a store, there as well.
        specs: the models.
        jobs: how many are captured at a time, here.
        on_step: called with each step that begins.
        on_outcome: called with each capture that ended.
        scheduler: address of the Dask scheduler whose workers do it instead.

    Raises:
        RequestError: a picture cannot be read, what captures need is not installed, or the store
            or the cluster cannot be reached or used.
        DiskError: the project's folder cannot take a capture; those before it are kept.
    """
    own = read_pictures(project.root, project.settings.images)
    tools = toolchain(project.settings.device)
    away = store_of(project)
    if scheduler and away is None:
        raise RequestError(
            f"{project.config_name}: --scheduler needs 'store', an address that every worker "
            "reaches: captures come back through it"
        )
    keys = {spec.slug: _key(project, spec, own, tools) for spec in specs}
    store.sweep(project.state)
    missing = [s for s in specs if not store.current(project.state, s.slug, keys[s.slug])]
    due = _not_there(project, away, missing, keys) if away else missing
    if away and scheduler and due:
        outcomes = _afar(project, away, scheduler, due, keys, tools, on_step)
    else:
        outcomes = _here(project, due, own, keys, jobs, on_step)
    with closing(outcomes):
        for number, outcome in enumerate(outcomes, start=1):
            if away:
                remote.push(away, project.state, outcome.request.spec.slug)
            on_outcome(outcome, number, len(due))
    if away:
        _share(project, away, specs)
    return Collected(len(due), len(specs) - len(due), len(missing) - len(due))


def fetch_newer(project: Project, specs: Sequence[ModelSpec]) -> int:
    """Fetch what others captured since, and return how many captures came.

    What was captured here and is in no store yet, stays.

    Raises:
        RequestError: the store cannot be reached.
    """
    away = store_of(project)
    if away is None:
        return 0
    state = project.state
    asked = [s.slug for s in specs if remote.is_shared(away, state, s.slug)]
    found = remote.heads(away, asked)
    return sum(remote.pull(away, state, slug, head) for slug, head in found.items())


def store_of(project: Project) -> Remote | None:
    """Reach the store that the settings name, if they name one.

    Raises:
        RequestError: it cannot be reached.
    """
    address = project.settings.store
    return remote.connect(address, project.root) if address else None


def limits_of(project: Project) -> Limits:
    """Return what one process may take in a project."""
    memory_bytes = _memory_bytes(project)
    return Limits(project.settings.time_limit_s, memory_bytes or usual_memory_bytes())


def _memory_bytes(project: Project) -> int | None:
    memory_mb = project.settings.memory_limit_mb
    return None if memory_mb is None else round(memory_mb * 1e6)


def _not_there(
    project: Project, away: Remote, missing: Sequence[ModelSpec], keys: Mapping[str, str]
) -> list[ModelSpec]:
    """Fetch what somebody captured already, and return the models that nobody did."""
    state = project.state
    for slug, head in remote.heads(away, [spec.slug for spec in missing]).items():
        if store.holds(state, head, keys[slug]):
            remote.pull(away, state, slug, head)
    return [spec for spec in missing if not store.current(state, spec.slug, keys[spec.slug])]


def _share(project: Project, away: Remote, specs: Sequence[ModelSpec]) -> None:
    """Upload what was captured before there was a store, or while it was out of reach."""
    for spec in specs:
        with suppress(StoreError):
            remote.push(away, project.state, spec.slug)


def _here(  # noqa: PLR0913 - what all captures share
    project: Project,
    due: Sequence[ModelSpec],
    own: tuple[Source, ...],
    keys: Mapping[str, str],
    jobs: int,
    on_step: OnStep,
) -> Generator[Outcome]:
    check_needs(due, project.settings.device)
    requests = [
        replace(_request(project, spec), own_pictures=own, folder=store.begin(project.state))
        for spec in due
    ]
    with closing(capture_all(requests, jobs, limits_of(project), on_step)) as outcomes:
        for outcome in outcomes:
            keep(project.state, outcome, keys[outcome.request.spec.slug])
            yield outcome


def _afar(  # noqa: PLR0913 - what all captures share
    project: Project,
    away: Remote,
    scheduler: str,
    due: Sequence[ModelSpec],
    keys: Mapping[str, str],
    tools: Toolchain,
    on_step: OnStep,
) -> Generator[Outcome]:
    """Let workers capture; what each uploaded is fetched before its outcome is told."""
    packed = bundle(project.root, due, project.settings.images)
    errand = partial(_errand, project, away, name_of(packed), tools)
    requests = {spec.slug: _request(project, spec) for spec in due}
    with joined(scheduler) as client:
        require_alike(client, tools)
        remote.deposit(away, BUNDLES, name_of(packed), packed)
        errands = (errand(request, keys[slug]) for slug, request in requests.items())
        told = partial(_told, on_step)
        with closing(capture_afar(client, errands, told)) as receipts:
            for receipt in receipts:
                yield _outcome(project, away, requests[receipt.slug], receipt)


def _told(on_step: OnStep, errand: Errand, step: str, seconds: float) -> None:
    on_step(errand.request, step, seconds)


def _errand(  # noqa: PLR0913 - an errand is that much
    project: Project, away: Remote, bundled: str, tools: Toolchain, request: Request, key: str
) -> Errand:
    return Errand(
        request=request,
        key=key,
        images=tuple(project.settings.images),
        time_s=project.settings.time_limit_s,
        memory_bytes=_memory_bytes(project),
        store=away.address,
        bundle=bundled,
        toolchain=tools,
    )


def _outcome(project: Project, away: Remote, request: Request, receipt: Receipt) -> Outcome:
    """Fetch what came of an errand; a model that nothing came of has a failure to show."""
    state, slug = project.state, receipt.slug
    problem = receipt.problem
    if not problem:
        head = remote.heads(away, [slug]).get(slug)
        if head and remote.pull(away, state, slug, head):
            record = store.load(state, slug).record
            return Outcome(request, Done(record, ()), receipt.seconds)
        problem = "what its worker uploaded is not in the store, or damaged"
    failure = Failure(kind="cluster", error="NotCaptured", message=problem)
    spec = request.spec
    record = ModelRecord(slug=slug, input_shape=spec.input_shape or (), failures=(failure,))
    store.finish(state, store.begin(state), record, "", ())
    return Outcome(request, Done(record, ()), receipt.seconds)


def _request(project: Project, spec: ModelSpec) -> Request:
    """Return what a capture needs, but for its pictures and its folder."""
    return Request(
        spec=spec,
        own_pictures=(),
        weights=project.settings.weights,
        seed=project.settings.seed,
        root=project.root,
        folder=project.root,
        picture_bytes=project.settings.features.budget_bytes,
        device=project.settings.device,
    )


def _key(project: Project, spec: ModelSpec, own: tuple[Source, ...], tools: Toolchain) -> str:
    """Address a capture by everything known beforehand that can change it."""
    channels = (spec.input_shape or (3,))[0]
    return store.key_of(
        {
            "spec": spec.model_dump(mode="json", exclude=_SPEC_FACTS),
            "pictures": [(s.id, s.title, s.sha256) for s in sources_for(channels, own)],
            "weights": project.settings.weights,
            "seed": project.settings.seed,
            "picture_bytes": project.settings.features.budget_bytes,
            **tools,
        }
    )
