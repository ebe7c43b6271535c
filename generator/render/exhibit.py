"""Decides when a model is prepared for its pages: only if one of them has to be made anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from generator.analysis.checks import Check
from generator.analysis.operations import operations
from generator.captures import Capture
from generator.memo import Memo, key_of
from generator.records import Failure, ModelSpec, Timing
from generator.render.drawings import BlockDrawing, Drawings, draw_model
from generator.render.editions import Edition
from generator.render.glance import Glance, blocks_of, glance
from generator.render.heritage import heritage
from generator.render.ingredients import code_digest
from generator.render.model_page import ModelPage, model_page
from generator.render.neighbours import ALONE, Neighbours
from generator.render.templates import Seen
from generator.render.view import STORY, without_story


@dataclass(frozen=True)
class Subject:
    """A model and its capture."""

    spec: ModelSpec
    kept: Capture | Callable[[], Capture]
    """The capture, or what reads it: of many, not all need to be in memory."""
    timing: Timing | None = None
    home: Path | None = None
    """Where its files are, if that is known without reading it."""
    address: str | None = None
    """Stands for the capture; None: its record, to the last word, does."""

    @property
    def folder(self) -> Path:
        """Return where its files are."""
        return self.home or self.capture.folder

    @property
    def capture(self) -> Capture:
        """Return the capture."""
        return self.kept() if callable(self.kept) else self.kept


@dataclass(frozen=True)
class Exhibit:
    """A model of the site."""

    subject: Subject
    published: Sequence[str]
    """Slugs of the models that this site shows."""
    has_netron: bool
    memo: Memo
    neighbours: Neighbours = ALONE

    @property
    def spec(self) -> ModelSpec:
        """What is known of the model beforehand."""
        return self.subject.spec

    @property
    def folder(self) -> str:
        """Where its files lie in the site."""
        return f"models/{self.spec.slug}/"

    @cached_property
    def key(self) -> str:
        """Digest everything that decides what can be said of the model."""
        story = self.spec.model_dump_json(include=set(STORY))
        return key_of(self.bare_key, story, self._advances)

    @cached_property
    def bare_key(self) -> str:
        """Digest the same for what says nothing of its story: all but its own pages."""
        known = self.spec.model_dump_json(exclude=set(STORY))
        return key_of(code_digest(), known, self._observed, self.has_netron)

    @property
    def page(self) -> ModelPage:
        """What its pages show."""
        told = heritage(self.spec, self.published)
        return replace(self.bare, spec=self.spec, heritage=told)

    @cached_property
    def bare(self) -> ModelPage:
        """The same without its story, which can change without anything being counted again."""
        return self.memo.value(key_of("model", self.bare_key), self._bare)

    @property
    def glance(self) -> Glance:
        """What other pages say of it."""
        return self.memo.value(key_of("glance", self.bare_key), lambda: glance(self.bare))

    def blocks(self, edition: Edition) -> tuple[BlockDrawing, ...]:
        """Return its blocks as pages about all models list them."""
        key = key_of("blocks", self.bare_key, edition.code, edition.prefix)
        return self.memo.value(key, lambda: blocks_of(self.drawings(edition)))

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files of its capture."""
        key = key_of("files", self.bare_key)
        artifacts = self.memo.value(
            key, lambda: tuple(one.file for one in self.subject.capture.record.artifacts)
        )
        return tuple(artifacts)

    def put_aside(self) -> None:
        """Make room for other models, if what is known of this one can be looked up again."""
        if self.memo.remembers:
            for name in ("bare", "_drawn"):
                vars(self).pop(name, None)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """How its numbers were held against others."""
        return self.memo.value(key_of("checks", self.bare_key), lambda: self.bare.checks)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """What went wrong when it was captured."""
        key = key_of("failures", self.bare_key)
        return self.memo.value(key, lambda: self.subject.capture.record.failures)

    def seen(self, edition: Edition) -> Seen:
        """Return what templates of one model see."""
        shown = {
            "model": lambda: self.page,
            "drawings": lambda: self.drawings(edition),
            "neighbours": lambda: self.neighbours,
        }
        return Seen(shown, self.key, {"neighbours": key_of(self.neighbours.facts)})

    def drawings(self, edition: Edition) -> Drawings:
        """Draw it in an edition's language."""
        if edition.code not in self._drawn:
            key = key_of("drawings", self.bare_key, edition.code, edition.prefix)
            self._drawn[edition.code] = self.memo.value(key, lambda: self._drawings(edition))
        return self._drawn[edition.code]

    @cached_property
    def _drawn(self) -> dict[str, Drawings]:
        return {}

    @cached_property
    def _observed(self) -> list[str | None]:
        subject = self.subject
        record = subject.address or subject.capture.record.model_dump_json()
        return [record, subject.timing.model_dump_json() if subject.timing else None]

    @cached_property
    def _advances(self) -> list[tuple[str, str | None]]:
        """Return what is known of its predecessors only when all models are."""
        return [(step.since, step.page) for step in heritage(self.spec, self.published)]

    def _bare(self) -> ModelPage:
        capture = self.subject.capture
        summary = capture.folder / "summary.txt"
        return model_page(
            without_story(self.spec),
            capture.record,
            summary.read_text(encoding="utf-8") if summary.is_file() else "",
            has_netron=self.has_netron,
            timing=self.subject.timing,
        )

    def _drawings(self, edition: Edition) -> Drawings:
        page = self.bare
        known = {node.id: node for node in operations(page.record)}
        return draw_model(self.spec.title, page.outline, page.block_groups, known, edition)
