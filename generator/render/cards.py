"""Decides which picture stands for a page where others link to it: 1200 × 630 pixels."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from generator.analysis.kinds import Kind
from generator.diagram.palette import INK
from generator.render.bricks import Bricks, Slab, bricks, slab_of
from generator.render.formats import count
from generator.render.model_page import ModelPage
from generator.render.volumes import Volume

SIZE = (1200, 630)
"""Pixels; the shape that sites which show links ask for."""

_PAPER, _EDGE, _FAINT = "#ffffff", "#5d6675", "#4c5666"
_MARGIN = 64
_FOOT = 440
"""Where the drawing's room ends and the words begin."""
_TITLE, _LINE, _SMALLEST = 64, 34, 12
_SHARPER = 2
"""Drawn so many times larger, then made smaller: Pillow draws edges without half tones."""
_COLOURS = 64
_LARGEST_SCALE = 2.4
_NO_LETTER = "\uffff"
_IDENTITY = ((Kind.CONV, 70, 280), (Kind.BLOCK, 80, 190), (Kind.LINEAR, 90, 105))
"""Kind, thickness and height of the three volumes that stand for the whole site."""
_IDENTITY_GAP = 34


def card(drawing: Bricks | None, title: str, lines: Sequence[str]) -> bytes:
    """Draw a network's volumes above its title and a line or two, as PNG.

    Words with letters that the font lacks are left out, for boxes say nothing.

    Args:
        drawing: the volumes; none: those of the site's logo.
        title: what the page is about.
        lines: what is said of it below, at most two.
    """
    slabs = drawing.slabs if drawing and drawing.slabs else _identity()
    drawn = Image.new("RGB", (SIZE[0] * _SHARPER, _FOOT * _SHARPER), _PAPER)
    _draw(ImageDraw.Draw(drawn), slabs)
    whole = Image.new("RGB", SIZE, _PAPER)
    whole.paste(drawn.reduce(_SHARPER))
    _write(ImageDraw.Draw(whole), title, lines)
    out = BytesIO()
    whole.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def model_card(page: ModelPage) -> bytes:
    """Draw the card of a model: its volumes, descent and size."""
    spec, totals = page.spec, page.totals
    descent = f"{spec.family}, {spec.year}" if spec.year else spec.family
    size = f"{count(totals.params)} parameters · {count(totals.macs)} MACs · depth {totals.depth}"
    return card(bricks(page.outline), spec.title, (descent, size))


def _draw(pen: ImageDraw.ImageDraw, slabs: Sequence[Slab]) -> None:
    """Fit the volumes into the upper part, in its middle."""
    left = min(slab.x for slab in slabs)
    right = max(slab.x + slab.thickness + slab.back for slab in slabs)
    top = min(slab.y - slab.up for slab in slabs)
    bottom = max(slab.y + slab.height for slab in slabs)
    room_x, room_y = SIZE[0] - 2 * _MARGIN, _FOOT - 2 * _MARGIN
    scale = min(room_x / (right - left), room_y / (bottom - top), _LARGEST_SCALE)
    start_x = (SIZE[0] - scale * (right - left)) / 2 - scale * left
    start_y = _MARGIN + (room_y - scale * (bottom - top)) / 2 - scale * top
    for slab in slabs:
        for corners, fill in _faces(slab):
            on_card = [
                (_SHARPER * (start_x + scale * x), _SHARPER * (start_y + scale * y))
                for x, y in corners
            ]
            pen.polygon(on_card, fill=fill, outline=_EDGE)


def _faces(slab: Slab) -> tuple[tuple[list[tuple[float, float]], str], ...]:
    """Return the corners and the fill of the three faces that are seen."""
    right, bottom = slab.x + slab.thickness, slab.y + slab.height
    front = [(slab.x, slab.y), (right, slab.y), (right, bottom), (slab.x, bottom)]
    return (
        (_corners(slab.top), slab.fill_top),
        (_corners(slab.side), slab.fill_side),
        (front, slab.fill),
    )


def _corners(points: str) -> list[tuple[float, float]]:
    pairs = (point.split(",") for point in points.split())
    return [(float(x), float(y)) for x, y in pairs]


def _write(pen: ImageDraw.ImageDraw, title: str, lines: Sequence[str]) -> None:
    y: float = _FOOT
    for text, size, colour in ((title, _TITLE, INK), *((line, _LINE, _FAINT) for line in lines)):
        said = text.replace("×", "x").replace("\u202f", " ")
        if _is_drawable(said):
            pen.text((_MARGIN, y), said, fill=colour, font=_fitting(said, size))
        y += size * 1.3


def _is_drawable(text: str) -> bool:
    """Say whether Pillow's own font has all letters of a text; it draws a box for others."""
    font = ImageFont.load_default(_LINE)
    box = bytes(font.getmask(_NO_LETTER))
    return all(letter == " " or bytes(font.getmask(letter)) != box for letter in set(text))


def _fitting(text: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font, small enough for the text to end on the card."""
    room = SIZE[0] - 2 * _MARGIN
    fonts = (ImageFont.load_default(points) for points in range(size, _SMALLEST, -1))
    fits = (font for font in fonts if font.getlength(text) <= room)
    return next(fits, ImageFont.load_default(_SMALLEST))


def _identity() -> tuple[Slab, ...]:
    """Return the volumes of the site's logo, along one line."""
    made, x = [], 0.0
    for kind, thickness, height in _IDENTITY:
        reach = height / 4
        volume = Volume(kind, "", "", thickness, height, reach, reach, is_labelled=False)
        made.append(slab_of(volume, x, -height / 2))
        x += thickness + reach + _IDENTITY_GAP
    return tuple(made)
