"""Decides how grids of channels become files: one a block, many inner steps in one, in budget."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from generator.capture.budget import Ledger, weight_bytes
from generator.capture.channels import Measured
from generator.capture.sprites import COLUMNS, SMALL, lay_out, stack, webp
from generator.capture.wanted import Wanted
from generator.records import FeatureGrid

INNER_CHANNELS = 16
_SHEET_PIXELS = 1 << 19
_SHEET_GRIDS = 32

Seen = Mapping[Wanted, Mapping[str, Measured]]
"""By tensor, by picture, what there is to show."""


@dataclass(frozen=True)
class Level:
    """How much a grid may cost."""

    quality: int
    channels: int


LEVELS = (Level(80, 32), Level(60, 32), Level(60, 16), Level(40, 16), Level(40, 8))
"""Best first; the first that fits is taken, for all grids alike."""


@dataclass(frozen=True)
class Drawn:
    """All grids of a model, and how well they are drawn."""

    outer: tuple[FeatureGrid, ...]
    inner: tuple[FeatureGrid, ...]
    level: Level


@dataclass(frozen=True)
class _Batch:
    """Grids that are kept or left out together: of one tensor, or one sheet, for every picture."""

    grids: tuple[FeatureGrid, ...]
    files: Mapping[str, bytes]


def draw_grids(seen: Seen, ledger: Ledger) -> Drawn:
    """Write sprites while there is room: blocks and branches first, then inner steps.

    Where blocks and branches alone exceed the room, all are drawn with fewer channels and details;
    where even that is too much, the last ones are left out.
    """
    outer = {wanted: by_image for wanted, by_image in seen.items() if not wanted.is_inner}
    inner = {wanted: by_image for wanted, by_image in seen.items() if wanted.is_inner}
    level, batches = _best(outer, ledger.room_bytes)
    kept = _keep(batches, ledger)
    inner_level = Level(level.quality, min(level.channels, INNER_CHANNELS))
    kept_inner = _keep(_sheets(inner, inner_level), ledger)
    return Drawn(kept, kept_inner, level)


def _best(outer: Seen, room_bytes: int) -> tuple[Level, list[_Batch]]:
    level, batches = LEVELS[0], []
    for level in LEVELS:
        batches = [_own_files(*item, number, level) for number, item in enumerate(outer.items())]
        if sum(weight_bytes(batch.files) for batch in batches) <= room_bytes:
            break
    return level, batches


def _keep(batches: Iterable[_Batch], ledger: Ledger) -> tuple[FeatureGrid, ...]:
    """Write batches in order; after the first that does not fit, none."""
    kept: list[FeatureGrid] = []
    is_full = False
    for batch in batches:
        names = dict.fromkeys(grid.name for grid in batch.grids)
        if is_full:
            ledger.left_out.extend(names)
        elif ledger.take(names, batch.files):
            kept.extend(batch.grids)
        else:
            is_full = True
    return tuple(kept)


def _own_files(
    wanted: Wanted, by_image: Mapping[str, Measured], number: int, level: Level
) -> _Batch:
    grids, files = [], {}
    for image, measured in by_image.items():
        shown = _cut(measured, level.channels)
        sprite = lay_out(shown.tiles)
        file = f"features/{number:03d}-{_file_stem(wanted)}-{image}.webp"
        files[file] = webp(sprite, quality=level.quality, lossless=_is_small(shown))
        grids.append(_grid(wanted, image, shown, sprite, file))
    return _Batch(tuple(grids), files)


def _sheets(inner: Seen, level: Level) -> Iterator[_Batch]:
    """Put inner steps that follow each other below each other, one sheet a picture."""
    for number, group in enumerate(_groups(inner, level)):
        grids: list[FeatureGrid] = []
        files = {}
        for image in dict.fromkeys(image for w in group for image in inner[w]):
            parts = [(w, _cut(inner[w][image], level.channels)) for w in group if image in inner[w]]
            sprites = [lay_out(shown.tiles) for _, shown in parts]
            sheet, tops = stack(sprites)
            file = f"features/inside-{number:02d}-{image}.webp"
            lossless = all(_is_small(shown) for _, shown in parts)
            files[file] = webp(sheet, quality=level.quality, lossless=lossless)
            for (wanted, shown), sprite, top in zip(parts, sprites, tops, strict=True):
                grids.append(_grid(wanted, image, shown, sprite, file, top))
        yield _Batch(tuple(grids), files)


def _groups(inner: Seen, level: Level) -> Iterator[Sequence[Wanted]]:
    group: list[Wanted] = []
    pixels = 0
    was_small = False
    for wanted, by_image in inner.items():
        first = next(iter(by_image.values()))
        needed = _cut(first, level.channels).tiles.size
        is_full = pixels + needed > _SHEET_PIXELS or len(group) == _SHEET_GRIDS
        if group and (is_full or was_small != _is_small(first)):
            yield group
            group, pixels = [], 0
        group.append(wanted)
        pixels += needed
        was_small = _is_small(first)
    if group:
        yield group


def _grid(  # noqa: PLR0913
    wanted: Wanted, image: str, shown: Measured, sprite: Image.Image, file: str, top: int = 0
) -> FeatureGrid:
    return FeatureGrid(
        image=image,
        path=wanted.path,
        node=wanted.node,
        step=wanted.step,
        is_output=wanted.is_output,
        part=wanted.part,
        also=wanted.also,
        shape=shown.shape,
        shown_channels=shown.shown,
        means=shown.means,
        sparsities=shown.sparsities,
        lows=shown.lows,
        highs=shown.highs,
        columns=min(COLUMNS, len(shown.shown)),
        dead_fraction=shown.dead_fraction,
        mean=shown.mean,
        sparsity=shown.sparsity,
        non_finite=shown.non_finite,
        histogram=shown.histogram,
        file=file,
        top=top,
        width=sprite.width,
        height=sprite.height,
    )


def _cut(measured: Measured, channels: int) -> Measured:
    """Leave out all but the strongest channels."""
    return replace(
        measured,
        shown=measured.shown[:channels],
        tiles=measured.tiles[:channels],
        means=measured.means[:channels],
        sparsities=measured.sparsities[:channels],
        lows=measured.lows[:channels],
        highs=measured.highs[:channels],
    )


def _is_small(measured: Measured) -> bool:
    return bool(max(measured.tiles.shape[1:]) <= SMALL)


def _file_stem(wanted: Wanted) -> str:
    name = wanted.path if wanted.is_output else f"{wanted.path}-{wanted.step}{wanted.part or ''}"
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).replace("..", "_")[:80]
