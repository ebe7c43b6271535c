"""Decides what a captured model can tell, show and keep."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from generator.api import keeping
from generator.api.showing import Look, shown
from generator.records import Failure, ModelRecord, ModelSpec
from generator.render import formats
from generator.render.model_page import ModelPage, model_page
from generator.render.published import PublishedRecord, publish
from generator.render.report import Part, as_markdown
from generator.render.side_by_side import side_by_side


@dataclass(frozen=True)
class Captured:
    """A model that was run while everything watched; a notebook shows it as a card."""

    spec: ModelSpec
    record: ModelRecord
    """What was observed."""
    folder: Path
    """Where its files are: pictures, and the ONNX graph."""
    is_isolated: bool = True
    """Whether it ran in a process of its own, within limits of time and memory."""
    kept: object = field(default=None, repr=False, compare=False)
    """What keeps a temporary folder there as long as somebody has this."""

    @cached_property
    def published(self) -> PublishedRecord:
        """What a site publishes as record.json: totals, layers, graph, blocks, stages and more."""
        return publish(self.spec, self.record)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The steps that failed; the others are complete."""
        return self.record.failures

    @cached_property
    def page(self) -> ModelPage:
        """Everything its page shows."""
        summary = self.folder / "summary.txt"
        text = summary.read_text(encoding="utf-8") if summary.is_file() else ""
        return model_page(self.spec, self.record, text, has_netron=False)

    def to_markdown(self) -> str:
        """Write facts and stages as Markdown tables."""
        failed = tuple(f"{one.kind}: {one.error}: {one.message}" for one in self.failures)
        parts = side_by_side([self.spec], {self.spec.slug: self.record})
        return as_markdown([*parts, *([Part("Failed", sentences=failed)] if failed else [])])

    def to_html(self, language: str = "en") -> str:
        """Show it as HTML that needs nothing else, in English ("en") or Chinese ("zh")."""
        look = Look.of(self.page, language)
        return shown("captured", language, look=look, is_isolated=self.is_isolated)

    def save(self, folder: str | Path) -> Path:
        """Keep it in a folder, beside whatever else is kept there, and return the folder.

        Raises:
            DiskError: the folder cannot take it.
        """
        keeping.keep(Path(folder), self.spec, self.record, self.folder)
        return Path(folder)

    @classmethod
    def open(cls, folder: str | Path, slug: str | None = None) -> Self:
        """Return what was kept in a folder.

        Args:
            folder: what `save` was given.
            slug: which model, where several are kept.

        Raises:
            RequestError: nothing, or not exactly one model, is kept there.
            StoreError: it is damaged, or of another version.
        """
        found = keeping.only(Path(folder), slug)
        spec, capture = keeping.opened(Path(folder), found)
        return cls(spec, capture.record, capture.folder)

    def __repr__(self) -> str:
        row = self.page.row
        sizes = f"{formats.count(row.params)} parameters, {formats.count(row.macs)} MACs"
        failed = f", failed: {', '.join(one.kind for one in self.failures)}" * bool(self.failures)
        where = f"input {formats.sizes(row.input_shape)}"
        return f"<Captured {self.spec.title}: {sizes}, depth {row.depth or '–'}, {where}{failed}>"

    def _repr_html_(self) -> str:
        return self.to_html()
