"""Claims about the drawing of descent: its DOT is golden, and no name can leave its box."""

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pygraphviz
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lineages import FAMILIES, descendant

from generator.analysis.lineage import lineage
from generator.diagram.lineage import lineage_dot
from generator.diagram.palette import FAMILY_COLOURS, tint
from generator.diagram.svg import draw
from generator.records import Change, ModelSpec, Text
from generator.render.editions import Edition, editions
from generator.zoo.families import zoo_entries

_GOLDENS = Path(__file__).parent / "goldens"
_BLESS = "ARCHATLAS_BLESS=1 .venv/bin/pytest tests/diagram"
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}"
_DRAWN = {"svg", "title", "desc", "g", "a", "path", "polygon", "polyline", "ellipse", "text"}
_NASTY = (
    "<script>alert(1)</script>",
    'a"b\n{x}',
    "]]>",
    "a\\",
    "\\n\\l\\G",
    "<B>bold</B></TD>",
    "&amp;",
    '" onload="alert(1)',
    "b0 -> b1; evil [label=x]",
    "\x00\x01\x1f",
    " ",
    "名前 é",
)
_NAMES = st.one_of(st.sampled_from(_NASTY), st.text(st.characters(codec="utf-8"), min_size=1))
ENGLISH, CHINESE = editions(["en", "zh"])


def dot_of(specs: tuple[ModelSpec, ...], edition: Edition = ENGLISH) -> str:
    """Draw models whose pages lie beside the drawing."""
    return lineage_dot(lineage(specs), edition.say, lambda slug: f"../models/{slug}/")


def elements(svg: str, tag: str) -> list[ET.Element]:
    """Return the elements of a kind."""
    return list(ET.fromstring(svg).iter(f"{_SVG}{tag}"))  # noqa: S314 - our own drawing


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE], ids=lambda edition: edition.code)
def test_descent_is_drawn_as_blessed(edition: Edition) -> None:
    """Changing a drawing is fine, once somebody has looked at it."""
    golden = _GOLDENS / f"lineage.{edition.code}.dot"
    dot = dot_of(FAMILIES, edition)
    if os.environ.get("ARCHATLAS_BLESS") == "1":
        golden.write_text(dot, encoding="utf-8", newline="\n")
    assert golden.is_file(), f"{golden} is missing; make it with: {_BLESS}"
    assert dot == golden.read_text(encoding="utf-8"), f"if the change is meant: {_BLESS}"


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE], ids=lambda edition: edition.code)
def test_every_model_of_the_zoo_is_a_link_and_every_arrow_tells(edition: Edition) -> None:
    """Names lead to pages, arrows say in the edition's language what was taken."""
    svg = draw(dot_of(zoo_entries(), edition), "L", "")
    links = [a.get(f"{_LINK}href") for a in elements(svg, "a")]
    told = [a.get(f"{_LINK}title") for a in elements(svg, "a") if not a.get(f"{_LINK}href")]
    whole = lineage(zoo_entries())
    assert {link for link in links if link} == {f"../models/{e.slug}/" for e in zoo_entries()}
    stories = [step.text for step in whole.arrows]
    assert len(told) == len(stories)
    assert all(any(edition.say(s) in (t or "") for t in told) for s in stories)


def test_years_run_from_left_to_right() -> None:
    """Every model stands under its year, also where a step runs back in time."""
    specs = (*FAMILIES, descendant("seed", "moss", year=1980, family="Trees"))
    laid = pygraphviz.AGraph(string=dot_of(specs))
    laid.layout(prog="dot")
    middle = {str(n): float(n.attr["pos"].split(",")[0]) for n in laid.nodes()}
    whole = lineage(specs)
    columns = [middle[f"y{number}"] for number in range(len(whole.years))]
    assert columns == sorted(columns)
    for number, box in enumerate(whole.boxes):
        assert middle[f"b{number}"] == columns[whole.years.index(box.year)]


def test_an_arrow_joins_the_lines_of_two_models() -> None:
    """Not just their boxes."""
    graph = pygraphviz.AGraph(string=dot_of(FAMILIES))
    told = {e.attr["id"]: (e.attr["tailport"], e.attr["headport"]) for e in graph.edges()}
    assert told["b0.m2-b3.m0"] == ("m2:e", "m0:w")


@pytest.mark.parametrize("colour", FAMILY_COLOURS)
def test_a_tint_carries_dark_text(colour: str) -> None:
    """Much lighter than the colour, and of the same hue."""
    light = [int(tint(colour)[at : at + 2], 16) for at in (1, 3, 5)]
    full = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    assert min(light) > 190
    assert sorted(range(3), key=lambda i: light[i]) == sorted(range(3), key=lambda i: full[i])


@given(title=_NAMES, family=_NAMES, text=_NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_name_can_add_to_the_drawing(title: str, family: str, text: str) -> None:
    """Whatever a model, a family or a story is called: three links and nothing else."""
    told = Change(since="a", text=Text(en=text, zh=text))
    dress = {"title": title[:120], "family": family[:60], "summary": Text(en=text, zh=text)}
    specs = tuple(
        descendant(slug, year=year).model_copy(update={**dress, "changes": changes})
        for slug, year, changes in (("a", 1990, ()), ("b", 1990, ()), ("c", 2000, (told,)))
    )
    dot = dot_of(specs)
    assert sorted(pygraphviz.AGraph(string=dot).nodes()) == ["b0", "b1", "y0", "y1"]
    svg = draw(dot, title, text)
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    assert {element.tag.removeprefix(_SVG) for element in root.iter()} <= _DRAWN
    assert not [n for element in root.iter() for n in element.attrib if n.startswith("on")]
    links = {a.get(f"{_LINK}href") for a in root.iter(f"{_SVG}a")} - {None}
    assert links == {"../models/a/", "../models/b/", "../models/c/"}
