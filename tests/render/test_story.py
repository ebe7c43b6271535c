"""Claims about told stories: their numbers are the computed ones, and their words hold."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from structures import zoo

from generator.analysis.difference import Measure, Structure, structure
from generator.analysis.quotes import misquotes
from generator.records import Text
from generator.render import formats
from generator.render.story import story_part
from generator.stories.stories import Story, curated

STORIES = tuple(curated().values())
NAMES = [" ".join(story.models) for story in STORIES]
_ORACLES = Path(__file__).parents[1] / "data" / "oracles.csv"


def known(*slugs: str) -> dict[str, Structure]:
    """Return what there is to quote of models."""
    return {slug: structure(slug, zoo(slug)) for slug in slugs}


def told(en: str, structures: Mapping[str, Structure]) -> str:
    """Tell one passage."""
    passage = Text(en=en, zh="")
    part = story_part(Story(models=("a", "b"), paragraphs=(passage,)), structures)
    assert part
    return part.paragraphs[0].en


def bare(**measures: int | None) -> dict[str, Structure]:
    """Return a model of given sizes."""
    sizes = {Measure(name): value for name, value in measures.items()}
    return {"net": Structure("Net", (), (), (), sizes)}


@pytest.mark.parametrize(
    ("quote", "sizes", "text"),
    [
        ("{net.params}", {"params": 61_100_840}, "61.1\u202fM"),
        ("{net.weight_bytes}", {"weight_bytes": 244_403_360}, "244\u202fMB"),
        ("{net.depth}", {"depth": 121}, "121"),
        ("{net.receptive_field}", {"receptive_field": 2071}, "2\u202f071"),
        ("{net.macs/net.params}", {"macs": 7, "params": 2}, "3.5"),
        ("{net.macs/net.params}", {"macs": 995, "params": 100}, "10"),
        ("{net.macs/net.params}", {"macs": 61_000, "params": 60}, "1\u202f017"),
        ("{net.macs/net.params%}", {"macs": 1, "params": 8}, "12.5\u202f%"),
        ("{net.macs}", {"macs": None}, "–"),
    ],
)
def test_a_number_is_written_as_everywhere(
    quote: str, sizes: dict[str, int | None], text: str
) -> None:
    """Counts and memory with three digits and a unit, pixels and layers in full."""
    assert told(f"{quote}.", bare(**sizes)) == f"{text}."


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("One. Two.", "One."),
        ("VGG-16 takes 3.5 G. Two.", "VGG-16 takes 3.5 G."),
        ("Really? Yes.", "Really?"),
        ("No end", "No end"),
        ("", ""),
        ("一。二。", "一。"),
    ],
)
def test_a_story_is_announced_by_its_first_sentence(text: str, lead: str) -> None:
    """A point inside a number ends nothing."""
    part = story_part(Story(models=("a", "b"), paragraphs=(Text(en=text, zh=text),)), {})
    assert part
    assert part.lead == Text(en=lead, zh=lead)


def test_where_nothing_is_told_there_is_no_part() -> None:
    """A title alone is told, but announces nothing."""
    assert story_part(Story(models=("a", "b")), {}) is None
    part = story_part(Story(models=("a", "b"), title=Text(en="Why", zh="为何")), {})
    assert part
    assert part.lead is None


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_curated_stories_quote_what_exists(story: Story) -> None:
    """Models of their own, and sizes that are computed."""
    texts = [text for passage in story.passages for text in (passage.en, passage.zh)]
    assert misquotes(texts, story.models) == ()


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_every_number_of_a_curated_story_is_known(story: Story) -> None:
    """Nothing is left in braces, and nothing is a dash."""
    part = story_part(story, known(*story.models))
    assert part
    for passage in (*part.paragraphs, *part.look):
        assert not re.search("[{}–]", passage.en + passage.zh)


@pytest.mark.slow
@pytest.mark.parametrize(
    "slug", ["alexnet", "vgg16", "resnet50", "densenet121", "mobilenet_v2", "squeezenet1_0"]
)
def test_quoted_numbers_are_those_of_the_oracles(slug: str) -> None:
    """Counted by others."""
    rows = csv.DictReader(_ORACLES.read_text(encoding="utf-8").splitlines())
    oracle = next(row for row in rows if row["model"] == slug)
    expected = [int(oracle["params_inference"]), int(oracle["macs_torch_FlopCounterMode_div2"])]
    said = told(f"{{{slug}.params}} {{{slug}.macs}}", known(slug))
    assert said == " ".join(map(formats.count, expected))


def _at(slug: str, stage: str, what: str) -> int:
    value: int = getattr(next(s for s in known(slug)[slug].stages if s.name == stage), what)
    return value


def _sizes(slug: str) -> Mapping[Measure, int | None]:
    return known(slug)[slug].measures


def _same(measure: Measure, old: str, new: str) -> bool:
    return _sizes(old)[measure] == _sizes(new)[measure]


WORDS = {
    "VGG-16 spends nearly a third of its MACs at strides 1 and 2": lambda: (
        0.28
        < (_at("vgg16", "1", "macs") + _at("vgg16", "2", "macs"))
        / (_sizes("vgg16")[Measure.MACS] or 0)
        < 1 / 3
    ),
    "NiN's head has no parameter": lambda: _at("nin_imagenet", "head", "params") == 0,
    "NiN spends most of its parameters on the last block": lambda: (
        2 * _at("nin_imagenet", "32", "params") > (_sizes("nin_imagenet")[Measure.PARAMS] or 0)
    ),
    "ResNet-34 sees four times the width of the picture": lambda: (
        round((_sizes("resnet34")[Measure.RECEPTIVE_FIELD] or 0) / 224, 1) == 4
    ),
    "ResNeXt-50 sees as far as ResNet-50": lambda: _same(
        Measure.RECEPTIVE_FIELD, "resnet50", "resnext50_32x4d"
    ),
    "Wide ResNet sees as far as ResNet-50": lambda: _same(
        Measure.RECEPTIVE_FIELD, "resnet50", "wide_resnet50_2"
    ),
    "VGG-16-C writes as many activations as VGG-16": lambda: _same(
        Measure.ACTIVATIONS, "vgg16", "vgg16_c"
    ),
    "both ShuffleNets see equally far": lambda: _same(
        Measure.RECEPTIVE_FIELD, "shufflenet_v1", "shufflenet_v2_x1_0"
    ),
    "both AlexNets have the same head": lambda: (
        _at("alexnet", "head", "params") == _at("alexnet_2012", "head", "params")
    ),
    "AlexNet's MACs grow at stride 16": lambda: (
        _at("alexnet", "16", "macs") > _at("alexnet_2012", "16", "macs")
    ),
    "RegNet has fifteen blocks at stride 16 where ResNet-50 has six": lambda: (
        (_at("regnet_x_3_2gf", "16", "blocks"), _at("resnet50", "16", "blocks")) == (15, 6)
    ),
    "ZFNet makes most of its activations at stride 2": lambda: (
        2 * _at("zfnet", "2", "activations") > (_sizes("zfnet")[Measure.ACTIVATIONS] or 0)
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("words", WORDS)
def test_what_stories_say_in_words_is_so(words: str) -> None:
    """Also where no number is quoted."""
    assert WORDS[words]()
