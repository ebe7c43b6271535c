"""Claims about the brick view: to scale, in order, nothing over anything else."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.analysis.kinds import Kind
from generator.analysis.outline import Outline, Unit
from generator.diagram.palette import FILLS
from generator.records import Shape
from generator.render.bricks import Bricks, Label, Slab, bricks
from generator.render.environment import templates_folder

_SVG = "{http://www.w3.org/2000/svg}"
_PICTURES = st.tuples(st.just(1), st.integers(1, 4096), st.integers(1, 512), st.integers(1, 512))
_SHAPES = st.one_of(_PICTURES, st.tuples(st.just(1), st.integers(1, 10_000)))
_KINDS = st.sampled_from([Kind.CONV, Kind.BLOCK, Kind.POOL, Kind.LINEAR, Kind.MERGE])


def _unit(number: int, kind: Kind, shape: Shape, title: str = "conv 3×3", count: int = 1) -> Unit:
    return Unit(
        id=str(number),
        kind=kind,
        title=title,
        count=count,
        path=f"layer{number}",
        input_shape=(),
        output_shape=shape,
        stride=None,
        params=0,
        macs=0,
    )


def _chain(*made: tuple[Kind, Shape]) -> Outline:
    units = tuple(_unit(number, kind, shape) for number, (kind, shape) in enumerate(made))
    return Outline(units, tuple((a.id, b.id) for a, b in pairwise(units)))


def _right(slab: Slab) -> float:
    return slab.x + slab.thickness + slab.back


def _ends(label: Label) -> tuple[float, float]:
    half = len(label.text) * 6.4 / 2
    return label.x - half, label.x + half


def _svg(drawn: Bricks, name: str = "LeNet", *, standalone: bool = True) -> str:
    made = Environment(
        loader=FileSystemLoader(templates_folder()), autoescape=True, undefined=StrictUndefined
    )
    macro = made.get_template("partials/bricks.svg.j2").module
    return str(macro.draw(drawn, name, standalone))


LENET = _chain(
    (Kind.INPUT, (1, 1, 32, 32)),
    (Kind.CONV, (1, 6, 28, 28)),
    (Kind.POOL, (1, 6, 14, 14)),
    (Kind.CONV, (1, 16, 10, 10)),
    (Kind.POOL, (1, 16, 5, 5)),
    (Kind.LINEAR, (1, 120)),
    (Kind.LINEAR, (1, 84)),
    (Kind.LINEAR, (1, 10)),
    (Kind.OUTPUT, (1, 10)),
)


@given(st.lists(st.tuples(_KINDS, _SHAPES), min_size=1, max_size=20))
def test_no_volume_stands_in_another(made: list[tuple[Kind, Shape]]) -> None:
    """From left to right in the order of the data, and inside the drawing."""
    drawn = bricks(_chain(*made))
    assert len(drawn.slabs) == len(made)
    assert all(_right(a) < b.x for a, b in pairwise(drawn.slabs))
    assert drawn.slabs[0].x >= 0
    assert _right(drawn.slabs[-1]) <= drawn.width
    assert all(s.y - s.up >= 0 and s.y + s.height <= drawn.height for s in drawn.slabs)


@given(st.lists(st.tuples(_KINDS, _SHAPES), min_size=1, max_size=20))
def test_no_label_is_written_over_another_or_over_the_edge(made: list[tuple[Kind, Shape]]) -> None:
    """Names above, shapes below, as many rows as they need."""
    drawn = bricks(_chain(*made))
    for labels in (drawn.names, drawn.shapes):
        for row in {label.y for label in labels}:
            places = [_ends(label) for label in labels if label.y == row]
            assert all(a[1] <= b[0] for a, b in pairwise(places))
        assert all(0 <= _ends(label)[0] <= _ends(label)[1] <= drawn.width for label in labels)
        assert all(10 <= label.y <= drawn.height for label in labels)
    lowest = max(slab.y + slab.height for slab in drawn.slabs)
    assert all(label.y > lowest for label in drawn.shapes)


@given(first=_PICTURES, second=_PICTURES)
def test_a_larger_map_is_taller_and_more_channels_are_thicker(first: Shape, second: Shape) -> None:
    """Sizes follow the numbers, never the kind of what made them."""
    a, b = bricks(_chain((Kind.CONV, first), (Kind.BLOCK, second))).slabs
    if not {(s[1] == s[2] != s[3]) for s in (first, second)} & {True}:
        assert (first[2] < second[2]) == (a.height < b.height)
        assert (first[1] < second[1]) <= (a.thickness <= b.thickness)
        assert (first[3] < second[3]) <= (a.back <= b.back)


def test_lenet_is_told_from_the_picture_to_the_classes() -> None:
    """Volumes with their three sizes, vectors with their length, poolings as gaps."""
    drawn = bricks(LENET)
    assert [label.text for label in drawn.shapes] == [
        *("32×32×1", "28×28×6", "10×10×16", "120", "84", "10")
    ]
    assert len(drawn.slabs) == 8
    pools = [slab for slab in drawn.slabs if slab.kind is Kind.POOL]
    convs = [slab for slab in drawn.slabs if slab.kind is Kind.CONV]
    assert max(slab.thickness for slab in pools) < min(slab.thickness for slab in convs)
    assert drawn.description.startswith("conv 3×3: 32×32×1; conv 3×3: 28×28×6; ")


def test_vectors_are_thin_bars_by_their_length() -> None:
    """A longer vector is a higher bar, as thin as the others, without depth."""
    long, short = bricks(_chain((Kind.LINEAR, (1, 4096)), (Kind.LINEAR, (1, 10)))).slabs
    assert long.height > short.height
    assert (long.thickness, long.back) == (short.thickness, short.back)
    assert long.back == 0


def test_a_global_pooling_is_labelled_for_it_is_all_that_is_left() -> None:
    """One number a channel."""
    drawn = bricks(_chain((Kind.CONV, (1, 512, 7, 7)), (Kind.POOL, (1, 512, 1, 1))))
    assert [label.text for label in drawn.shapes] == ["7×7×512", "1×1×512"]


def test_repetitions_are_counted_not_drawn() -> None:
    """×36 is a word, and one volume."""
    drawn = bricks(Outline((_unit(0, Kind.BLOCK, (1, 8, 4, 4), "Bottleneck", 36),), ()))
    assert [label.text for label in drawn.names] == ["Bottleneck ×36"]
    assert len(drawn.slabs) == 1


def test_parallel_ways_stand_above_each_other() -> None:
    """Two towers share a column and a label; they do not touch."""
    units = (
        _unit(0, Kind.INPUT, (1, 3, 32, 32), "input"),
        _unit(1, Kind.BLOCK, (1, 8, 16, 16), "tower"),
        _unit(2, Kind.BLOCK, (1, 8, 16, 16), "tower"),
        _unit(3, Kind.MERGE, (1, 16, 16, 16), "concatenate"),
    )
    drawn = bricks(Outline(units, (("0", "1"), ("0", "2"), ("1", "3"), ("2", "3"))))
    _, upper, lower, joined = drawn.slabs
    assert upper.x == lower.x < joined.x
    assert upper.y + upper.height < lower.y - lower.up
    assert [label.text for label in drawn.names] == ["input", "tower", "concatenate"]


def test_channels_may_come_last() -> None:
    """Of a picture whose first two sizes are equal, the third are the channels."""
    drawn = bricks(_chain((Kind.BLOCK, (1, 56, 56, 96)), (Kind.BLOCK, (1, 197, 768))))
    assert [label.text for label in drawn.shapes] == ["56×56×96", "197×768"]


def test_another_language_has_its_own_names() -> None:
    """Titles are translated whole; wide letters need more room."""
    drawn = bricks(LENET, lambda title: "卷积层" if title == "conv 3×3" else title)
    assert drawn.names[0].text == "卷积层"
    assert drawn.width > 0


@pytest.mark.parametrize("standalone", [True, False])
def test_the_drawing_says_what_it_shows(*, standalone: bool) -> None:
    """A role, a name, every volume in words, and text that can be selected."""
    svg = _svg(bricks(LENET), "LeNet & Co", standalone=standalone)
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    space = _SVG if standalone else ""
    assert (root.get("role"), root.get("aria-label")) == ("img", "LeNet & Co")
    assert [child.tag for child in list(root)[:2]] == [f"{space}title", f"{space}desc"]
    said = {text.text for text in root.iter(f"{space}text")}
    assert {"32×32×1", "28×28×6", "120"} <= said
    assert ("prefers-color-scheme" in svg) is standalone


def test_a_file_of_its_own_asks_nobody_for_anything() -> None:
    """No address but the name space, so that it opens anywhere."""
    assert re.findall(r"https?://[^\"]+", _svg(bricks(LENET))) == ["http://www.w3.org/2000/svg"]


def test_no_title_can_add_to_the_drawing() -> None:
    """What a class is called is text."""
    unit = _unit(0, Kind.BLOCK, (1, 8, 4, 4), '"><script>alert(1)</script>')
    root = ET.fromstring(_svg(bricks(Outline((unit,), ()))))  # noqa: S314 - our own drawing
    assert not list(root.iter(f"{_SVG}script"))


def test_volumes_have_the_colour_of_their_kind() -> None:
    """The same as in diagrams and tables."""
    assert [slab.fill for slab in bricks(LENET).slabs[:3]] == [
        *(FILLS[kind] for kind in (Kind.INPUT, Kind.CONV, Kind.POOL))
    ]


def test_nothing_draws_nothing() -> None:
    """A net that could not be traced has no volumes, and the drawing is empty."""
    assert bricks(Outline((), ())).slabs == ()
