"""Claims about drawings as SVG: a name, a description, no id twice, and nothing repeated."""

import re
import xml.etree.ElementTree as ET

import pytest

from generator.diagram.palette import FONT
from generator.diagram.svg import draw, lean, size_of
from generator.errors import RenderError

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}"
_DOT = f"""digraph g {{
  graph [fontname="{FONT}"]; node [fontname="{FONT}" tooltip="what it is"];
  subgraph cluster_0 {{ label="frame"; a [label="first" id="n0"]; b [label="x > y & z"]; }}
  a -> b; b -> c; c [label="last" URL="../#row"];
}}"""


def _root(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


def _texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in _root(svg).iter(f"{_SVG}text")]


@pytest.mark.parametrize("is_lean", [False, True])
@pytest.mark.parametrize("name", ["A <net>", 'a "b" > c', "desc</desc>", "名"])
def test_a_drawing_has_a_name_and_a_description(name: str, *, is_lean: bool) -> None:
    """Both are valid XML whatever is in them, and stand before everything drawn."""
    svg = draw(_DOT, name, f"about {name}")
    root = _root(lean(svg, FONT) if is_lean else svg)
    assert (root[0].tag, root[0].text) == (f"{_SVG}title", name)
    assert (root[1].tag, root[1].text) == (f"{_SVG}desc", f"about {name}")
    assert root.get("aria-label") == name
    assert root.get("role") == "img"


def test_a_lean_drawing_says_the_font_once() -> None:
    """Same words, same size, fewer bytes."""
    svg = draw(_DOT, "net", "about")
    small = lean(svg, FONT)
    assert _texts(small) == _texts(svg)
    assert size_of(small) == size_of(svg)
    assert small.count("font-family") == 1
    assert "xml:space" not in small
    assert len(small) < len(svg)


def test_drawings_share_no_numbered_ids() -> None:
    """Several stand in one page: only ids that somebody chose are kept."""
    assert [e.get("id") for e in _root(draw(_DOT, "a", "b")).iter() if e.get("id")] == [
        "n0",
        "a_n0",
    ]


def test_a_pointer_is_told_the_tooltip() -> None:
    """Not what a box is called in DOT."""
    svg = draw(_DOT, "net", "about")
    said = [title.text for title in _root(svg).iter(f"{_SVG}title")]
    assert said[0] == "net"
    assert {*said[1:]} == {"what it is"}
    for link in _root(svg).iter(f"{_SVG}a"):
        assert link[0].text == link.get(f"{_LINK}title")


def test_a_drawing_carries_no_comments_and_no_prolog() -> None:
    """It goes into a page as it is."""
    svg = draw(_DOT, "net", "about")
    assert svg.startswith("<svg ")
    assert not re.search("<!|<\\?", svg)


def test_what_graphviz_refuses_is_named() -> None:
    """The drawing's name is in the message."""
    with pytest.raises(RenderError, match=r"Net 5: Graphviz could not draw it"):
        draw("digraph {", "Net 5", "")
