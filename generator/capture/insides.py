"""Decides in which order a model's insides are shown, and what the record says of them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch
from torch import nn
from torch.export import ExportedProgram

from generator.capture import features
from generator.capture.attribution import attribute
from generator.capture.budget import Ledger
from generator.capture.channels import Measured
from generator.capture.kernels import draw_kernels
from generator.capture.thumbnails import COLUMNS, TILE, draw_sheet
from generator.capture.trace import outputs_of
from generator.capture.views import Seen, View, through_graph, through_hooks
from generator.capture.wanted import Wanted, choose
from generator.capture.wiring import last_maps
from generator.records import (
    Attribution,
    ModelRecord,
    PictureBudget,
    Reason,
    Skipped,
    ThumbnailSheet,
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
    with contain("attribution"):
        record = _attribute(subject, record, ledger)
    level = features.LEVELS[0]
    with contain("features"):
        record, level = _draw_features(subject, record, ledger)
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


def view_of(
    subject: Subject, record: ModelRecord
) -> tuple[View, Sequence[Wanted], Sequence[Skipped]]:
    """Return how to look at a model, the tensors to look at, and what cannot be shown.

    The record holds its nodes, calls and modules. Without a graph, hooks find the tensors.
    """
    if subject.program is None:
        return through_hooks(subject.module), (), ()
    outputs = outputs_of(subject.program, subject.module, record.nodes, record.calls)
    wanted, unshown = choose(record.nodes, record.modules, outputs)
    ids = {node.id for node in record.nodes}
    return through_graph(subject.program, wanted, ids), wanted, unshown


def _attribute(subject: Subject, record: ModelRecord, ledger: Ledger) -> ModelRecord:
    found: list[Attribution] = []
    skipped = list(record.skipped)
    if subject.program is None and record.pictures:
        skipped.append(Skipped(kind="attribution", reason=Reason.NO_GRAPH))
    for picture, example in zip(record.pictures, subject.examples, strict=False):
        if subject.program is None:
            break
        node = last_maps(record.nodes)
        for one in attribute(subject.program, example, picture.id, node, subject.labels):
            if isinstance(one, Skipped):
                skipped.append(one)
            elif ledger.take([one.attribution.method], {one.attribution.file: one.content}):
                found.append(one.attribution)
    return record.model_copy(
        update={"attributions": tuple(found), "skipped": tuple(dict.fromkeys(skipped))}
    )


def _draw_features(
    subject: Subject, record: ModelRecord, ledger: Ledger
) -> tuple[ModelRecord, features.Level]:
    view, wanted, unshown = view_of(subject, record)
    seen = {
        picture.id: view(example, picture.id)
        for picture, example in zip(record.pictures, subject.examples, strict=False)
    }
    sheets = _draw_thumbnails(seen, ledger)
    drawn = features.draw_grids(_by_tensor(seen, wanted), ledger)
    failed = chain.from_iterable(one.skipped for one in seen.values())
    skipped = dict.fromkeys((*record.skipped, *(unshown if seen else ()), *failed))
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
