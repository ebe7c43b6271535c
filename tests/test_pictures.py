"""Claims about pictures: what can be read is read upright, what cannot is refused in words."""

import io
import random
import struct
import warnings
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat
from sklearn.datasets import load_digits

from generator.errors import RequestError
from generator.pictures import (
    Source,
    read_pictures,
    sample_digits,
    sample_photos,
    sources_for,
)

_ORIENTATION = 0x0112
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")


def _encoded(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, file_format, **options)
    return content.getvalue()


def _loaded(image: Image.Image, file_format: str = "PNG", **options: object) -> Image.Image:
    return Source("a", "a", "", _encoded(image, file_format, **options)).load()


def _claimed_size(width: int, height: int) -> bytes:
    """Return a tiny PNG that claims a huge picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b""))


def _chunk(name: bytes, content: bytes) -> bytes:
    digest = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + digest


def _clear_palette() -> Image.Image:
    """Return a picture by palette whose only colour is declared transparent."""
    image = Image.new("P", (4, 4), 0)
    image.putpalette([255, 0, 0])
    image.info["transparency"] = 0
    return image


def test_own_pictures_get_ids_from_their_names(tmp_path: Path) -> None:
    """Names that would meet are told apart by numbers; titles lose what markup is made of."""
    names = ["My Cat.png", "my-cat.png", "猫.png", "<b>.png"]
    for name in names:
        (tmp_path / name).write_bytes(_encoded(Image.new("RGB", (4, 4))))
    found = [(source.id, source.title) for source in read_pictures(tmp_path, names)]
    assert found == [
        ("my-cat", "My Cat"),
        ("my-cat-2", "my-cat"),
        ("picture", "猫"),
        ("b", "b"),
    ]


def test_every_unreadable_picture_is_reported_at_once(tmp_path: Path) -> None:
    """Missing, empty, no picture, cut off, a folder, too large: a line each, none decoded."""
    whole = _encoded(Image.effect_noise((64, 64), 50))
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "huge.png").write_bytes(_claimed_size(50_000, 50_000))
    (tmp_path / "large.png").write_bytes(_claimed_size(13_000, 12_000))
    (tmp_path / "fine.png").write_bytes(whole)
    names = ["gone", "empty", "text", "cut", "folder", "huge", "large", "fine"]
    with pytest.raises(RequestError) as refused:
        read_pictures(tmp_path, [f"{name}.png" for name in names])
    lines = str(refused.value).splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        "gone.png: no such picture; correct 'images' in the settings",
        "empty.png: no picture in a format that Pillow knows",
        "text.png: no picture in a format that Pillow knows",
        "cut.png: cannot be read as a picture",
        "folder.png: cannot be read as a picture",
        "huge.png: too many pixels; scale it down",
        "large.png: too many pixels; scale it down",
    ]


@pytest.mark.parametrize("file_format", _FORMATS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_picture_is_read_or_refused(tmp_path: Path, file_format: str, seed: int) -> None:
    """Whatever bytes are wrong, the user gets a sentence and never a traceback."""
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    content = bytearray(_encoded(Image.effect_noise((24, 24), 50).convert("RGB"), file_format))
    for _ in range(chance.randint(1, 5)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    (tmp_path / "damaged").write_bytes(content[: chance.randint(8, len(content))])
    with warnings.catch_warnings(), suppress(RequestError):
        warnings.filterwarnings("ignore", module="PIL")
        read_pictures(tmp_path, ["damaged"])


@pytest.mark.parametrize(
    ("mode", "file_format", "loaded"),
    [
        ("L", "PNG", "L"),
        ("P", "PNG", "RGB"),
        ("L", "JPEG", "L"),
        ("1", "TIFF", "L"),
        pytest.param("RGBA", "PNG", "RGB", marks=pytest.mark.slow),
        pytest.param("CMYK", "JPEG", "RGB", marks=pytest.mark.slow),
    ],
)
def test_a_picture_of_100_megapixels_is_read_reduced(
    mode: str, file_format: str, loaded: str
) -> None:
    """More than enough for every net is left of it, without a word of warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = _loaded(Image.new(mode, (12_500, 8_000)), file_format)
    assert image.mode == loaded
    assert 1000 <= min(image.size) <= 2048
    assert image.width / image.height == pytest.approx(12_500 / 8_000, rel=0.01)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF"])
def test_what_a_large_picture_shows_stays_in_its_place(file_format: str) -> None:
    """Read in strips and reduced, upright, it is the picture that Pillow would have resized."""
    image = Image.effect_noise((30, 20), 90).convert("RGB").resize((6000, 4000))
    exif = image.getexif()
    exif[_ORIENTATION] = 6
    found = _loaded(image, file_format, exif=exif)
    expected = image.transpose(Image.Transpose.ROTATE_270).resize(found.size, Image.Resampling.BOX)
    assert found.width * 3 == pytest.approx(found.height * 2, abs=3)
    difference = ImageChops.difference(found, expected)
    assert max(ImageStat.Stat(difference).mean) < 1


def test_a_large_measurement_keeps_one_range() -> None:
    """Strips of grey without a range share the darkest and brightest place of the whole."""
    image = Image.linear_gradient("L").convert("F").resize((2100, 2100))
    found = _loaded(image, "TIFF")
    assert found.size == (1050, 1050)
    values = [found.getpixel((500, y)) for y in range(1050)]
    assert values == sorted(values)
    assert (values[0], values[-1]) == (0, 255)


def test_an_endless_ribbon_is_reduced_too() -> None:
    """However thin, no side stays longer than pictures can be handled with."""
    assert _loaded(Image.new("L", (60_000, 40)), "PNG").size == (15_000, 10)


def test_a_photo_is_shown_upright() -> None:
    """Cameras note how they were held; the pixels alone would lie on their side."""
    image = Image.new("RGB", (8, 4), "red")
    image.paste("blue", (0, 0, 4, 4))
    exif = image.getexif()
    exif[_ORIENTATION] = 6  # turn by 90° clockwise: what was left comes to the top
    upright = _loaded(image, exif=exif)
    assert upright.size == (4, 8)
    assert upright.getpixel((1, 1)) == (0, 0, 255)


def test_a_picture_for_print_becomes_rgb() -> None:
    """CMYK is subtractive: no ink is white."""
    image = _loaded(Image.new("CMYK", (4, 4), (0, 0, 0, 0)), "TIFF")
    assert (image.mode, image.getpixel((0, 0))) == ("RGB", (255, 255, 255))


@pytest.mark.parametrize(
    ("mode", "colour"), [("RGBA", (255, 0, 0, 0)), ("LA", (0, 0)), ("PA", (0, 0))]
)
def test_what_is_transparent_shows_white(mode: str, colour: tuple[int, ...]) -> None:
    """The colour under full transparency is whatever a program left there."""
    image = _loaded(Image.new(mode, (4, 4), colour)) if mode != "PA" else _loaded(_clear_palette())
    assert (image.mode, image.getpixel((0, 0))) == ("RGB", (255, 255, 255))


def test_of_an_animation_the_first_picture_is_taken() -> None:
    """Nets here look at one picture."""
    first, second = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")
    image = _loaded(first, "GIF", save_all=True, append_images=[second])
    assert (image.mode, image.getpixel((0, 0))) == ("RGB", (255, 0, 0))


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (32768, 128), (65535, 255)])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_grey_of_16_bits_keeps_its_tones(file_format: str, value: int, expected: int) -> None:
    """Scaled to eight bits; cutting off would make nearly everything white."""
    image = _loaded(Image.new("I;16", (4, 4), value), file_format)
    assert image.mode == "L"
    assert image.getpixel((0, 0)) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_grey_without_a_range_uses_its_own(mode: str) -> None:
    """Measurements are stretched from the darkest to the brightest place."""
    image = Image.new(mode, (3, 1))
    for x, value in enumerate((-1000, 0, 1000)):
        image.putpixel((x, 0), value)
    loaded = _loaded(image, "TIFF")
    assert [loaded.getpixel((x, 0)) for x in range(3)] == [0, pytest.approx(127, abs=1), 255]


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_stays_grey(mode: str) -> None:
    """Black and white is grey with two tones."""
    image = _loaded(Image.new(mode, (4, 4), 255))
    assert (image.mode, image.getpixel((0, 0))) == ("L", 255)


def test_own_pictures_replace_the_samples() -> None:
    """Whatever the number of channels."""
    own = Source("a", "a", "", b"")
    assert sources_for(1, [own]) == sources_for(3, [own]) == (own,)


def test_nets_for_grey_get_digits_and_the_others_photographs() -> None:
    """LeNet reads digits; nobody else does."""
    assert [source.id for source in sources_for(1, [])] == ["three", "five", "eight"]
    assert [source.id for source in sources_for(3, [])] == ["cat", "coffee", "rocket"]


@pytest.mark.parametrize("source", sample_digits(), ids=lambda source: source.id)
def test_sample_digits_are_the_digits_that_their_titles_say(source: Source) -> None:
    """By scikit-learn's own loader: the picture is one of those labelled so, white on black."""
    table = load_digits()
    image = source.load()
    values = [image.getpixel((x, y)) for y in range(8) for x in range(8)]
    same = [
        int(label)
        for label, row in zip(table.target, table.data, strict=True)
        if [round(cell / 16 * 255) for cell in row] == values
    ]
    assert [f"Digit {label}" for label in same] == [source.title]


@pytest.mark.parametrize(
    "source", [*sample_photos(), *sample_digits()], ids=lambda source: source.id
)
def test_samples_say_whose_they_are(source: Source) -> None:
    """A licence each, and a picture that can be read."""
    assert "CC" in source.credit
    assert min(source.load().size) >= 8
