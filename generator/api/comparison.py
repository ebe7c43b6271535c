"""Decides what models side by side can tell, show and keep."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

from generator.analysis.difference import Difference, difference, structure
from generator.api import keeping
from generator.api.captured import Captured
from generator.api.capturing import Factory, capture
from generator.api.showing import Look, shown
from generator.errors import RequestError
from generator.files import write_if_changed
from generator.records import ModelRecord, ModelSpec
from generator.render.comparison_page import AlignedStage, ComparisonPage, comparison_page
from generator.render.fact_table import FactRow
from generator.render.report import as_markdown, as_text
from generator.render.side_by_side import side_by_side, side_by_side_data

if TYPE_CHECKING:
    from torch import nn

_ORDER = "comparison.json"


@dataclass(frozen=True)
class Comparison:
    """Models side by side, the first one being the baseline; a notebook shows them as tables."""

    models: tuple[Captured, ...]

    @property
    def facts(self) -> tuple[FactRow, ...]:
        """Single numbers of all models, a row each, with ratios against the first."""
        return self.page.facts

    @property
    def stages(self) -> tuple[AlignedStage, ...]:
        """What every model does at one output stride, row by row."""
        return self.page.stages

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What became of the first model in each of the others."""
        built = [structure(one.spec.title, one.record) for one in self.models]
        return tuple(difference(built[0], other) for other in built[1:])

    @cached_property
    def published(self) -> dict[str, object]:
        """Everything as plain data, as `archatlas compare --json` prints it."""
        rows = [one.page.row.model_dump(mode="json") for one in self.models]
        return side_by_side_data(*self._captures, rows)

    @cached_property
    def page(self) -> ComparisonPage:
        """Everything a page of these models shows."""
        return comparison_page([one.page for one in self.models])

    def to_markdown(self) -> str:
        """Write it as Markdown, for a comment in a pull request."""
        return as_markdown(side_by_side(*self._captures))

    def to_html(self, language: str = "en") -> str:
        """Show it as HTML that needs nothing else, in English ("en") or Chinese ("zh")."""
        looks = [Look.of(one.page, language) for one in self.models]
        return shown("comparison", language, comparison=self.page, looks=looks)

    def save(self, folder: str | Path) -> Path:
        """Keep all models and their order in a folder, and return the folder.

        Raises:
            DiskError: the folder cannot take it.
        """
        for one in self.models:
            one.save(folder)
        order = json.dumps([one.spec.slug for one in self.models])
        write_if_changed(Path(folder) / _ORDER, order.encode())
        return Path(folder)

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Return what was kept in a folder.

        Raises:
            RequestError: no comparison is kept there.
            StoreError: it is damaged, or of another version.
        """
        kept = set(keeping.kept(Path(folder)))
        try:
            order = json.loads((Path(folder) / _ORDER).read_bytes())
        except (OSError, ValueError) as error:
            raise RequestError(
                f"{folder}: no comparison is kept there; 'save' keeps one"
            ) from error
        if not isinstance(order, list) or not order or not kept.issuperset(map(str, order)):
            raise RequestError(
                f"{folder}: not all models of the comparison are there; save it again"
            )
        return cls(tuple(Captured.open(folder, str(slug)) for slug in order))

    def __str__(self) -> str:
        return as_text(side_by_side(*self._captures))

    def __repr__(self) -> str:
        return f"<Comparison {' vs '.join(one.spec.title for one in self.models)}>"

    def _repr_html_(self) -> str:
        return self.to_html()

    @property
    def _captures(self) -> tuple[list[ModelSpec], dict[str, ModelRecord]]:
        return [one.spec for one in self.models], {o.spec.slug: o.record for o in self.models}


def compare(
    first: "Captured | str | nn.Module | Factory",
    second: "Captured | str | nn.Module | Factory",
    *others: "Captured | str | nn.Module | Factory",
) -> Comparison:
    """Hold models against each other, the first being the baseline.

    Args:
        first: a captured model, or what `capture` takes: then it is captured first, with defaults.
        second: another.
        others: and more.

    Raises:
        RequestError: one of them means nothing.
        CaptureError: one of them could not be captured.
    """
    found = (m if isinstance(m, Captured) else capture(m) for m in (first, second, *others))
    return Comparison(tuple(_distinct(list(found))))


def _distinct(models: Sequence[Captured]) -> Iterator[Captured]:
    """Yield models under names of their own: two versions of one net are called the same."""
    slugs: set[str] = set()
    titles: set[str] = set()
    for one in models:
        slug, title = one.spec.slug, one.spec.title
        names = {
            "slug": _free(slug, (f"{slug[:75]}-{number}" for number in count(2)), slugs),
            "title": _free(title, (f"{title[:115]} ({number})" for number in count(2)), titles),
        }
        spec = one.spec.model_copy(update=names)
        record = one.record.model_copy(update={"slug": spec.slug})
        yield replace(one, spec=spec, record=record)


def _free(name: str, others: Iterator[str], taken: set[str]) -> str:
    found = name if name not in taken else next(other for other in others if other not in taken)
    taken.add(found)
    return found
