"""Pictures that stand for pages where others link to them."""

from io import BytesIO
from pathlib import Path

import pytest
from conftest import RecordOf
from PIL import Image

from generator.analysis.outline import outline
from generator.captures import Capture
from generator.files import Content
from generator.records import ModelSpec, Origin
from generator.render.bricks import bricks
from generator.render.cards import SIZE, card
from generator.render.site import Subject, render_site


def ink(picture: bytes, box: tuple[int, int, int, int]) -> int:
    """Count pixels that are not white."""
    part = Image.open(BytesIO(picture)).convert("L").crop(box)
    return sum(part.histogram()[:250])


DRAWING, WORDS = (0, 0, 1200, 440), (0, 440, 1200, 630)


def test_a_card_has_the_size_that_sites_ask_for(record_of: RecordOf) -> None:
    """A small PNG, the network above and its name below."""
    made = card(bricks(outline(record_of("Plain"))), "Plain", ("Toys, 2026", "9 parameters"))
    picture = Image.open(BytesIO(made))
    assert (picture.format, picture.size) == ("PNG", SIZE)
    assert len(made) < 40_000
    assert ink(made, DRAWING) > 10_000
    assert ink(made, WORDS) > 1000
    assert made == card(
        bricks(outline(record_of("Plain"))), "Plain", ("Toys, 2026", "9 parameters")
    )


@pytest.mark.parametrize("title", ["残差网络", "Réseau"])
def test_letters_that_the_font_lacks_are_left_out(title: str) -> None:
    """Better no title than a row of boxes."""
    assert ink(card(None, title, ()), WORDS) == 0
    assert ink(card(None, "ResNet 32×4d", ()), WORDS) > 0


def test_a_long_title_ends_on_the_card() -> None:
    """It is written smaller."""
    made = card(None, "A network with a name of a hundred and twenty letters " * 2, ())
    assert ink(made, WORDS) > 1000
    assert ink(made, (1140, 440, 1200, 630)) == 0


def test_every_captured_model_has_its_card_and_the_site_one(
    tmp_path: Path, record_of: RecordOf
) -> None:
    """A model that failed has none, for there is nothing to draw."""
    subjects = [
        Subject(spec_of(name), Capture(record=record_of(name), folder=tmp_path))
        for name in ("Plain", "Raises")
    ]
    files: dict[str, Content] = dict(render_site("T", subjects, []).files)
    cards = {uri for uri in files if uri.endswith("card.png")}
    assert cards == {"assets/card.png", "models/plain/card.png"}
    assert b"card: " in bytes(files["models/plain/index.md"])
    assert b"card: " not in bytes(files["models/raises/index.md"])


def spec_of(name: str) -> ModelSpec:
    """Describe a toy net."""
    return ModelSpec(
        slug=name.lower(),
        title=name,
        family="Toys",
        origin=Origin.USER,
        factory=f"toys:{name}",
        input_shape=(3, 17, 17),
    )
