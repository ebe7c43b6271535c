"""Claims about the family files: complete in both languages, consistent, clear when broken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.errors import RequestError
from generator.records import ModelSpec, Origin, Quantity, Text
from generator.zoo.families import read_family, zoo_entries

ENTRIES = {entry.slug: entry for entry in zoo_entries()}

REQUIRED = (
    *("lenet5", "lenet_sigmoid", "lenet_relu", "alexnet", "alexnet_2012", "alexnet_single"),
    *("zfnet", "vgg11", "vgg13", "vgg16", "vgg19", "vgg16_bn", "vgg16_c", "nin", "nin_imagenet"),
    *("googlenet", "googlenet_2014", "inception_v3", "densenet121", "densenet161", "densenet169"),
    *("densenet201", "densenet121_inception", "squeezenet1_0", "squeezenet1_1", "shufflenet_v1"),
    *("shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "mobilenet_v1", "mobilenet_v2"),
    *("mobilenet_v3_small", "mobilenet_v3_large", "resnet18", "resnet34", "resnet50", "resnet101"),
    *("resnet152", "resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2", "wide_resnet101_2"),
    *("regnet_x_400mf", "regnet_y_400mf", "regnet_x_3_2gf", "regnet_y_3_2gf"),
)

FAMILY = """
family = "Test"

[paper.thesis]
title = "On nets"
authors = "A. Author"
venue = "Nowhere 2000"
url = "https://example.org/"

[[model]]
slug = "net"
title = "Net"
factory = "torchvision:alexnet"
paper = "thesis"
"""


def texts(entry: ModelSpec) -> Iterator[Text]:
    """Return every passage of an entry."""
    yield from (text for text in (entry.summary, entry.award) if text is not None)
    yield from (change.text for change in entry.changes)
    yield from (departure.text for departure in entry.departures)
    yield from (claim.note for claim in entry.claims if claim.note is not None)


def problems(path: Path, text: str) -> list[str]:
    """Return what is said of a family file."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as refused:
        read_family(path)
    return str(refused.value).splitlines()


@pytest.mark.parametrize("slug", REQUIRED)
def test_every_model_of_the_design_exists(slug: str) -> None:
    """The 45 slugs that the contract promises."""
    assert slug in ENTRIES


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_every_passage_is_a_sentence_in_both_languages(entry: ModelSpec) -> None:
    """Finished, not empty, no word split or doubled space left by the line breaks of the file."""
    for text in texts(entry):
        assert text.en.endswith(".")
        assert text.zh.endswith("。")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in text.en)
        assert "  " not in text.en + text.zh


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_a_predecessor_is_in_the_zoo_and_not_younger(entry: ModelSpec) -> None:
    """Lineage can be drawn from the entries alone, and time runs forward in it."""
    for change in entry.changes:
        assert change.since != entry.slug
        assert (ENTRIES[change.since].year or 0) <= (entry.year or 9999)


def test_nobody_is_an_ancestor_of_itself() -> None:
    """Nets of one year could otherwise name each other in a circle."""
    left = {slug: {change.since for change in entry.changes} for slug, entry in ENTRIES.items()}
    while roots := [slug for slug, parents in left.items() if not parents & left.keys()]:
        for slug in roots:
            del left[slug]
    assert not left


def test_only_the_first_network_has_no_predecessor() -> None:
    """Everything else in the zoo goes back to LeNet-5."""
    assert [slug for slug, entry in ENTRIES.items() if not entry.changes] == ["lenet5"]


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_a_paper_can_be_looked_up(entry: ModelSpec) -> None:
    """Its link is a secure one, and no part of the citation is empty."""
    assert entry.paper is not None
    assert entry.paper.url.startswith("https://")
    assert all((entry.paper.title, entry.paper.authors, entry.paper.venue))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_a_claim_says_what_it_counts_and_where_it_stands(entry: ModelSpec) -> None:
    """One figure per quantity, module and source; whole counts, printed as the source has them."""
    keys = [(claim.quantity, claim.path, claim.source) for claim in entry.claims]
    assert len(keys) == len(set(keys))
    for claim in entry.claims:
        assert claim.value == int(claim.value) > 0
        assert claim.printed.strip()
        assert claim.source.strip()


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_departures_have_names_of_their_own(entry: ModelSpec) -> None:
    """In snake case, once per model."""
    ids = [departure.id for departure in entry.departures]
    assert len(ids) == len(set(ids))
    assert all(id_.isidentifier() and id_ == id_.lower() for id_ in ids)


def test_lenet5s_layers_add_up_to_its_totals() -> None:
    """60 000 trainable parameters and 340 908 connections, as the paper counts them."""
    claims = ENTRIES["lenet5"].claims
    for quantity, total in ((Quantity.PARAMETERS, 60_000), (Quantity.CONNECTIONS, 340_908)):
        mine = [claim for claim in claims if claim.quantity is quantity]
        assert sum(claim.value for claim in mine if claim.path) == total
        assert [claim.value for claim in mine if not claim.path] == [total]


def test_a_family_file_becomes_entries(tmp_path: Path) -> None:
    """The family's name, its paper and who wrote the code come from around the table."""
    (tmp_path / "test.toml").write_text(FAMILY, encoding="utf-8")
    (entry,) = read_family(tmp_path / "test.toml")
    assert (entry.slug, entry.family, entry.origin) == ("net", "Test", Origin.TORCHVISION)
    assert entry.paper is not None
    assert entry.paper.title == "On nets"


def test_lines_of_a_passage_are_joined_for_their_language(tmp_path: Path) -> None:
    """English words stay apart, Chinese signs stay together."""
    summary = '[model.summary]\nen = """\none\ntwo."""\nzh = """\n一，\n二。"""\n'
    (tmp_path / "test.toml").write_text(FAMILY + summary, encoding="utf-8")
    (entry,) = read_family(tmp_path / "test.toml")
    assert entry.summary == Text(en="one two.", zh="一，二。")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "Net"', 'titel = "Net"', "test.toml: net: 'title' is missing"),
        ('title = "Net"', 'title = "Net"\nyaer = 2', "test.toml: net: unknown key 'yaer'"),
        ('title = "Net"', 'title = "Net"\nyear = "x"', "test.toml: net: 'year': Input should be"),
        ('paper = "thesis"', "", "test.toml: net: 'paper' is missing; name one of thesis"),
        ('paper = "thesis"', 'paper = "these"', "which is no paper here; did you mean thesis?"),
        ('slug = "net"', "", "test.toml: model no. 1: 'slug' is missing"),
        ('slug = "net"', 'slug = "Net!"', "test.toml: Net!: 'slug': String should match"),
        ('factory = "torchvision:alexnet"', "", "test.toml: net: 'factory' is missing"),
        ('venue = "Nowhere 2000"', "", "test.toml: 'paper.thesis.venue' is missing"),
        ('family = "Test"', "", "test.toml: 'family' is missing"),
        ('family = "Test"', 'familie = "Test"', "test.toml: unknown key 'familie'"),
        ("[[model]]", "[model]", "test.toml: 'model': Input should be a valid tuple"),
        ('family = "Test"', "family = Test", "test.toml: not valid TOML: Invalid value"),
        (
            'paper = "thesis"',
            'paper = "thesis"\nclaims = [{ quantity = "sweets" }]',
            "test.toml: net: 'claims.0.quantity': Input should be 'parameters', 'MACs'",
        ),
    ],
)
def test_a_mistake_is_reported_with_file_slug_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Whoever adds a model is told where to look, not shown a traceback."""
    assert old in FAMILY
    lines = problems(tmp_path / "test.toml", FAMILY.replace(old, new, 1))
    assert any(said in line for line in lines), lines


def test_all_mistakes_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    """One line each, in the order of the file."""
    first = FAMILY.replace('title = "Net"', "")
    second = '[[model]]\nslug = "other"\ntitle = "Other"\nfactory = "a:b"\npaper = "what"\n'
    assert problems(tmp_path / "test.toml", first + second) == [
        "test.toml: net: 'title' is missing",
        "test.toml: other: 'paper' names 'what', which is no paper here; did you mean thesis?",
    ]
