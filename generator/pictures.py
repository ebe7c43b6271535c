"""Decides which pictures the models look at."""

import csv
import gzip
import hashlib
import importlib.util
import io
import math
import re
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from generator.errors import RequestError

_BROKEN = (OSError, ValueError, SyntaxError, RuntimeError, EOFError, struct.error)
"""What Pillow raises, by format, when the content of a picture makes no sense."""

_MAX_PIXELS = 150_000_000
"""More would not fit into the memory of a small machine, decoded."""
_ENOUGH = 1024
"""Pixels of the shorter side below which no large picture is reduced; nets take 224 or 299."""
_LONGEST = 16_384
"""Pixels of the longer side above which every picture is reduced."""
_ORIENTATION = 0x0112
"""EXIF's tag for how the camera was held."""

_DIGIT_ROWS = (("three", 3, 3), ("five", 5, 15), ("eight", 8, 8))
"""(name, digit, row of scikit-learn's digits table)."""

_PHOTOS = (
    ("cat", "Cat", "chelsea.png", "scikit-image data: Chelsea, Stefan van der Walt, CC0"),
    ("coffee", "Coffee", "coffee.png", "scikit-image data: coffee cup, Rachel Michetti, CC0"),
    ("rocket", "Rocket", "rocket.jpg", "scikit-image data: Falcon 9, SpaceX, CC0"),
)


@dataclass(frozen=True)
class Source:
    """A picture before any model has seen it; content is an encoded image file."""

    id: str
    title: str
    credit: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Digest of the encoded picture."""
        return hashlib.sha256(self.content).hexdigest()

    def load(self) -> Image.Image:
        """Decode the picture upright, in RGB or grey; transparency shows white.

        Of very large pictures a reduced one is returned, still larger than any net takes.

        Raises:
            Image.DecompressionBombError: there are too many pixels to decode.
        """
        with warnings.catch_warnings():
            # Pillow warns above 89 megapixels; here _MAX_PIXELS rules, and what is large is read
            # piece by piece.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(self.content)) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise Image.DecompressionBombError(
                        f"{image.width}×{image.height}; at most {_MAX_PIXELS // 10**6} million"
                    )
                image.draft(None, (2 * _ENOUGH, 2 * _ENOUGH))  # JPEG can skip detail it has
                return _upright(_plain(image), image.getexif().get(_ORIENTATION, 1))


@dataclass(frozen=True)
class Digit:
    """A handwritten digit, and which one it is."""

    value: int
    source: Source


def sources_for(channels: int, own: Sequence[Source]) -> tuple[Source, ...]:
    """Return the pictures for a net with that many input channels: the user's, or samples."""
    if own:
        return tuple(own)
    return sample_digits() if channels == 1 else sample_photos()


def read_pictures(root: Path, names: Sequence[str]) -> tuple[Source, ...]:
    """Read the user's pictures.

    Raises:
        RequestError: files that are missing, too large, or no pictures; all at once.
    """
    sources: list[Source] = []
    problems: list[str] = []
    for name in names:
        try:
            sources.append(_read(root / name, name, {source.id for source in sources}))
        except RequestError as error:
            problems.append(str(error))
    if problems:
        raise RequestError("\n".join(problems))
    return tuple(sources)


def sample_photos() -> tuple[Source, ...]:
    """Return the photographs that ship with scikit-image."""
    folder = _package_folder("skimage") / "data"
    return tuple(
        Source(id=slug, title=title, credit=credit, content=(folder / name).read_bytes())
        for slug, title, name, credit in _PHOTOS
    )


def sample_digits() -> tuple[Source, ...]:
    """Return three handwritten digits of scikit-learn's 8×8 table, white on black."""
    rows = _digit_rows()
    return tuple(_digit(name, digit, rows[row]) for name, digit, row in _DIGIT_ROWS)


def all_digits() -> tuple[Digit, ...]:
    """Return every digit of that table in its order, the samples among them."""
    rows = enumerate(_digit_rows())
    return tuple(Digit(int(row[64]), _digit(f"row-{n}", int(row[64]), row)) for n, row in rows)


def _digit_rows() -> list[list[str]]:
    """Return 64 grey values and a digit per row, as text."""
    table = _package_folder("sklearn") / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(table, "rt", encoding="ascii") as lines:
        return list(csv.reader(lines))


def _digit(name: str, digit: int, row: Sequence[str]) -> Source:
    values = [float(cell) for cell in row]
    if int(values[64]) != digit:
        raise RequestError(
            f"scikit-learn's digits table changed: row for '{name}' is another digit"
        )
    image = Image.new("L", (8, 8))
    image.putdata([round(value / 16 * 255) for value in values[:64]])
    encoded = io.BytesIO()
    image.save(encoded, "PNG")
    credit = "scikit-learn digits (UCI optical recognition of handwritten digits), CC BY 4.0"
    return Source(id=name, title=f"Digit {digit}", credit=credit, content=encoded.getvalue())


def _package_folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise RequestError(
            f"the sample pictures come with {package}, which is not installed; install it or set "
            "'images' in archatlas.toml"
        )
    return Path(found.origin).parent


def _plain(image: Image.Image) -> Image.Image:
    """Bring a picture to RGB or grey of eight bits, strip by strip if it has to shrink."""
    tones = _tones(image)
    width, height = image.size
    factor = max(min(image.size) // _ENOUGH, math.ceil(max(image.size) / _LONGEST))
    if factor <= 1:
        return _converted(image, tones)
    strips = [
        _converted(image.crop((0, top, width, min(height, top + factor * 64))), tones).reduce(
            factor
        )
        for top in range(0, height, factor * 64)
    ]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for number, strip in enumerate(strips):
        whole.paste(strip, (0, number * 64))
    return whole


def _tones(image: Image.Image) -> tuple[float, float] | None:
    """Return what is black and white in grey of more than eight bits, none for other pictures.

    For 16 bits it is their range, for other numbers the least and the greatest there are.
    """
    if not image.mode.startswith(("I", "F")):
        return None
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    darkest, brightest = (float(str(value)) for value in image.getextrema())
    return darkest, brightest


def _converted(image: Image.Image, tones: tuple[float, float] | None) -> Image.Image:
    if tones is not None:
        darkest, brightest = tones
        scale = 255 / (brightest - darkest or 1)
        grey = image.convert("F").point(lambda value: value * scale - darkest * scale)
        return grey.convert("L")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture as its camera noted it was held."""
    image.getexif()[_ORIENTATION] = orientation
    return ImageOps.exif_transpose(image)


def _read(path: Path, name: str, taken: set[str]) -> Source:
    title = re.sub(r"[<>\x00-\x1f\x7f]", " ", path.stem).strip()[:80] or "picture"
    try:
        source = Source(_free_id(title, taken), title, "", content=path.read_bytes())
        source.load()
    except FileNotFoundError as error:
        raise RequestError(f"{name}: no such picture; correct 'images' in the settings") from error
    except Image.DecompressionBombError as error:
        raise RequestError(f"{name}: too many pixels; scale it down ({error})") from error
    except UnidentifiedImageError as error:
        raise RequestError(f"{name}: no picture in a format that Pillow knows") from error
    except _BROKEN as error:
        raise RequestError(f"{name}: cannot be read as a picture ({error})") from error
    return source


def _free_id(title: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "picture"
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)
