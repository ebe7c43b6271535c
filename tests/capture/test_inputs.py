"""From picture to tensor: cropped, resized, normalised as torchvision's weights expect."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import v2

from generator.capture.inputs import IMAGENET_MEAN, IMAGENET_STD, batch_of, fit, to_tensor
from generator.pictures import Source, sample_digits


def source(image: Image.Image, name: str = "photo") -> Source:
    """Wrap a picture as the pictures room would."""
    encoded = io.BytesIO()
    image.save(encoded, "PNG")
    return Source(id=name, title=name.title(), credit="", content=encoded.getvalue())


def noise(width: int, height: int, channels: int = 3) -> Image.Image:
    """Return a picture that has no two pixels alike, as good as."""
    values = np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return Image.fromarray(values.squeeze())


def test_colours_are_normalised_as_torchvision_does() -> None:
    """Held against the transforms that ship with the weights."""
    image = noise(20, 20)
    reference = v2.Compose(
        [
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(IMAGENET_MEAN, IMAGENET_STD),
        ]
    )

    torch.testing.assert_close(to_tensor(image), reference(image).as_subclass(torch.Tensor))


def test_the_statistics_are_those_of_the_published_weights() -> None:
    """Every ImageNet entry of torchvision names the same mean and deviation."""
    from torchvision.models import ResNet18_Weights  # noqa: PLC0415

    published = ResNet18_Weights.IMAGENET1K_V1.transforms()

    assert tuple(published.mean) == IMAGENET_MEAN
    assert tuple(published.std) == IMAGENET_STD


def test_grey_stays_between_zero_and_one() -> None:
    """Nets for digits get what they were trained on: no mean is taken away."""
    image = noise(5, 4, channels=1)

    tensor = to_tensor(image)

    assert tensor.shape == (1, 4, 5)
    np.testing.assert_allclose(tensor[0].numpy() * 255, np.asarray(image), rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 17, 17), (3, 31, 7), (1, 28, 28), (1, 1, 1), (3, 224, 224)])
@pytest.mark.parametrize("size", [(40, 40), (3, 99), (501, 13), (1, 1)])
def test_any_picture_fits_any_input(shape: tuple[int, int, int], size: tuple[int, int]) -> None:
    """Odd, tiny, tall and wide pictures end at exactly the size and channels wanted."""
    image = fit(source(noise(*size)), shape)

    assert image.mode == ("L" if shape[0] == 1 else "RGB")
    assert to_tensor(image).shape == shape
    assert to_tensor(image).dtype == torch.float32


def test_the_middle_of_a_wide_picture_is_used() -> None:
    """Nothing is squeezed: what sticks out on either side is cut off."""
    wide = Image.new("RGB", (300, 100), "red")
    wide.paste("blue", (95, 0, 205, 100))

    image = fit(source(wide), (3, 50, 50))

    assert image.getcolors() == [(2500, (0, 0, 255))]


def test_a_picture_of_the_right_size_is_not_touched() -> None:
    """Neither cropping nor resampling changes a pixel."""
    image = noise(17, 17)

    np.testing.assert_array_equal(np.asarray(fit(source(image), (3, 17, 17))), np.asarray(image))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture_becomes_colour(mode: str) -> None:
    """Palettes, transparency and print colours are converted on the way in."""
    encoded = io.BytesIO()
    kind = "TIFF" if mode in {"CMYK", "I;16"} else "PNG"
    Image.new(mode, (8, 8)).save(encoded, kind)
    odd = Source(id="odd", title="Odd", credit="", content=encoded.getvalue())

    assert fit(odd, (3, 4, 4)).mode == "RGB"


def test_a_batch_holds_every_picture_and_writes_what_the_net_sees(tmp_path: Path) -> None:
    """The files are the crops, not the originals."""
    sources = [source(noise(30, 20), "one"), source(noise(20, 30), "two")]

    batch, pictures = batch_of(sources, (3, 10, 12), tmp_path)

    assert batch.shape == (2, 3, 10, 12)
    assert [(p.id, p.title, p.file) for p in pictures] == [
        ("one", "One", "inputs/one.webp"),
        ("two", "Two", "inputs/two.webp"),
    ]
    with Image.open(tmp_path / "inputs" / "one.webp") as image:
        assert image.size == (12, 10)
    assert torch.equal(batch[1], to_tensor(fit(sources[1], (3, 10, 12))))


@pytest.mark.parametrize("shape", [(16,), (12, 40), (2, 8, 8), (4, 8, 8), (3, 4, 8, 8)])
def test_a_net_that_takes_no_pictures_gets_a_random_input(
    shape: tuple[int, ...], tmp_path: Path
) -> None:
    """One seeded example without a picture, and no file."""
    torch.manual_seed(7)
    first, pictures = batch_of([source(noise(9, 9))], shape, tmp_path)
    torch.manual_seed(7)
    second, _ = batch_of([source(noise(9, 9))], shape, tmp_path)

    assert first.shape == (1, *shape)
    assert torch.equal(first, second)
    assert first.std() > 0
    assert pictures == ()
    assert not list(tmp_path.iterdir())


def test_equal_pictures_give_equal_bytes(tmp_path: Path) -> None:
    """A file depends on nothing but its pixels."""
    sources = sample_digits()

    batch_of(sources, (1, 28, 28), tmp_path / "one")
    batch_of(sources, (1, 28, 28), tmp_path / "two")

    names = sorted(path.name for path in (tmp_path / "one" / "inputs").iterdir())
    assert names == ["eight.webp", "five.webp", "three.webp"]
    one, two = (
        [(tmp_path / place / "inputs" / name).read_bytes() for name in names]
        for place in ("one", "two")
    )
    assert one == two
