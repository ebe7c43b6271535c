"""Claims about the glossary: complete in both languages, consistent, clear when broken."""

from pathlib import Path

import pytest

from generator.errors import RequestError
from generator.glossary.terms import Term, glossary, read_theme, read_themes, themes
from generator.records import Text
from generator.zoo.families import zoo_entries

TERMS = {term.id: term for term in glossary()}
SLUGS = {entry.slug for entry in zoo_entries()}

REQUIRED = (
    *("convolution", "kernel", "stride", "padding", "output-stride", "receptive-field"),
    *("feature-map", "channel", "parameter", "macs", "activation-memory", "pooling"),
    *("global-average-pooling", "fully-connected", "relu", "sigmoid", "softmax", "temperature"),
    *("batchnorm", "train-eval", "lrn", "dropout", "overfitting", "data-augmentation"),
    *("residual-connection", "identity-shortcut", "projection-shortcut", "degradation"),
    *("vanishing-gradient", "bottleneck", "pointwise-convolution", "grouped-convolution"),
    *("cardinality", "depthwise-convolution", "depthwise-separable-convolution"),
    *("inverted-residual", "linear-bottleneck", "squeeze-and-excitation", "hardswish"),
    *("channel-shuffle", "channel-split", "width-multiplier", "resolution-multiplier"),
    *("multiple-of-eight", "dense-connection", "growth-rate", "transition-layer", "compression"),
    *("inception-module", "factorised-convolution", "auxiliary-head", "fire-module"),
    *("wide-residual-network", "design-space", "shufflenet-guidelines", "top-k", "centre-crop"),
    *("weights-tag", "transfer-learning", "onnx", "computational-graph"),
)

THEME = """
position = 1
title = { en = "Things", zh = "事物" }

[[term]]
id = "thing"
name = { en = "thing", zh = "东西" }
[term.definition]
en = \"\"\"
Some
thing.\"\"\"
zh = \"\"\"
某种，
东西。\"\"\"
"""


def problems(folder: Path, *files: str) -> list[str]:
    """Return what is said of the files of a glossary."""
    for number, text in enumerate(files):
        (folder / f"{'abc'[number]}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as refused:
        read_themes(folder)
    return str(refused.value).splitlines()


@pytest.mark.parametrize("id_", REQUIRED)
def test_every_word_that_pages_rely_on_is_explained(id_: str) -> None:
    """Removing one would leave a reader alone."""
    assert id_ in TERMS


@pytest.mark.parametrize("term", TERMS.values(), ids=TERMS.keys())
def test_a_definition_is_a_few_sentences_in_both_languages(term: Term) -> None:
    """Finished, not empty, no word split or doubled space left by the line breaks of the file."""
    text = term.definition
    assert text.en.endswith(".")
    assert text.zh.endswith("。")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in text.en)
    assert "  " not in text.en + text.zh
    assert len(text.en) > 100
    assert len(text.zh) > 40


@pytest.mark.parametrize("term", TERMS.values(), ids=TERMS.keys())
def test_a_term_leads_to_others_and_to_models_that_exist(term: Term) -> None:
    """Each of them once, and never to itself."""
    assert set(term.see) <= TERMS.keys() - {term.id}
    assert set(term.models) <= SLUGS
    assert len(term.see) == len(set(term.see)) > 0
    assert len(term.models) == len(set(term.models))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_spelling_is_empty_or_padded(language: str) -> None:
    """An empty one would be found everywhere."""
    spellings = [spelling for term in TERMS.values() for spelling in term.spellings(language)]
    assert all(spelling and spelling == spelling.strip() for spelling in spellings)


def test_an_anchor_of_a_theme_is_no_term() -> None:
    """Both are anchors of one page."""
    assert not {f"about-{theme.id}" for theme in themes()} & TERMS.keys()


def test_lines_of_a_definition_are_joined_for_their_language(tmp_path: Path) -> None:
    """English words stay apart, Chinese signs stay together."""
    (tmp_path / "a.toml").write_text(THEME, encoding="utf-8")
    position, theme = read_theme(tmp_path / "a.toml")
    (term,) = theme.terms
    assert (position, theme.id, theme.title.en) == (1, "a", "Things")
    assert term.definition == Text(en="Some thing.", zh="某种，东西。")


def test_themes_stand_in_the_order_of_their_positions(tmp_path: Path) -> None:
    """Whatever their files are called."""
    second = THEME.replace("thing", "deed").replace("东西", "行为").replace("= 1", "= 0")
    (tmp_path / "a.toml").write_text(THEME, encoding="utf-8")
    (tmp_path / "b.toml").write_text(second, encoding="utf-8")
    assert [theme.id for theme in read_themes(tmp_path)] == ["b", "a"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "thing"', "", "a.toml: term no. 1: 'id' is missing"),
        ('id = "thing"', 'id = "A Thing"', "a.toml: A Thing: 'id': String should match"),
        (', zh = "东西"', "", "a.toml: thing: 'name.zh' is missing"),
        ('id = "thing"', 'id = "thing"\nse = []', "a.toml: thing: unknown key 'se'"),
        ('id = "thing"', 'id = "thing"\nsee = ["thong"]', "thing: 'see' names no term: 'thong'"),
        ("position = 1", "", "a.toml: 'position' is missing"),
        ("position = 1", "position = one", "a.toml: not valid TOML: Invalid value"),
        ("[[term]]", "[[word]]", "a.toml: unknown key 'word'"),
    ],
)
def test_a_mistake_is_reported_with_file_term_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Whoever adds a term is told where to look, not shown a traceback."""
    assert old in THEME
    lines = problems(tmp_path, THEME.replace(old, new, 1))
    assert any(said in line for line in lines), lines


def test_two_files_cannot_explain_the_same_word(tmp_path: Path) -> None:
    """Neither by id nor by any spelling, in whatever case."""
    other = THEME.replace('id = "thing"', 'id = "other"').replace('en = "thing"', 'en = "THING"')
    lines = problems(tmp_path, THEME, other, THEME)
    assert "glossary: two terms are called 'thing'" in lines
    assert "glossary: 'THING' is written by thing and other" in lines
    assert "glossary: '东西' is written by thing and other" in lines


def test_a_near_miss_in_see_is_guessed(tmp_path: Path) -> None:
    """The message offers the term that was probably meant."""
    other = THEME.replace('id = "thing"', 'id = "other"\nsee = ["thingy"]')
    other = other.replace('en = "thing"', 'en = "o"').replace("东西", "别的")
    (line,) = problems(tmp_path, THEME, other)
    assert line == "glossary: other: 'see' names no term: 'thingy'; did you mean 'thing'?"
