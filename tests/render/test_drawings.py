"""Claims about the drawings of a model: which there are, what they say, in which language."""

import re
import xml.etree.ElementTree as ET

import pytest
from conftest import RecordOf
from toys import TRACED

from generator.analysis.blocks import block_groups
from generator.analysis.operations import operations
from generator.analysis.outline import Outline, outline
from generator.analysis.terms import Term
from generator.diagram.svg import size_of
from generator.records import ModelRecord
from generator.render.drawings import Drawings, block_file, draw_model
from generator.render.editions import Edition, editions
from generator.render.names import KNOWN

ENGLISH, CHINESE = editions(["en", "zh"])
_SVG = "{http://www.w3.org/2000/svg}"
_LATIN = re.compile(r"[A-Za-z]{2,}")
_NAMES = {"BatchNorm", "LayerNorm", "ReLU", "Residual", "sigmoid"}


def drawn(record: ModelRecord, edition: Edition = ENGLISH) -> Drawings:
    """Draw a record as its page does."""
    known = {node.id: node for node in operations(record)}
    return draw_model("Net", outline(record), block_groups(record), known, edition)


def texts(svg: str) -> set[str]:
    """Return everything that is written in a drawing, and its description."""
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return {
        "".join(element.itertext())
        for element in root.iter()
        if element.tag in {f"{_SVG}text", f"{_SVG}desc"}
    }


@pytest.mark.parametrize("name", TRACED)
def test_a_model_has_a_design_and_every_block_twice(record_of: RecordOf, name: str) -> None:
    """Folded and operation by operation, each in a file of its own, at the size it asks for."""
    record = record_of(name)
    found = drawn(record)
    assert [(b.count, b.paths) for b in found.blocks] == [
        (group.count, group.paths) for group in block_groups(record)
    ]
    assert len(found.files) == 2 + 2 * len(found.blocks)
    for drawing in (found.design, found.heat, *(b.folded for b in found.blocks)):
        assert drawing is not None
        assert (drawing.width, drawing.height) == size_of(drawing.svg)
        assert min(size_of(drawing.svg)) > 0


def test_without_units_nothing_is_drawn(record_of: RecordOf) -> None:
    """A model that never ran has no pictures, and no files."""
    found = draw_model("Net", Outline((), ()), (), {}, ENGLISH)
    assert found == Drawings(None, None, None, ())
    assert found.files == {}
    assert drawn(record_of("Raises")).files == {}


def test_files_are_named_by_number_and_kind(record_of: RecordOf) -> None:
    """Two kinds with one name do not meet; a name without letters is no file name."""
    groups = block_groups(record_of("ResidualNet"))
    assert [block_file(n, group) for n, group in enumerate(groups, start=1)] == [
        "blocks/1-residual.svg",
        "blocks/2-residual.svg",
    ]
    assert list(drawn(record_of("ResidualNet")).files)[-2:] == [
        "blocks/2-residual.svg",
        "blocks/2-residual-operations.svg",
    ]


def test_the_design_tells_its_units_in_words(record_of: RecordOf) -> None:
    """In order, with how often each follows itself; once is not said."""
    design = drawn(record_of("ResidualNet")).design
    assert design is not None
    assert (
        "<desc>input; conv 3×3; Residual ×2; Residual; global average pool; linear; output</desc>"
        in design.svg
    )
    assert 'aria-label="Design of Net"' in design.svg


def test_another_language_has_other_words_and_the_same_shapes(record_of: RecordOf) -> None:
    """Numbers stay what they are, and so does which files there are."""
    record = record_of("ResidualNet")
    ours, theirs = drawn(record), drawn(record, CHINESE)
    assert list(ours.files) == list(theirs.files)
    assert [block.variant for block in theirs.blocks] == ["恒等捷径", "投影捷径，步幅 2"]
    assert theirs.design is not None
    assert {"卷积 3×3", "17×17 · 步幅 1"} <= {text.strip() for text in texts(theirs.design.svg)}


@pytest.mark.parametrize("name", TRACED)
def test_no_english_is_left_in_a_chinese_drawing(record_of: RecordOf, name: str) -> None:
    """But for names of classes and operations that have no other."""
    found = drawn(record_of(name), CHINESE)
    said = set().union(*(texts(svg) for svg in found.files.values()))
    assert found.bricks is not None
    said |= {label.text for label in found.bricks.names}
    words = {word for text in said for word in _LATIN.findall(text)}
    assert words <= _NAMES


def test_everything_that_drawings_say_is_collected_for_translation() -> None:
    """Terms and block names are looked up: each must stand in the list."""
    assert {term.value for term in Term} <= {*KNOWN}
    assert len({*KNOWN}) == len(KNOWN)
