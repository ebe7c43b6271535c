"""What a model took from its predecessors, as its page tells."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import RecordOf

from generator.captures import Capture
from generator.records import Change, Departure, ModelSpec, Origin, Paper, Text
from generator.render.heritage import heritage
from generator.render.site import Subject, render_site

SPEC = ModelSpec(
    slug="plain",
    title="Plain",
    family="Toys",
    origin=Origin.USER,
    factory="toys:Plain",
    summary=Text(en="A net.", zh="一个网络。"),
    paper=Paper(title="Nets & more", authors="A. Author", venue="V 2026", url="https://x.example/"),
    changes=(
        Change(since="alexnet", text=Text(en="Smaller.", zh="更小。")),
        Change(since="shared", text=Text(en="Deeper.", zh="更深。")),
    ),
    award=Text(en="Best toy.", zh="最佳玩具。"),
    departures=(Departure(id="pad", text=Text(en="No padding.", zh="没有填充。")),),
)


def test_a_predecessor_has_its_title_and_its_page_if_there_is_one() -> None:
    """One of the zoo is known by name, even where the site does not show it."""
    told = heritage(SPEC, ["plain", "shared"])
    assert [(advance.since, advance.page) for advance in told] == [
        ("AlexNet", None),
        ("shared", "models/shared/"),
    ]


@pytest.mark.parametrize(
    ("uri", "texts"),
    [
        ("models/plain/index.md", ["A net.", "Smaller.", "Deeper.", "Best toy.", "No padding."]),
        (
            "zh/models/plain/index.md",
            ["一个网络。", "更小。", "更深。", "最佳玩具。", "没有填充。"],
        ),
    ],
)
def test_the_page_tells_the_whole_story(
    record_of: RecordOf, tmp_path: Path, uri: str, texts: list[str]
) -> None:
    """Summary, what it changed, what it won, and where the code departs from the paper."""
    other = SPEC.model_copy(update={"slug": "shared", "title": "Shared", "changes": ()})
    subjects = [
        Subject(SPEC, Capture(record=record_of("Plain"), folder=tmp_path)),
        Subject(other, Capture(record=record_of("Shared"), folder=tmp_path)),
    ]
    site = render_site("T", subjects, [], languages=["en", "zh"])
    soup = BeautifulSoup(bytes(site.files[uri]), "html.parser")
    assert all(text in soup.get_text() for text in [*texts, "Nets & more"])
    (link,) = soup.select(".aa-since a")
    assert link["href"].endswith("models/shared/")
