"""The page about the settings, written by their schema."""

import os
from pathlib import Path

import pytest

from generator.render.editions import editions
from generator.render.reference import PAGE, reference_page, settings_tables
from generator.render.templates import Templates
from generator.settings import OwnModel, Settings

ROOT = Path(__file__).parent.parent.parent
REMEDY = "ARCHATLAS_BLESS=1 .venv/bin/pytest tests/render/test_reference.py"


@pytest.mark.parametrize(("code", "folder"), [("en", "site_src"), ("zh", "site_src/zh")])
def test_the_guide_tells_of_the_settings_as_they_are(code: str, folder: str) -> None:
    """Whoever changes a key, writes the page anew by one command."""
    (edition,) = editions([code])
    text = reference_page(Templates.of(edition))
    path = ROOT / folder / PAGE
    if os.environ.get("ARCHATLAS_BLESS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"out of date; run: {REMEDY}"


def test_no_key_is_left_out() -> None:
    """Of the file, and of a model's table."""
    tables = {table.name: {key.name for key in table.keys} for table in settings_tables()}
    assert tables[""] == set(Settings.model_fields)
    assert tables["[[model]]"] == set(OwnModel.model_fields)
    assert set(tables) == {"", "[[comparisons]]", "[comparisons.story]", "[features]", "[[model]]"}


def test_a_key_says_what_it_may_be() -> None:
    """Kind, choices, bounds and default come from the schema."""
    (own, *_) = settings_tables()
    keys = {key.name: key for key in own.keys}
    assert keys["weights"].choices == ('"cached"', '"download"', '"random"')
    assert (keys["weights"].default, keys["models"].default) == ('"cached"', None)
    assert (keys["seed"].kind, keys["seed"].bounds) == ("whole number", "≥ 0, < 4294967296")
    assert keys["comparisons"].kind == "list of tables"
    (model,) = [table for table in settings_tables() if table.name == "[[model]]"]
    assert [key.name for key in model.keys if key.is_required] == ["slug", "factory"]


def test_every_meaning_is_one_line_of_a_table() -> None:
    """A bar or a line break would end the cell."""
    for table in settings_tables():
        for key in table.keys:
            assert key.meaning
            assert not {"|", "\n"} & set(key.meaning)
