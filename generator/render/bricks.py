"""Decides how a network's tensors stand in space: volumes to scale, as papers draw them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline
from generator.diagram.palette import FILLS
from generator.render.volumes import Volume, columns, volume_of

_GAP, _MARGIN, _STACKED = 18.0, 12.0, 22.0
_LINE = 16.0
_LETTER, _WIDE_LETTER = 6.9, 12.5
"""Width of a letter of 12 pixels, and of a Chinese one."""
_BASIC = 0x2E80
"""From here on, letters are as wide as they are high."""


@dataclass(frozen=True)
class Slab:
    """One volume: its front, and the two faces that perspective shows."""

    kind: Kind
    title: str
    """What it is, for the tooltip: 'conv 3×3 ×2: 14×14×512'."""
    x: float
    y: float
    thickness: float
    """Along the network: by channels, or a thin bar for a vector."""
    height: float
    back: float
    """How far the far edge lies to the right."""
    up: float
    """How far the far edge lies higher."""
    fill: str
    fill_top: str
    fill_side: str
    top: str
    """Corners of the upper face, as SVG writes points."""
    side: str


@dataclass(frozen=True)
class Label:
    """A line of text centred on a place, and the thin line that leads to what it is about."""

    x: float
    y: float
    text: str
    from_y: float
    to_y: float


@dataclass(frozen=True)
class Bricks:
    """The whole drawing."""

    width: float
    height: float
    axis: float
    """Height of the line along which data flows."""
    slabs: tuple[Slab, ...]
    names: tuple[Label, ...]
    """What made each volume, above it; a pooling is only a gap, and has none."""
    shapes: tuple[Label, ...]
    """Height × width × channels, below each volume."""
    description: str
    """Every volume in order, in words."""


@dataclass(frozen=True)
class _Column:
    """Volumes above each other, and where they stand."""

    volumes: tuple[Volume, ...]
    x: float
    width: float

    @property
    def height(self) -> float:
        between = _STACKED * (len(self.volumes) - 1)
        return sum(volume.height + volume.up for volume in self.volumes) + between

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def bricks(outline: Outline, words: Callable[[str], str] = str) -> Bricks:
    """Lay the tensors of a network out from left to right, parallel ways above each other.

    Heights and depths grow with the logarithm of height and width, thicknesses with that of the
    channels.
    """
    placed = _placed([tuple(volume_of(u, words) for u in units) for units in columns(outline)])
    labelled = [column for column in placed if column.volumes[0].is_labelled]
    name_rows = _rows(labelled, [_name(column) for column in labelled])
    shape_rows = _rows(labelled, [_shape(column) for column in labelled])
    top = _MARGIN + _LINE * (max(name_rows, default=0) + 1)
    tallest = max((column.height for column in placed), default=0.0)
    axis = top + tallest / 2
    bottom = top + tallest
    slabs = tuple(slab for column in placed for slab in _slabs(column, axis))
    return Bricks(
        width=round(_right(placed) + _MARGIN, 1),
        height=round(bottom + _LINE * (max(shape_rows, default=0) + 1) + _MARGIN, 1),
        axis=round(axis, 1),
        slabs=slabs,
        names=tuple(
            _label(column, _name(column), top - 5 - _LINE * row, axis - column.height / 2 - 3, 4)
            for column, row in zip(labelled, name_rows, strict=True)
        ),
        shapes=tuple(
            _label(
                column,
                _shape(column),
                bottom + _LINE * (row + 1),
                axis + column.height / 2 + 3,
                -11,
            )
            for column, row in zip(labelled, shape_rows, strict=True)
        ),
        description="; ".join(slab.title for slab in slabs),
    )


def slab_of(volume: Volume, x: float, y: float) -> Slab:
    """Put a volume in its place: the upper left corner of its front."""
    right, bottom = x + volume.thickness, y + volume.height
    back, up = volume.back, volume.up
    fill = FILLS[volume.kind]
    return Slab(
        kind=volume.kind,
        title=f"{volume.title}: {volume.shape}",
        x=round(x, 1),
        y=round(y, 1),
        thickness=round(volume.thickness, 1),
        height=round(volume.height, 1),
        back=round(back, 1),
        up=round(up, 1),
        fill=fill,
        fill_top=_shaded(fill, 1.06),
        fill_side=_shaded(fill, 0.82),
        top=_points((x, y), (x + back, y - up), (right + back, y - up), (right, y)),
        side=_points(
            (right, y), (right + back, y - up), (right + back, bottom - up), (right, bottom)
        ),
    )


def _placed(found: Sequence[tuple[Volume, ...]]) -> list[_Column]:
    """Give every column its place; two labels of neighbours fit above each other."""
    made: list[_Column] = []
    x = _MARGIN
    for volumes in found:
        column = _Column(volumes, x, max(volume.thickness + volume.back for volume in volumes))
        if volumes[0].is_labelled:
            longest = max(_width(_name(column)), _width(_shape(column)))
            # A label may reach over its neighbours, but not over the drawing's edge.
            room = longest if not made else longest / 2
            spare = max(0.0, room - column.width)
            column = _Column(volumes, x + spare / 2, column.width)
            x += spare
        made.append(column)
        x += column.width + _GAP
    return made


def _right(placed: Sequence[_Column]) -> float:
    """Return where the last volume, and every label, has ended."""
    labelled = [column for column in placed if column.volumes[0].is_labelled]
    texts = [c.middle + max(_width(_name(c)), _width(_shape(c))) / 2 for c in labelled]
    return max([*texts, *(c.x + c.width for c in placed)], default=0.0)


def _rows(labelled: Sequence[_Column], texts: Sequence[str]) -> list[int]:
    """Give every label the first row in which it has room; row 0 is nearest the volumes."""
    ends: list[float] = []
    rows = []
    for column, text in zip(labelled, texts, strict=True):
        start, end = column.middle - _width(text) / 2, column.middle + _width(text) / 2
        row = next((row for row, taken in enumerate(ends) if taken <= start), len(ends))
        ends[row:] = [end, *ends[row + 1 :]]
        rows.append(row)
    return rows


def _name(column: _Column) -> str:
    return " · ".join(dict.fromkeys(volume.title for volume in column.volumes))


def _shape(column: _Column) -> str:
    return " · ".join(dict.fromkeys(volume.shape for volume in column.volumes))


def _label(column: _Column, text: str, y: float, from_y: float, beside: float) -> Label:
    return Label(
        x=round(column.middle, 1),
        y=round(y, 1),
        text=text,
        from_y=round(from_y, 1),
        to_y=round(y + beside, 1),
    )


def _width(text: str) -> float:
    return 8 + sum(_LETTER if ord(letter) < _BASIC else _WIDE_LETTER for letter in text)


def _slabs(column: _Column, axis: float) -> list[Slab]:
    made = []
    y = axis - column.height / 2
    for volume in column.volumes:
        x = column.middle - (volume.thickness + volume.back) / 2
        made.append(slab_of(volume, x, y + volume.up))
        y += volume.height + volume.up + _STACKED
    return made


def _points(*corners: tuple[float, float]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _shaded(colour: str, light: float) -> str:
    """Make a colour #rrggbb lighter or darker."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{min(255, round(part * light)):02x}" for part in parts)
