"""The glossary's figures: each is used, whole, named in both languages, and computed rightly."""

import math
import xml.etree.ElementTree as ET
from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as everybody calls it
from torchvision.models.regnet import BlockParams

from generator.analysis.message import Message
from generator.diagram.figures import channels, curves, rescaling, scales, shares, tables, values
from generator.diagram.figures.registry import FIGURES
from generator.diagram.figures.shapes import WIDTH, Box, Figure, Words, arrow
from generator.glossary.terms import Term, glossary
from generator.render.editions import editions
from generator.render.templates import Templates
from generator.zoo.nets.lenet import C3_SOURCES

LANGUAGES = ("en", "zh")
DRAWN = {term.figure: term for term in glossary() if term.figure}
_SVG = "{http://www.w3.org/2000/svg}"
_WIDE = 0x2E80
"""From here on, letters are as wide as they are high."""
_MACRO = '{% import "partials/drawn.svg.j2" as drawn with context %}{{ drawn.draw(figure) }}'

EACH = pytest.mark.parametrize("name", FIGURES)
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@cache
def templates(language: str) -> Templates:
    """Return the templates of a language."""
    return Templates.of(editions([language])[0])


def drawn(name: str, language: str) -> ET.Element:
    """Draw a figure, and read it as XML."""
    figure = FIGURES[name]()
    text = templates(language).environment.from_string(_MACRO).render(figure=figure)
    return ET.fromstring(text.replace("<svg ", f'<svg xmlns="{_SVG[1:-1]}" ', 1))  # noqa: S314


def width_of(words: Words, language: str) -> float:
    """Estimate how long a line of text is: Latin letters are about half as wide as Chinese ones."""
    text = templates(language).edition.say(words.text)
    bold = 1.06 if words.is_bold else 1
    return sum(words.size * (1 if ord(sign) >= _WIDE else 0.53) for sign in text) * bold


def texts(figure: Figure) -> str:
    """Return all that is written in a figure, and said of it."""
    written = [shape.text for shape in figure.shapes if isinstance(shape, Words)]
    return " ".join([figure.title, figure.description, *written])


def test_every_figure_explains_one_term_and_no_term_asks_for_another() -> None:
    """A name that is mistyped, or a figure that nobody sees, is found here."""
    asked = [term.figure for term in glossary() if term.figure]
    assert sorted(asked) == sorted(FIGURES)


def test_many_terms_have_a_figure() -> None:
    """Wherever a picture says more than words: well above the half."""
    assert len(DRAWN) > len(glossary()) / 2


@EACH
@IN_EACH_LANGUAGE
def test_a_figure_is_named_and_told_in_words(name: str, language: str) -> None:
    """For those who cannot see it: a title, and a description that is another text."""
    root = drawn(name, language)
    title, description = root.findtext(f"{_SVG}title"), root.findtext(f"{_SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-label") == title
    assert title
    assert description
    assert title != description
    assert "{" not in title + description


@EACH
def test_a_figure_is_named_in_chinese(name: str) -> None:
    """Not in English on a Chinese page."""
    title = drawn(name, "zh").findtext(f"{_SVG}title") or ""
    assert any("\u4e00" <= sign <= "\u9fff" for sign in title)


@EACH
@IN_EACH_LANGUAGE
def test_nothing_in_a_figure_is_cut_off(name: str, language: str) -> None:
    """Every box and every word lies inside, and a telephone shows it in its own size."""
    figure = FIGURES[name]()
    assert figure.width <= WIDTH
    for shape in figure.shapes:
        if isinstance(shape, Box):
            left, right, top, bottom = (
                *(shape.x, shape.x + shape.width),
                *(shape.y, shape.y + shape.height),
            )
        elif isinstance(shape, Words):
            length = width_of(shape, language)
            left = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * length
            right, top, bottom = left + length, shape.y - shape.size * 0.75, shape.y
        else:
            continue
        assert left >= 0, shape
        assert right <= figure.width, shape
        assert top >= 0, shape
        assert bottom <= figure.height, shape


@EACH
def test_words_in_a_figure_can_be_translated(name: str) -> None:
    """What is written as plain text is a number, a formula, or a name that all languages share."""
    shared = {"ReLU", "ReLU6", "sigmoid", "tanh", "swish", "hard-swish", "relu", "conv2d"}
    for shape in FIGURES[name]().shapes:
        if isinstance(shape, Words) and not isinstance(shape.text, Message):
            words = [part for part in shape.text.split() if len(part) > 2 and part.isalpha()]
            assert set(words) <= shared, shape.text


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("bottleneck", ("16 384", "36 864", "69 632")),
        ("fire", ("11 920", "110 720")),
        ("hard-swish", ("0.667", "0.731")),
        ("inverted-residual", ("8 208",)),
        ("inception", ("192", "64 + 128 + 32 + 32 = 256")),
        ("padding", ()),
        ("partial", ("60", "96")),
        ("projection", ("131 072",)),
        ("resolution", ("51",)),
        ("shuffle", ("0 4 8 1 5 9 2 6 10 3 7 11",)),
        ("sigmoid", ("0.25", "0.0066")),
        ("softmax", ("0.665", "0.245", "0.090")),
        ("squeeze-and-excitation", ("462 000",)),
        ("temperature", ("0.506", "0.307", "0.186")),
        ("tensor", ("150 528",)),
    ],
)
def test_a_figure_says_what_the_words_beside_it_say(name: str, numbers: tuple[str, ...]) -> None:
    """The definition was worked out by hand, the figure computes."""
    term: Term = DRAWN[name]
    computed = texts(FIGURES[name]()).replace("\u202f", " ")
    for number in numbers:
        assert number in term.definition.en.replace("\u202f", " ")
        assert number in computed


_TABLE = st.lists(
    st.lists(st.integers(-9, 9), min_size=4, max_size=4), min_size=4, max_size=4
)  # of a map


@settings(deadline=None)
@given(table=_TABLE)
def test_small_maps_are_computed_as_torch_does(table: list[list[int]]) -> None:
    """Convolution, and both kinds of pooling."""
    map_ = torch.tensor(table, dtype=torch.float64)[None, None]
    kernel = ((-1, 0, 1), (2, 0, -2), (1, 1, 3))
    weight = torch.tensor(kernel, dtype=torch.float64)[None, None]
    assert values.convolved(table, kernel) == F.conv2d(map_, weight)[0, 0].tolist()
    assert values.pooled(table, 2, max) == F.max_pool2d(map_, 2)[0, 0].tolist()
    mean = values.pooled(table, 2, lambda window: sum(window) / len(window))
    assert mean == F.avg_pool2d(map_, 2)[0, 0].tolist()


def test_a_channel_is_normalised_as_torch_does() -> None:
    """As in training, but for the small number that keeps torch from dividing by nought."""
    channel = [3.0, 8.0, 1.0, 4.0]
    wanted = F.batch_norm(torch.tensor(channel)[:, None], None, None, training=True, eps=1e-12)
    assert rescaling.normalised(channel) == pytest.approx(wanted[:, 0].tolist(), abs=1e-6)


def test_what_dropout_keeps_makes_up_for_the_rest() -> None:
    """Nothing is scaled that was dropped; the chance is that of the mask."""
    assert rescaling.kept([[4, 3], [2, 1]], [[1, 0], [0, 1]], 0.5) == [[8, 0], [0, 2]]


@pytest.mark.parametrize("x", [-4.0, -1.5, 0.0, 1.0, 2.5, 7.0])
def test_curves_are_those_of_torch(x: float) -> None:
    """Of every activation function that is drawn."""
    at = torch.tensor(x, dtype=torch.float64)
    assert curves.relu_of(x) == F.relu(at).item()
    assert curves.sigmoid_of(x) == pytest.approx(torch.sigmoid(at).item())
    assert curves.swish_of(x) == pytest.approx(F.silu(at).item())
    assert curves.hard_swish_of(x) == pytest.approx(F.hardswish(at).item())


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_shares_are_those_of_torch(temperature: float) -> None:
    """And they add up to one."""
    found = shares.softmax_of((2.0, 1.0, 0.0), temperature)
    wanted = torch.softmax(torch.tensor([2.0, 1.0, 0.0]) / temperature, 0)
    assert found == pytest.approx(wanted.tolist(), abs=1e-6)
    assert math.fsum(found) == pytest.approx(1)


@pytest.mark.parametrize(("inputs", "outputs", "groups"), [(8, 8, 1), (8, 8, 4), (6, 12, 3)])
def test_threads_are_the_weights_of_a_convolution(inputs: int, outputs: int, groups: int) -> None:
    """As many as torch allocates, and between channels of one group only."""
    conv = nn.Conv2d(inputs, outputs, 3, groups=groups, bias=False)
    assert channels.weights(3, inputs, outputs, groups) == conv.weight.numel()
    pairs = channels.reads(inputs, outputs, groups)
    assert len(pairs) * 9 == conv.weight.numel()
    assert all(i * groups // inputs == o * groups // outputs for i, o in pairs)


def test_channels_are_dealt_out_as_torch_does() -> None:
    """By its own channel shuffle."""
    wanted = torch.channel_shuffle(torch.arange(12.0).view(1, 12, 1, 1), 3)
    assert channels.shuffled(12, 3) == wanted.flatten().tolist()


def test_the_widths_of_regnet_are_those_of_torchvision() -> None:
    """For the net that the figure names."""
    known = BlockParams.from_init_params(depth=22, w_0=24, w_a=24.48, w_m=2.54, group_width=16)
    found = [width for _, width in scales.regnet_widths(22, 24, 24.48, 2.54, 16)]
    assert found == [w for w, d in zip(known.widths, known.depths, strict=True) for _ in range(d)]


@pytest.mark.parametrize(("width", "rounded"), [(22.4, 24), (11.2, 16), (3, 8), (16, 16)])
def test_widths_are_rounded_as_mobilenet_does(width: float, rounded: int) -> None:
    """To a multiple of eight that loses less than a tenth."""
    assert scales.multiple_of(width) == rounded


def test_the_table_of_lenet_is_the_one_that_runs_here() -> None:
    """Row by row, in the order of the paper."""
    assert tables.lenet_table() == [set(sources) for sources in C3_SOURCES]


@pytest.mark.parametrize("end", [(30, 5), (-30, 5), (0, 35), (0, -25)])
def test_an_arrow_ends_where_it_points(end: tuple[float, float]) -> None:
    """The tip of its head is the place; its shaft ends before, so that the tip stays sharp."""
    start = (0.0, end[1]) if end[0] else (0.0, 5.0)
    shaft, head = arrow(start, end)
    assert f"{end[0]:.4g} {end[1]:.4g}" in head.path
    assert f"{end[0]:.4g} {end[1]:.4g}" not in shaft.path
