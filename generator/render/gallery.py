"""Decides how the blocks of all models stand together: alike ones once, family by family."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from generator.records import ModelSpec
from generator.render.drawings import BlockDrawing


@dataclass(frozen=True)
class Use:
    """A model that a block is used in, and how often."""

    slug: str
    title: str
    count: int


@dataclass(frozen=True)
class Shown:
    """A block as one model has it, and every model of the family that has it too."""

    slug: str
    block: BlockDrawing
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class FamilyBlocks:
    """The kinds of blocks of one family."""

    name: str
    anchor: str
    blocks: tuple[Shown, ...]


def gallery(
    specs: Sequence[ModelSpec], drawn: Mapping[str, Iterable[BlockDrawing]]
) -> tuple[FamilyBlocks, ...]:
    """Gather the blocks of models in their order; families without any are left out."""
    families: dict[str, list[ModelSpec]] = {}
    for spec in specs:
        families.setdefault(spec.family, []).append(spec)
    anchors = _anchors(families)
    found = (
        FamilyBlocks(name, anchors[name], tuple(_blocks(members, drawn)))
        for name, members in families.items()
    )
    return tuple(family for family in found if family.blocks)


def _blocks(
    specs: Iterable[ModelSpec], drawn: Mapping[str, Iterable[BlockDrawing]]
) -> Iterable[Shown]:
    uses: dict[tuple[str, str], list[tuple[ModelSpec, BlockDrawing]]] = {}
    for spec in specs:
        for block in drawn[spec.slug]:
            uses.setdefault((block.name, block.signature), []).append((spec, block))
    for alike in uses.values():
        spec, block = alike[0]
        counted = tuple(Use(one.slug, one.title, same.count) for one, same in alike)
        yield Shown(spec.slug, block, counted)


def _anchors(names: Iterable[str]) -> dict[str, str]:
    """Give every family an anchor of its own, however alike their names are."""
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "other"
        later = (f"{plain}-{number}" for number in count(2))
        found[name] = next(one for one in chain([plain], later) if one not in found.values())
    return found
