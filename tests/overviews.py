"""Pages of made-up models, as many as one likes: one toy's record with other numbers in it."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from generator.captures import Capture
from generator.files import publish
from generator.records import (
    BatchTiming,
    ModelRecord,
    ModelSpec,
    Origin,
    Reference,
    Surroundings,
    Timing,
)
from generator.render.editions import editions
from generator.render.mkdocs import build_html, standard_mkdocs
from generator.render.model_page import ModelPage, model_page
from generator.render.overview import dominance_file
from generator.render.site import Subject, render_site
from generator.render.templates import Templates
from generator.render.view import site_view

HERE = Surroundings(device="cpu", name="Abacus 3000", threads=2, torch="2.9", dtype="float32")


class Made(NamedTuple):
    """What a made-up model is like."""

    slug: str
    top1: float | None
    macs: int
    params: int
    memory: int
    family: str = "A"
    year: int = 2015
    latency_ms: float | None = None


def thousand() -> list[Made]:
    """Make a thousand models up, the same every time."""
    dice = random.Random(7)  # noqa: S311 - no secret
    return [
        Made(
            f"net{n}",
            *(round(dice.uniform(50, 90), 2), dice.randrange(10**7, 10**10)),
            *(dice.randrange(10**5, 10**8), dice.randrange(10**5, 10**8)),
            *(f"Family {n % 20}", 1990 + n % 36),
        )
        for n in range(1000)
    ]


def pages_of(record: ModelRecord, models: Sequence[Made]) -> list[ModelPage]:
    """Give a toy's page the numbers of each model."""
    base = model_page(_spec(Made("base", None, 1, 1, 1)), record, "", has_netron=False)
    return [_page(base, made) for made in models]


def built_overview(folder: Path, record: ModelRecord, models: Sequence[Made]) -> Path:
    """Build a site whose page of comparisons shows these models; return its folder."""
    pages = pages_of(record, models)
    spec = pages[0].spec
    whole = render_site("Made up", [Subject(spec, Capture(record=record, folder=folder))], [])
    view = site_view("Made up", pages, [], None, "none here")
    templates = Templates.of(editions(["en"])[0])
    text = templates.text("site/compare/index.md.j2", site=view, root="../", home="../", files="")
    rows = [page.row.model_dump(mode="json") for page in pages]
    changed = {
        "compare/index.md": text.encode(),
        "data/dominance.json": json.dumps(dominance_file(pages)).encode(),
        "data/models.json": json.dumps(rows).encode(),
    }
    files = {uri: it for uri, it in whole.files.items() if isinstance(it, bytes) or it.is_file()}
    publish({**files, **changed}, folder / "site_src")
    (folder / "mkdocs.yml").write_bytes(
        standard_mkdocs().replace(b"not_found: warn", b"not_found: ignore")
    )
    (folder / ".archatlas").mkdir(exist_ok=True)
    (folder / ".archatlas" / "mkdocs.yml").write_text(whole.mkdocs, encoding="utf-8")
    publish(whole.theme, folder / ".archatlas" / "theme")
    build_html(folder, folder / ".archatlas", folder / "site")
    return folder / "site"


def _spec(made: Made) -> ModelSpec:
    return ModelSpec(
        slug=made.slug,
        title=made.slug.title(),
        family=made.family,
        year=made.year,
        origin=Origin.USER,
        factory="toys:Plain",
    )


def _page(base: ModelPage, made: Made) -> ModelPage:
    numbers = {"top1": made.top1, "macs": made.macs, "params": made.params}
    facts = {"slug": made.slug, "title": made.slug.title(), "family": made.family}
    row = base.row.model_copy(
        update={
            **numbers,
            **facts,
            "year": made.year,
            "peak_activation_bytes": made.memory,
            "latency_ms": made.latency_ms,
            "url": f"models/{made.slug}/",
        }
    )
    reference = Reference(source="nobody", weights_tag="MADE_UP_V1", top1=made.top1, crop=32)
    return replace(
        base,
        spec=_spec(made),
        row=row,
        record=base.record.model_copy(
            update={"slug": made.slug, "reference": reference if made.top1 else None}
        ),
        totals=replace(base.totals, macs=made.macs, params=made.params),
        timing=_timing(made),
    )


def _timing(made: Made) -> Timing | None:
    if made.latency_ms is None:
        return None
    batches = (BatchTiming(batch=1, median_ms=made.latency_ms, runs=9),)
    return Timing(slug=made.slug, capture="c", key="k", surroundings=HERE, batches=batches)
