"""Decides in which order a model's insides are shown, and what the record says of them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import torch
from torch import nn
from torch.export import ExportedProgram

from generator.capture import features
from generator.capture.attribution import Overlay, attribute
from generator.capture.budget import Ledger
from generator.capture.channels import Measured
from generator.capture.kernels import draw_kernels
from generator.capture.replay import Aside, pass_by
from generator.capture.thumbnails import COLUMNS, TILE, draw_sheet
from generator.capture.trace import outputs_of
from generator.capture.views import Note, Seen, View, noting, through_graph, through_hooks
from generator.capture.wanted import Wanted, choose
from generator.capture.wiring import last_maps
from generator.records import (
    Attribution,
    ModelRecord,
    PictureBudget,
    Reason,
    Skipped,
    ThumbnailSheet,
    TraceMethod,
)

Contain = Callable[[str], AbstractContextManager[None]]
"""Let a step fail alone."""


@dataclass(frozen=True)
class Subject:
    """A model that has run, and what it is shown."""

    module: nn.Module
    program: ExportedProgram | None
    """None: it could not be traced."""
    labels: Sequence[str]
    examples: Sequence[torch.Tensor]
    """One input (1, C, H, W) for every picture of the record, at least."""


def look_inside(
    subject: Subject, record: ModelRecord, folder: Path, limit_bytes: int, contain: Contain
) -> ModelRecord:
    """Add grids, thumbnails, attributions and kernels, all of them within one limit."""
    ledger = Ledger(folder, limit_bytes)
    ledger.note(picture.file for picture in record.pictures)
    ledger.note(stats.file for stats in record.parameters if stats.file)
    looks: Looks | None = None
    with contain("features"):
        looks = looks_at(subject, record)
    seen: dict[str, Seen] = {}
    with contain("attribution"):
        record, seen = _attribute(subject, record, ledger, looks)
    level = features.LEVELS[0]
    if looks is not None:
        with contain("features"):
            record, level = _draw_features(subject, record, ledger, looks, seen)
    with contain("kernels"):
        kernels = draw_kernels(subject.module, ledger)
        record = record.model_copy(update={"kernels": kernels})
    budget = PictureBudget(
        limit_bytes=limit_bytes,
        used_bytes=ledger.used_bytes,
        quality=level.quality,
        channels=level.channels,
        left_out=tuple(dict.fromkeys(ledger.left_out)),
    )
    return record.model_copy(update={"picture_budget": budget})


@dataclass(frozen=True)
class Looks:
    """How a model is looked at, and what for."""

    view: View
    note: Note | None = None
    """None: without a graph there are no operations to note."""
    wanted: Sequence[Wanted] = ()
    unshown: Sequence[Skipped] = ()
    """What cannot be shown."""


def looks_at(subject: Subject, record: ModelRecord) -> Looks:
    """Return how to look at a model, whose record holds its nodes, calls and modules.

    Without a graph, hooks find the tensors.
    """
    if subject.program is None:
        return Looks(through_hooks(subject.module))
    outputs = outputs_of(subject.program, subject.module, record.nodes, record.calls)
    wanted, unshown = choose(record.nodes, record.modules, outputs)
    note = noting(wanted, {node.id for node in record.nodes})
    return Looks(through_graph(subject.program, note), note, wanted, unshown)


def _attribute(
    subject: Subject, record: ModelRecord, ledger: Ledger, looks: Looks | None
) -> tuple[ModelRecord, dict[str, Seen]]:
    """Add attributions; return too what there was to see in the runs that they took, by picture."""
    found: list[Attribution] = []
    skipped = list(record.skipped)
    seen: dict[str, Seen] = {}
    if subject.program is None and record.pictures:
        skipped.append(Skipped(kind="attribution", reason=_no_program(record)))
    for picture, example in zip(record.pictures, subject.examples, strict=False):
        if subject.program is None:
            break
        node, noted = last_maps(record.nodes), Seen()
        along = Aside(looks.note(noted, picture.id) if looks and looks.note else pass_by)
        made = tuple(attribute(subject.program, example, picture.id, node, subject.labels, along))
        for one in made:
            if isinstance(one, Skipped):
                skipped.append(one)
            elif ledger.take([one.attribution.method], {one.attribution.file: one.content}):
                found.append(one.attribution)
        if not along.has_failed and not any(map(_has_broken_off, made)):
            seen[picture.id] = noted
    update = {"attributions": tuple(found), "skipped": tuple(dict.fromkeys(skipped))}
    return record.model_copy(update=update), seen


def _has_broken_off(made: Overlay | Skipped) -> bool:
    return isinstance(made, Skipped) and made.reason is Reason.ERROR


def _no_program(record: ModelRecord) -> Reason:
    made = record.provenance
    is_followed = made is not None and made.trace is TraceMethod.FX
    return Reason.NO_EXPORT if is_followed else Reason.NO_GRAPH


def _draw_features(
    subject: Subject, record: ModelRecord, ledger: Ledger, looks: Looks, before: dict[str, Seen]
) -> tuple[ModelRecord, features.Level]:
    """Draw what pictures show; they are looked at again if nobody saw them to the end before."""
    seen = {
        picture.id: before.get(picture.id) or looks.view(example, picture.id)
        for picture, example in zip(record.pictures, subject.examples, strict=False)
    }
    if subject.program is None:
        seen = {image: _renamed(one, record) for image, one in seen.items()}
    sheets = _draw_thumbnails(seen, ledger)
    drawn = features.draw_grids(_by_tensor(seen, looks.wanted), ledger)
    failed = chain.from_iterable(one.skipped for one in seen.values())
    skipped = dict.fromkeys((*record.skipped, *(looks.unshown if seen else ()), *failed))
    update = {
        "features": drawn.outer,
        "inner_features": drawn.inner,
        "thumbnails": sheets,
        "skipped": tuple(skipped),
    }
    return record.model_copy(update=update), drawn.level


def _by_tensor(
    seen: dict[str, Seen], wanted: Sequence[Wanted]
) -> dict[Wanted, dict[str, Measured]]:
    """Turn what each picture showed into what there is of each tensor, in execution order."""
    order = dict.fromkeys((*wanted, *chain.from_iterable(one.grids for one in seen.values())))
    found = {
        w: {image: one.grids[w] for image, one in seen.items() if w in one.grids} for w in order
    }
    return {w: by_image for w, by_image in found.items() if by_image}


def _renamed(seen: Seen, record: ModelRecord) -> Seen:
    """Give tiles of calls the ids of the operations that ended those calls.

    Where hooks alone saw the model, calls are its operations.
    """
    ends = {(node.path, node.call): node.id for node in record.nodes}
    leaves = (call for call in record.calls if call.is_leaf)
    ids = {f"call_{number}": ends.get((c.path, c.call)) for number, c in enumerate(leaves)}
    tiles = {ids[name]: tile for name, tile in seen.tiles.items() if ids.get(name)}
    return replace(seen, tiles={name: tile for name, tile in tiles.items() if name is not None})


def _draw_thumbnails(seen: dict[str, Seen], ledger: Ledger) -> tuple[ThumbnailSheet, ...]:
    sheets = tuple(
        ThumbnailSheet(
            image=image,
            file=f"thumbnails/{image}.webp",
            tile=TILE,
            columns=min(COLUMNS, len(one.tiles)),
            nodes=tuple(one.tiles),
        )
        for image, one in seen.items()
        if one.tiles
    )
    files = {sheet.file: draw_sheet(seen[sheet.image].tiles) for sheet in sheets}
    return sheets if ledger.take(["thumbnails"], files) else ()
