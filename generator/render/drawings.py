"""Decides which drawings a model's pages have, and how each edition labels them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from generator.analysis.anatomy import anatomy
from generator.analysis.blocks import BlockGroup
from generator.analysis.excerpt import typical
from generator.analysis.message import Message
from generator.analysis.outline import Outline
from generator.analysis.titles import readable
from generator.diagram.block import block_dot
from generator.diagram.design import design_dot
from generator.diagram.plates import in_words
from generator.diagram.svg import draw, size_of
from generator.records import Node
from generator.render.bricks import Bricks, bricks
from generator.render.editions import Edition


@dataclass(frozen=True)
class Drawing:
    """A picture and the file it is published as, relative to the model's folder."""

    file: str
    svg: str
    width: int
    height: int


@dataclass(frozen=True)
class BlockDrawing:
    """A kind of block, drawn once: its units, and operation by operation."""

    name: str
    variant: str
    count: int
    paths: tuple[str, ...]
    signature: str
    folded: Drawing
    expanded: Drawing


@dataclass(frozen=True)
class Drawings:
    """Everything drawn of one model, in one language."""

    design: Drawing | None
    heat: Drawing | None
    bricks: Bricks | None
    blocks: tuple[BlockDrawing, ...]

    @property
    def files(self) -> dict[str, str]:
        """Return every drawing by file, but the bricks, which a template writes."""
        single = [drawing for drawing in (self.design, self.heat) if drawing]
        pairs = [drawing for block in self.blocks for drawing in (block.folded, block.expanded)]
        return {drawing.file: drawing.svg for drawing in (*single, *pairs)}


def block_file(number: int, group: BlockGroup) -> str:
    """Return where the drawing of a model's n-th kind of block lies, from 1."""
    name = re.sub(r"[^a-z0-9]+", "-", readable(group.kind).lower()).strip("-") or "block"
    return f"blocks/{number}-{name}.svg"


def draw_model(
    title: str,
    whole: Outline,
    groups: Sequence[BlockGroup],
    known: Mapping[str, Node],
    edition: Edition,
) -> Drawings:
    """Draw a model in an edition's language.

    Args:
        title: the model's name.
        whole: its outline; without units nothing is drawn.
        groups: its kinds of blocks.
        known: its operations by id.
        edition: whose words to use.

    Raises:
        RenderError: Graphviz refused a graph.
    """
    if not whole.units:
        return Drawings(None, None, None, ())
    name = edition.say(Message("Design of {model}", model=title))
    return Drawings(
        design=_design(whole, name, "design.svg", edition, heat=False),
        heat=_design(whole, name, "design-heat.svg", edition, heat=True),
        bricks=bricks(whole, edition.title),
        blocks=tuple(
            _block(number, group, known, edition) for number, group in enumerate(groups, start=1)
        ),
    )


def _design(whole: Outline, name: str, file: str, edition: Edition, *, heat: bool) -> Drawing:
    steps = (
        edition.title(unit.title) + (f" ×{unit.count}" if unit.count > 1 else "")
        for unit in whole.units
    )
    dot = design_dot(whole, name, heat=heat, say=edition.title)
    return _drawing(file, dot, name, "; ".join(steps))


def _block(
    number: int, group: BlockGroup, known: Mapping[str, Node], edition: Edition
) -> BlockDrawing:
    file = block_file(number, group)
    name, variant = edition.pieces(readable(group.kind)), edition.pieces(group.variant)
    title = f"{name}, {variant}" if variant else name
    words = edition.words.gettext
    example = typical(group.blocks)
    views = [anatomy(example, known, fold=fold) for fold in (True, False)]
    folded, expanded = (
        _drawing(place, block_dot(view, title, words), title, in_words(view, words))
        for place, view in zip((file, file.replace(".svg", "-operations.svg")), views, strict=True)
    )
    return BlockDrawing(name, variant, group.count, group.paths, group.signature, folded, expanded)


def _drawing(file: str, dot: str, name: str, description: str) -> Drawing:
    svg = _drawn(dot, name, description)
    return Drawing(file, svg, *size_of(svg))


@cache
def _drawn(dot: str, name: str, description: str) -> str:
    """Lay a graph out once, however many models share it."""
    return draw(dot, name, description)
