"""Every word of the interface in every language, and none too many."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from generator.config import Settings
from generator.render.editions import editions
from generator.render.environment import templates_folder

ROOT = Path(__file__).parent.parent.parent
REMEDY = "run 'make translations', then translate what is empty in"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|</?\w+>")


def catalogue(code: str) -> Catalog:
    """Read the translations as they are kept."""
    with path_of(code).open("rb") as source:
        return read_po(source, locale=code)


def path_of(code: str) -> Path:
    """Return where a language's translations are kept."""
    return templates_folder() / "locale" / code / "LC_MESSAGES" / "archatlas.po"


@pytest.fixture(scope="module")
def wanted() -> set[str]:
    """Collect every message of templates and code, as `make translations` does."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    methods, options = [], {}
    for mapping in tool["babel"]["mappings"]:
        pattern = mapping.pop("pattern")
        methods.append((pattern, mapping.pop("method")))
        options[pattern] = mapping
    keywords = {**DEFAULT_KEYWORDS, "Message": None, "marked": None}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return {_key(message) for _file, _line, message, _comments, _context in found}


def _key(message: object) -> str:
    return message[0] if isinstance(message, tuple | list) else str(message)


def translated(code: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], Message]]:
    """Yield key, originals and translations of every message."""
    for message in catalogue(code):
        if message.id:
            originals = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            yield originals[0], originals, strings, message


CODES = sorted(path.parts[-3] for path in templates_folder().glob("locale/*/LC_MESSAGES/*.po"))


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_translated(code: str, wanted: set[str]) -> None:
    """None is missing, empty or only guessed."""
    done = {key for key, _, strings, m in translated(code) if all(strings) and not m.fuzzy}
    assert wanted - done == set(), f"{REMEDY} {path_of(code)}"


@pytest.mark.parametrize("code", CODES)
def test_no_translation_is_left_over(code: str, wanted: set[str]) -> None:
    """What nobody says any more is not kept."""
    known = {key for key, *_ in translated(code)}
    assert known - wanted == set(), f"{REMEDY} {path_of(code)}"
    assert not catalogue(code).obsolete


@pytest.mark.parametrize("code", CODES)
def test_placeholders_survive_translation(code: str) -> None:
    """Every value and every tag of the original is in the translation, and no other."""
    for _key, originals, strings, _ in translated(code):
        for string in strings:
            assert sorted(_PLACEHOLDER.findall(string)) in [
                sorted(_PLACEHOLDER.findall(original)) for original in originals
            ], string


def test_every_language_of_the_settings_can_be_said() -> None:
    """A language that is accepted has a catalogue, but for the one the code is written in."""
    pattern = Settings.model_json_schema()["properties"]["languages"]["items"]["pattern"]
    accepted = pattern.strip("^()$").split("|")
    assert [edition.name for edition in editions(accepted)]
    assert set(accepted) - {"en"} == set(CODES)
