"""Decides which pictures the models look at."""

import csv
import gzip
import hashlib
import importlib.util
import io
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
        """Decode the picture upright, in RGB or grey; transparency shows white."""
        with Image.open(io.BytesIO(self.content)) as image:
            upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith(("I", "F")):
            return _eight_bits(upright)
        if upright.has_transparency_data:
            layer = upright.convert("RGBA")
            white = Image.new("RGBA", layer.size, "white")
            return Image.alpha_composite(white, layer).convert("RGB")
        return upright.convert("L" if upright.mode in {"1", "L"} else "RGB")


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


def _eight_bits(deep: Image.Image) -> Image.Image:
    """Scale grey of more than eight bits: 16 bits by their range, others by what is there."""
    grey = deep.convert("F")
    darkest, brightest = 0.0, 65535.0
    if not deep.mode.startswith("I;16"):
        darkest, brightest = (float(str(value)) for value in grey.getextrema())
    scale = 255 / (brightest - darkest or 1)
    return grey.point(lambda value: value * scale - darkest * scale).convert("L")


def _read(path: Path, name: str, taken: set[str]) -> Source:
    title = re.sub(r"[<>\x00-\x1f\x7f]", " ", path.stem).strip()[:80] or "picture"
    try:
        source = Source(_free_id(title, taken), title, "", content=path.read_bytes())
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            source.load()
    except FileNotFoundError as error:
        raise RequestError(f"{name}: no such picture; correct 'images' in the settings") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
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
