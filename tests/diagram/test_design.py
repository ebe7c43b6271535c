"""Claims about the drawn design: its DOT is golden, and no name can leave its box."""

import os
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pygraphviz
import pytest
from conftest import RecordOf
from hollow import hollow_record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys import TRACED

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline, Unit, outline
from generator.diagram.design import design_dot
from generator.diagram.palette import ACCENT, FILLS, HEAT, INK, QUIET, heat_fill
from generator.diagram.svg import draw, size_of
from generator.diagram.text import drawable
from generator.errors import RenderError

_GOLDENS = Path(__file__).parent / "goldens"
_BLESS = "ARCHATLAS_BLESS=1 .venv/bin/pytest tests/diagram"
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {"svg", "title", "desc", "g", "a", "path", "polygon", "polyline", "ellipse", "text"}
_NASTY = (
    "<script>alert(1)</script>",
    'a"b\n{x}',
    "</title><script>",
    "-->",
    "<!-- x -->",
    "]]>",
    "a\\",
    "\\n\\l\\G",
    "<B>bold</B>",
    "<",
    "<>",
    "&amp;",
    "'",
    '" onload="alert(1)',
    "u0 -> u1; evil [label=x]",
    "\x00\x01\x1f",
    "名前 é",
)
_NAMES = st.one_of(st.sampled_from(_NASTY), st.text(st.characters(codec="utf-8"), min_size=1))


def _outline(title: str, path: str) -> Outline:
    """Make two units, the second with the names in question, and an edge between them."""
    first = Unit(
        id="in",
        kind=Kind.INPUT,
        title="input",
        count=1,
        path="",
        input_shape=(),
        output_shape=(1, 3, 8, 8),
        stride=1,
        params=0,
        macs=0,
    )
    second = Unit(
        id=path,
        kind=Kind.BLOCK,
        title=title,
        count=2,
        path=path,
        input_shape=(1, 3, 8, 8),
        output_shape=(1, 4, 4, 4),
        stride=2,
        params=7,
        macs=9,
    )
    return Outline((first, second), (("in", path),))


def _elements(svg: str) -> list[str]:
    return [element.tag.removeprefix(_SVG) for element in ET.fromstring(svg).iter()]  # noqa: S314


def _as_xml_reads(name: str) -> str:
    """Return a name as XML gives it back: line ends of every system are one."""
    return drawable(name).replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("name", [*TRACED, "Refuses"])
def test_the_design_of_a_net_is_drawn_as_blessed(record_of: RecordOf, name: str) -> None:
    """Changing a drawing is fine, once somebody has looked at it."""
    _compare_with_golden(design_dot(outline(record_of(name)), name), name)


def test_the_heat_of_a_net_is_drawn_as_blessed(record_of: RecordOf) -> None:
    """The same boxes in other colours, and a scale below."""
    dot = design_dot(outline(record_of("ResidualNet")), "ResidualNet", heat=True)
    _compare_with_golden(dot, "ResidualNet_heat")


def _compare_with_golden(dot: str, name: str) -> None:
    golden = _GOLDENS / f"{name}.dot"
    if os.environ.get("ARCHATLAS_BLESS") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(dot, encoding="utf-8", newline="\n")
    assert golden.is_file(), f"{golden} is missing; make it with: {_BLESS}"
    assert dot == golden.read_text(encoding="utf-8"), f"if the change is meant: {_BLESS}"


@pytest.mark.parametrize("name", [*TRACED, "Refuses"])
def test_every_unit_and_edge_is_drawn(record_of: RecordOf, name: str) -> None:
    """A box a unit, an arrow an edge, and a loop where layers read all before them."""
    whole = outline(record_of(name))
    graph = pygraphviz.AGraph(string=design_dot(whole, name))
    loops = [edge for edge in graph.edges() if edge[0] == edge[1]]
    assert len(graph.nodes()) == len(whole.units)
    assert len(graph.edges()) - len(loops) == len(whole.edges)
    assert len(loops) == sum(unit.loop is not None for unit in whole.units)


@pytest.mark.parametrize(
    ("name", "skips"), [("Branches", [("u2", "u4")]), ("Gated", [("u1", "u5")]), ("Chain", [])]
)
def test_an_edge_that_passes_others_by_is_marked(
    record_of: RecordOf, name: str, skips: list[tuple[str, str]]
) -> None:
    """The half left alone, and what the gate scales; branches of one length are no skips."""
    graph = pygraphviz.AGraph(string=design_dot(outline(record_of(name)), name))
    marked = [tuple(edge) for edge in graph.edges() if edge.attr["class"] == "edge-skip"]
    assert marked == skips


def test_a_dense_block_is_one_box_with_a_loop(record_of: RecordOf) -> None:
    """Three layers, each of which reads all before it."""
    dot = design_dot(outline(record_of("FunctionalLadder")), "Ladder")
    graph = pygraphviz.AGraph(string=dot)
    assert graph.get_edge("u2", "u2").attr["class"] == "edge-loop"
    assert "reads all" in dot


@pytest.mark.parametrize("name", ["Plain", "ResidualNet"])
def test_heat_shows_where_the_macs_are(record_of: RecordOf, name: str) -> None:
    """Every box has the colour of its share; the kinds of work stay known to style sheets."""
    whole = outline(record_of(name))
    graph = pygraphviz.AGraph(string=design_dot(whole, name, heat=True))
    total = sum(unit.macs for unit in whole.units)
    for number, unit in enumerate(whole.units):
        box = graph.get_node(f"u{number}").attr
        assert box["fillcolor"] == heat_fill(unit.macs / total)
        assert box["class"] == f"kind-{unit.kind}"


def test_a_net_without_macs_is_cold() -> None:
    """Nothing is divided by nothing."""
    first, second = _outline("Block", "b").units
    cold = Outline((first, replace(second, macs=0)), ())
    assert HEAT[0][1] in design_dot(cold, "cold", heat=True)


@given(share=st.floats(0, 1), more=st.floats(0, 1))
def test_heat_rises_with_the_share(share: float, more: float) -> None:
    """A larger share never has a colder colour."""
    ramp = [colour for _, colour in HEAT]
    low, high = sorted((share, more))
    assert ramp.index(heat_fill(low)) <= ramp.index(heat_fill(high))


@pytest.mark.parametrize("fill", [*FILLS.values(), *(colour for _, colour in HEAT)])
def test_text_can_be_read_on_every_fill(fill: str) -> None:
    """A contrast of at least 4.5, as WCAG asks for, in light and in dark: fills stay the same."""
    light, dark = sorted((_luminance(fill), _luminance(INK)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("line", [QUIET, ACCENT])
@pytest.mark.parametrize("page", ["#ffffff", "#1e2129"])
def test_lines_are_seen_on_every_page(line: str, page: str) -> None:
    """A contrast of at least 3, on white and on the dark scheme."""
    light, dark = sorted((_luminance(line), _luminance(page)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def _luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *("alexnet", "vgg19_bn", "googlenet", "inception_v3", "densenet201", "resnet152"),
        *("mobilenet_v3_large", "shufflenet_v2_x1_0", "regnet_y_3_2gf", "efficientnet_b7"),
        *("maxvit_t", "swin_t", "vit_b_16", "convnext_tiny"),
    ],
)
def test_a_design_fits_a_laptop_screen(name: str) -> None:
    """At its natural size, 17 rows of boxes at most, whatever the depth of the net."""
    whole = outline(hollow_record(name))
    width, height = size_of(draw(design_dot(whole, name), name, ""))
    assert len(whole.units) <= 17
    assert width <= 1000
    assert height <= 800


@pytest.mark.parametrize("name", ["ResidualNet", "Branches"])
def test_a_frame_holds_the_units_of_one_stride(record_of: RecordOf, name: str) -> None:
    """Every stride has its frame; what has no positions stands outside."""
    whole = outline(record_of(name))
    graph = pygraphviz.AGraph(string=design_dot(whole, name))
    inside = {str(node) for frame in graph.subgraphs() for node in frame.nodes()}
    framed = [
        f"u{number}"
        for number, unit in enumerate(whole.units)
        if unit.stride and unit.kind not in {Kind.INPUT, Kind.OUTPUT}
    ]
    assert inside == set(framed)


def test_a_drawing_says_what_it_shows() -> None:
    """A role, a name and a description, before anything else, for those who cannot see it."""
    svg = draw(design_dot(_outline("Block", "b"), "Net"), "Design of Net", "In order: a, b.")
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    assert (root.get("role"), root.get("aria-label")) == ("img", "Design of Net")
    assert [(child.tag, child.text) for child in list(root)[:2]] == [
        (f"{_SVG}title", "Design of Net"),
        (f"{_SVG}desc", "In order: a, b."),
    ]


@pytest.mark.parametrize("costs", [{}, {"params": 0, "macs": 0}], ids=["costly", "free"])
def test_what_makes_no_tensor_has_no_empty_line(
    costs: dict[str, int], capfd: pytest.CaptureFixture[str]
) -> None:
    """A net may return a plain number; Graphviz complains about text that is none."""
    first, second = _outline("Block", "b").units
    bare = replace(second, input_shape=(), output_shape=(1,), stride=None, **costs)

    dot = design_dot(Outline((first, bare), ()), "Net")
    draw(dot, "Net", "")

    assert "></FONT>" not in dot
    assert capfd.readouterr().err == ""


def test_a_drawing_has_no_trace_of_who_made_it() -> None:
    """No XML prolog, no comments with versions: the same drawing, the same bytes."""
    svg = draw(design_dot(_outline("Block", "b"), "Net"), "Net", "")
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>\n")
    assert "<!" not in svg
    assert "<?" not in svg


def test_a_drawing_knows_its_size() -> None:
    """In pixels, so that a page can keep the place free."""
    width, height = size_of(draw("digraph { a -> b }", "n", "d"))
    assert 0 < width < height


def test_what_is_no_graph_is_refused_by_name() -> None:
    """The message says which drawing it was."""
    with pytest.raises(RenderError, match="lenet: Graphviz could not draw it"):
        draw("digraph { a -> ", "lenet", "")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_colour(kind: Kind) -> None:
    """A new kind cannot be forgotten in the palette."""
    assert FILLS[kind].startswith("#")


@given(title=_NAMES, path=_NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_name_can_add_to_the_graph(title: str, path: str) -> None:
    """Whatever a class or a module is called, DOT reads two nodes and one edge."""
    graph = pygraphviz.AGraph(string=design_dot(_outline(title, path), title))
    assert sorted(graph.nodes()) == ["u0", "u1"]
    assert graph.edges() == [("u0", "u1")]


@given(title=_NAMES, path=_NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_name_can_add_to_the_drawing(title: str, path: str) -> None:
    """The SVG is XML, holds shapes and text only, and says the name as it is."""
    svg = draw(design_dot(_outline(title, path), title), title, path)
    assert set(_elements(svg)) <= _DRAWN
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on")]
    said = (root.findtext(f"{_SVG}title") or "", root.findtext(f"{_SVG}desc") or "")
    assert said == tuple(
        drawable(name).replace("\r\n", "\n").replace("\r", "\n") for name in (title, path)
    )


@given(text=st.text())
def test_drawable_text_is_what_xml_can_carry(text: str) -> None:
    """Nothing is dropped, only replaced: the same length, and XML reads it back."""
    kept = drawable(text)
    assert len(kept) == len(text)
    element = ET.Element("a")
    element.text = kept
    ET.fromstring(ET.tostring(element, encoding="utf-8"))  # noqa: S314 - made here
