"""Claims about the drawn graph: golden DOT, ids that scripts find, names that stay text."""

import os
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path

import pygraphviz
import pytest
from conftest import RecordOf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys import TRACED

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.network import Network, network
from generator.diagram.network import ids_of, network_dot
from generator.diagram.palette import FILLS, FONT
from generator.diagram.svg import draw, lean
from generator.diagram.text import drawable
from generator.records import Node

_GOLDENS = Path(__file__).parent / "goldens"
_BLESS = "ARCHATLAS_BLESS=1 .venv/bin/pytest tests/diagram"
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}"
_DRAWN = {"svg", "title", "desc", "g", "a", "path", "polygon", "polyline", "ellipse", "text"}
_NASTY = (
    *("<script>alert(1)</script>", 'a"b\n{x}', "</title><script>", "-->", "]]>", "a\\"),
    *("\\n\\l\\G\\N", "<B>bold</B>", "<", "<>", "&amp;", "'", '" onload="alert(1)'),
    *("n0 -> n1; evil [label=x]", "\x00\x01\x1f", "名前 é", "a.b.c", "javascript:alert(1)"),
)
_NAMES = st.one_of(st.sampled_from(_NASTY), st.text(st.characters(codec="utf-8"), min_size=1))


def _svg(whole: Network, links: dict[str, str] | None = None) -> ET.Element:
    return ET.fromstring(lean(draw(network_dot(whole, links or {}), "Net", "all"), FONT))  # noqa: S314


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Branches", "FunctionalLadder", "Shared"])
def test_the_graph_of_a_net_is_drawn_as_blessed(record_of: RecordOf, name: str) -> None:
    """Changing a drawing is fine, once somebody has looked at it."""
    dot = network_dot(network(record_of(name)), {})
    golden = _GOLDENS / f"network_{name}.dot"
    if os.environ.get("ARCHATLAS_BLESS") == "1":
        golden.write_text(dot, encoding="utf-8", newline="\n")
    assert golden.is_file(), f"{golden} is missing; make it with: {_BLESS}"
    assert dot == golden.read_text(encoding="utf-8"), f"if the change is meant: {_BLESS}"


@pytest.mark.parametrize("name", TRACED)
def test_boxes_arrows_and_frames_are_those_of_the_net(record_of: RecordOf, name: str) -> None:
    """As many as there are, each with an id of its own."""
    whole = network(record_of(name))
    root = _svg(whole)
    found = {kind: [g for g in root.iter(f"{_SVG}g") if g.get("class") == kind] for kind in
             ("node", "edge", "cluster")}  # fmt: skip
    ids = ids_of(whole)
    assert {g.get("id") for g in found["node"]} == set(ids.values())
    assert {g.get("id") for g in found["cluster"]} == {f"m{n}" for n in range(len(whole.modules))}
    assert {g.get("id") for g in found["edge"]} == {
        f"e{ids[a][1:]}-{ids[b][1:]}" for a, b in whole.edges
    }
    every = [element.get("id") for element in root.iter() if element.get("id")]
    assert len({*every}) == len(every)


@pytest.mark.parametrize("name", ["ResidualNet", "Recurrent", "Branches"])
def test_boxes_lie_inside_the_frames_of_their_modules(record_of: RecordOf, name: str) -> None:
    """And inside no other: frames are nested as modules are."""
    whole = network(record_of(name))
    graph = pygraphviz.AGraph(string=network_dot(whole, {}))
    ids = ids_of(whole)
    members = {sub.name: set(sub.nodes()) for sub in _subgraphs(graph)}
    for number, (path, _) in enumerate(whole.modules):
        inside = {ids[n.id] for n in whole.nodes if f"{n.path}.".startswith(f"{path}.")}
        assert members[f"cluster_{number}"] == inside


def _subgraphs(graph: pygraphviz.AGraph) -> list[pygraphviz.AGraph]:
    direct = graph.subgraphs()
    return [*direct, *(inner for sub in direct for inner in _subgraphs(sub))]


def test_a_box_says_what_is_done_and_what_leaves(record_of: RecordOf) -> None:
    """Kernel, stride and groups where they are news; the colour is that of its kind."""
    whole = network(record_of("Branches"))
    texts = ["".join(text.itertext()) for text in _svg(whole).iter(f"{_SVG}text")]
    assert {"conv2d 3×3 /2", "4×8×8", "conv2d 3×3 groups 2", "branch · Sequential"} <= {*texts}
    fills = {
        g.get("id"): next(g.iter(f"{_SVG}polygon")).get("fill")
        for g in _svg(whole).iter(f"{_SVG}g")
        if g.get("class") == "node"
    }
    ids = ids_of(whole)
    assert {fills[ids[n.id]] for n in whole.nodes if kind_of(n) is Kind.CONV} == {FILLS[Kind.CONV]}


def test_a_box_leads_to_its_row(record_of: RecordOf) -> None:
    """Readers without scripts get links; operations without a row get none."""
    whole = network(record_of("Plain"))
    conv = next(node for node in whole.nodes if kind_of(node) is Kind.CONV)
    root = _svg(whole, {conv.id: "../#layer-features.0"})
    links = [a.get(f"{_LINK}href") for a in root.iter(f"{_SVG}a")]
    assert [link for link in links if link] == ["../#layer-features.0"]


@given(name=_NAMES, path=_NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_name_can_add_to_the_graph_or_the_drawing(name: str, path: str) -> None:
    """Whatever operations and modules are called, DOT reads two boxes in one frame."""
    nodes = (
        Node(id="a", op=name, path=f"{path}.x", output_shape=(1,)),
        Node(id="b", op=name, path=f"{path}.y", inputs=("a",), output_shape=(1,)),
    )
    whole = Network(nodes, (("a", "b"),), ((path, name),))
    dot = network_dot(whole, {"a": "../#layer-x"})
    assert sorted(pygraphviz.AGraph(string=dot).nodes()) == ["n0", "n1"]
    root = ET.fromstring(lean(draw(dot, name, path), FONT))  # noqa: S314 - our own drawing
    assert {element.tag.removeprefix(_SVG) for element in root.iter()} <= _DRAWN
    assert not [a for element in root.iter() for a in element.attrib if a.startswith("on")]
    links = {a.get(f"{_LINK}href") for a in root.iter(f"{_SVG}a")} - {None}
    assert links == {"../#layer-x"}
    said = _bare("".join(root.itertext()))
    assert _bare(drawable(name)) in said
    assert _bare(drawable(f"{path} · {name}")) in said


def _bare(text: str) -> str:
    """Drop spaces; Graphviz writes the letter where a name spells it as &amp;."""
    return "".join(unescape(text).split())
