"""Decides which two models the home page holds against each other until a reader chooses."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.render.fact_table import FactRow, trait_row
from generator.render.glance import Glance
from generator.render.model_page import ModelPage
from generator.render.traits import traits

SHOWN = ("year", "params", "macs", "peak_activation_bytes", "depth", "receptive_field", "top1")
"""The facts that tell most at a glance."""
_PAIR = 2


@dataclass(frozen=True)
class Duel:
    """Two models and their facts."""

    models: tuple[ModelPage, ...]
    facts: tuple[FactRow, ...]

    @property
    def shown(self) -> str:
        """Name the facts for scripts."""
        return ",".join(SHOWN)

    @property
    def query(self) -> str:
        """Return what the page of any comparison is asked for these."""
        return f"?m={','.join(page.spec.slug for page in self.models)}"


def duel(
    models: Sequence[Glance],
    groups: Iterable[Sequence[str]],
    look_at: Callable[[str], ModelPage],
) -> Duel | None:
    """Choose the first compared pair whose accuracy is known, or any two that ran; else none.

    Args:
        models: what is said of all models.
        groups: slugs of those that are compared.
        look_at: returns what a model's own page shows.
    """
    known = {page.spec.slug: page for page in models if page.record.is_captured}
    pairs = [[known[slug] for slug in group[:_PAIR] if slug in known] for group in groups]
    pairs.append(list(known.values())[:_PAIR])
    whole = [pair for pair in pairs if len(pair) == _PAIR]
    best = next((pair for pair in whole if all(page.row.top1 for page in pair)), None)
    chosen = best or next(iter(whole), None)
    if chosen is None:
        return None
    pages = tuple(look_at(page.spec.slug) for page in chosen)
    columns = ([t for t in traits(page.spec, page.record) if t.id in SHOWN] for page in pages)
    return Duel(pages, tuple(map(trait_row, zip(*columns, strict=True))))
