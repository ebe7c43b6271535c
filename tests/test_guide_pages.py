"""The guide's pages: the same in both languages, all reachable, and true to the command line."""

import re
from pathlib import Path

import pytest
import yaml

from generator.cli.main import _COMMANDS
from generator.pipeline import _guides

ROOT = Path(__file__).parent.parent
ENGLISH, CHINESE = ROOT / "site_src/guide", ROOT / "site_src/zh/guide"
PAGES = sorted(path.name for path in ENGLISH.glob("*.md"))

_CODE = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_CALL = re.compile(r"\barchatlas ([a-z]+)\b([^\n;|&)]*)")
_OPTION = re.compile(r"(--[a-z-]+)")
_SHAPES = {
    "headings": r"^#+ ",
    "rows of tables": r"^\|",
    "points of lists": r"^(?:- |\d\. )",
    "links to other pages": r"\]\([\w-]+\.md",
    "blocks of code": r"^```\w+$",
}


def text_of(folder: Path, name: str) -> str:
    """Read a page."""
    return (folder / name).read_text(encoding="utf-8")


def calls(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands that a page names, each with its options."""
    code = [*_CODE.findall(text), *_SPAN.findall(_CODE.sub("", text))]
    joined = "\n".join(code).replace("\\\n", " ")
    return [(name, _OPTION.findall(rest)) for name, rest in _CALL.findall(joined)]


def test_the_menu_has_the_pages_in_the_order_of_the_index() -> None:
    """First what a reader needs first; pages that the index forgets would come last."""
    found = _guides(ROOT / "site_src", ["en", "zh"])
    order = ["index", "own-models", "configuration", "customising", "publishing", "scale-out"]
    names = [*(f"{name}.md" for name in order), "architecture.md"]
    assert found == [f"{home}guide/{name}" for home in ("", "zh/") for name in names]


def test_every_page_is_there_in_both_languages() -> None:
    """Under the same name, for the switch leads from one to the other."""
    assert sorted(path.name for path in CHINESE.glob("*.md")) == PAGES


@pytest.mark.parametrize("folder", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_and_that_it_has_a_twin(folder: Path, name: str) -> None:
    """For search engines, and for the switch of languages."""
    front = yaml.safe_load(text_of(folder, name).split("---\n")[1])
    assert front["translated"] is True
    assert front["description"]


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize("name", PAGES)
def test_both_languages_say_as_much(name: str, shape: str) -> None:
    """Heading by heading, row by row, point by point."""
    found = [
        len(re.findall(_SHAPES[shape], text_of(folder, name), re.MULTILINE))
        for folder in (ENGLISH, CHINESE)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_name_the_same_commands(name: str) -> None:
    """With the same options, in the same order."""
    assert calls(text_of(CHINESE, name)) == calls(text_of(ENGLISH, name))


@pytest.mark.parametrize("folder", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_first_page_leads_to_all_others(folder: Path) -> None:
    """Whoever reads it knows of each."""
    linked = set(re.findall(r"\]\(([\w-]+\.md)", text_of(folder, "index.md")))
    assert linked == set(PAGES) - {"index.md"}


def test_every_command_of_the_guide_exists_with_its_options() -> None:
    """What a reader types is not refused."""
    known = {command.name: command for command in _COMMANDS}
    named = [call for name in PAGES for call in calls(text_of(ENGLISH, name))]
    assert {"build", "render", "diff", "export", "measure", "serve"} <= {name for name, _ in named}
    for name, options in named:
        assert name in known
        assert set(options) <= set(known[name].options)
