"""Claims about block diagrams: golden DOT for every wiring, and what a reader must find on them."""

import os
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pygraphviz
import pytest
import toys
import wirings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from light import light_record
from torch import nn

from generator.analysis.anatomy import Anatomy, Flow, Part, Role, anatomy
from generator.analysis.excerpt import whole_net
from generator.analysis.kinds import Kind
from generator.analysis.operations import operations
from generator.analysis.shortcuts import Shortcut
from generator.analysis.terms import Phrase, Term
from generator.diagram.block import block_dot
from generator.diagram.plates import in_words
from generator.diagram.svg import draw
from generator.diagram.text import drawable

_GOLDENS = Path(__file__).parent / "goldens"
_BLESS = "ARCHATLAS_BLESS=1 .venv/bin/pytest tests/diagram"
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {"svg", "title", "desc", "g", "a", "path", "polygon", "polyline", "ellipse", "text"}
_NASTY = (
    "<script>",
    'a"b\n{x}',
    "</TABLE>",
    "-->",
    "{}",
    "{0}",
    "&amp;",
    "\\N\\G",
    "\x00\x1f",
    "名前",
)
_NAMES = st.one_of(st.sampled_from(_NASTY), st.text(st.characters(codec="utf-8"), min_size=1))

NAMES = (*toys.TRACED, *(net.__name__ for net in wirings.ALL))


@cache
def _anatomy(name: str, *, fold: bool = True) -> Anatomy:
    net: nn.Module = getattr(toys if hasattr(toys, name) else wirings, name)()
    nodes = operations(light_record(net, 3, 17, 17))
    return anatomy(whole_net(nodes), {node.id: node for node in nodes}, fold=fold)


def _texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return [
        "".join(text.itertext()).replace("\xa0", " ").strip() for text in root.iter(f"{_SVG}text")
    ]


def _drawn(name: str, words: Callable[[str], str] = str) -> list[str]:
    return _texts(draw(block_dot(_anatomy(name), name, words), name, "a block"))


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_block_is_drawn_as_blessed(name: str, *, fold: bool) -> None:
    """Changing a drawing is fine, once somebody has looked at it."""
    golden = _GOLDENS / f"block_{name}{'' if fold else '_expanded'}.dot"
    dot = block_dot(_anatomy(name, fold=fold), name)
    if os.environ.get("ARCHATLAS_BLESS") == "1":
        golden.write_text(dot, encoding="utf-8", newline="\n")
    assert golden.is_file(), f"{golden} is missing; make it with: {_BLESS}"
    assert dot == golden.read_text(encoding="utf-8"), f"if the change is meant: {_BLESS}"


@pytest.mark.parametrize("name", NAMES)
def test_every_part_and_flow_is_drawn(name: str) -> None:
    """A node for each part, tag and bend; as many arrowheads as flows."""
    whole = _anatomy(name)
    graph = pygraphviz.AGraph(string=block_dot(whole, name))
    assert {f"p{number}" for number in range(len(whole.parts))} <= set(graph.nodes())
    heads = [edge for edge in graph.edges() if edge.attr["arrowhead"] != "none"]
    assert len(heads) == len(whole.flows)


def test_the_numbers_stand_on_the_drawing() -> None:
    """Kernel, channels, stride, groups, activation, and the shapes at the ends."""
    said = _drawn("Bottleneck")
    assert {"3×3 grouped conv", "4 → 4", "2 groups of 2 · stride 2", "BatchNorm", "ReLU"} <= {*said}
    assert {"17×17×3", "9×9×8", "+"} <= {*said}


def test_the_symbols_of_sum_product_and_concatenation_are_drawn() -> None:
    """A cross, a point and two bars, as in papers."""
    assert {"+", "×"} <= {*_drawn("Excited")}
    assert "‖ concat" in _drawn("Branches")


def test_a_projection_is_dashed_and_an_identity_is_not() -> None:
    """The box on the way, too."""
    graph = pygraphviz.AGraph(string=block_dot(_anatomy("Bottleneck"), ""))
    dashed = [edge for edge in graph.edges() if edge.attr["style"] == "dashed"]
    assert len(dashed) == 3  # into the projection, to its shape, and on to the sum
    assert [n for n in graph.nodes() if "dashed" in (n.attr["style"] or "")] == ["p4"]
    residual = block_dot(_anatomy("ResidualNet"), "")
    assert 'class="shortcut identity"' in residual


def test_a_frame_holds_squeeze_and_excitation() -> None:
    """With its name, and the shapes between its parts."""
    graph = pygraphviz.AGraph(string=block_dot(_anatomy("Excited"), ""))
    [frame] = [g for g in graph.subgraphs() if g.name.startswith("cluster")]
    assert len(frame.nodes()) == 4 + 3
    assert {"squeeze and", "excitation"} <= {*_drawn("Excited")}


def test_a_block_can_be_told_in_words() -> None:
    """Every part with its numbers, in order, and which shortcut there is."""
    assert in_words(_anatomy("Bottleneck"), str).split("; ") == [
        "input 17×17×3",
        "1×1 conv, BatchNorm, ReLU 3 → 4",
        "3×3 grouped conv, BatchNorm, ReLU 4 → 4 2 groups of 2 stride 2",
        "1×1 conv, BatchNorm 4 → 8",
        "1×1 conv, BatchNorm 3 → 8 stride 2",
        "add",
        "ReLU",
        "output 9×9×8",
        "projection shortcut",
    ]


def test_another_language_draws_its_own_words() -> None:
    """Templates are translated, and numbers stay."""
    chinese = {"{} conv": "{} 卷积", "stride {}": "步幅 {}", "squeeze and excitation": "压缩与激励"}
    said = _drawn("Plain", lambda word: chinese.get(word, word))
    assert {"3×3 卷积", "步幅 2"} <= {*said}
    assert "压缩与激励" in _drawn("Excited", lambda word: chinese.get(word, word))


def test_every_phrase_is_one_a_translation_knows() -> None:
    """What is drawn comes from the list of terms, filled in, or is what an operation is called."""
    seen: set[str] = set()
    called: set[str] = set()
    for name in NAMES:
        block_dot(_anatomy(name), name, lambda word: seen.add(word) or word)
        for part in _anatomy(name).parts:
            phrases = [part.heading, *(phrase for _, phrase in (*part.before, *part.after))]
            called |= {v for phrase in phrases if phrase.term is Term.OTHER for v in phrase.values}
    assert seen - called <= {term.value for term in Term}
    assert not [name for name in called if "{" in name]


@given(name=_NAMES, shape=_NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_name_can_add_to_the_graph_or_the_drawing(name: str, shape: str) -> None:
    """Whatever an operation is called, DOT reads three parts, and SVG holds shapes and text."""
    other = Phrase(Term.OTHER, (name,))
    parts = (
        Part("in", Kind.INPUT, Role.END, Phrase(Term.INPUT), shape=shape),
        Part(name, Kind.OTHER, Role.STEP, other, after=((Kind.NORM, other),), nodes=(name,)),
        Part("out", Kind.OUTPUT, Role.END, Phrase(Term.OUTPUT), shape="1"),
    )
    flows = (
        Flow("in", name, shape),
        Flow(name, "out", shape, shows_shape=True, shortcut=Shortcut.IDENTITY),
    )
    dot = block_dot(Anatomy(parts, flows), name)
    assert sorted(pygraphviz.AGraph(string=dot).nodes()) == ["p0", "p1", "p1_shape", "p2"]
    root = ET.fromstring(draw(dot, name, shape))  # noqa: S314 - our own drawing
    assert {element.tag.removeprefix(_SVG) for element in root.iter()} <= _DRAWN
    assert not [a for element in root.iter() for a in element.attrib if a.startswith("on")]
    assert "".join(drawable(name).split()) in "".join("".join(root.itertext()).split())
