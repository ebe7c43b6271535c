"""Claims about where a text mentions terms: whole words, the longest, each once."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.glossary.mentions import Piece, link_terms
from generator.glossary.terms import Spellings, Term, glossary
from generator.records import Text


def term(id_: str, en: str, zh: str, *aliases: str) -> Term:
    """Make a term that is written in several ways."""
    return Term(
        id=id_,
        name=Text(en=en, zh=zh),
        aliases=Spellings(en=aliases),
        definition=Text(en="", zh=""),
    )


TERMS = (
    term("convolution", "convolution", "卷积", "conv"),
    term("pointwise", "1×1 convolution", "1×1 卷积"),
    term("pooling", "pooling", "池化"),
    term("global", "global average pooling", "全局平均池化"),
    term("lrn", "local response normalisation", "LRN", "LRN"),
    term("macs", "MACs", "乘加次数", "MAC"),
    term("dropout", "dropout", "dropout"),
)
_TEXTS = st.lists(
    st.one_of(
        st.sampled_from([s for t in glossary() for s in (*t.spellings("en"), *t.spellings("zh"))]),
        st.sampled_from([" ", "\n", ", ", "。", "s", "<b>", "&amp;", "×", '"', "3×3 "]),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)


def mentioned(text: str, language: str = "en", **more: object) -> dict[str, str]:
    """Return what is linked in a text, by term."""
    pieces = link_terms(text, language, TERMS, **more)
    return {piece.term: piece.text for piece in pieces if piece.term}


@settings(deadline=None)  # the first text of a language waits for its pattern
@given(text=_TEXTS, language=st.sampled_from(["en", "zh"]))
def test_the_pieces_are_the_text(text: str, language: str) -> None:
    """Nothing is added, dropped or changed, whatever the text holds."""
    pieces = link_terms(text, language)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@settings(deadline=None)
@given(text=_TEXTS, language=st.sampled_from(["en", "zh"]))
def test_no_term_is_linked_twice(text: str, language: str) -> None:
    """And every link leads to a term."""
    ids = [piece.term for piece in link_terms(text, language) if piece.term]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {term.id for term in glossary()}


@settings(deadline=None)
@given(text=_TEXTS, language=st.sampled_from(["en", "zh"]))
def test_texts_between_links_are_in_one_piece(text: str, language: str) -> None:
    """Two plain pieces never follow each other."""
    plain = [piece.term is None for piece in link_terms(text, language)]
    assert not any(a and b for a, b in pairwise(plain))


def test_a_mention_cuts_the_text() -> None:
    """Before it, itself, behind it."""
    pieces = link_terms("A convolution.", "en", TERMS)
    assert pieces == (Piece("A "), Piece("convolution", "convolution"), Piece("."))


def test_the_longer_term_counts() -> None:
    """And what it contains is not linked inside of it."""
    assert mentioned("a 1×1 convolution") == {"pointwise": "1×1 convolution"}
    assert mentioned("全局平均池化", "zh") == {"global": "全局平均池化"}


def test_only_the_first_mention_is_linked() -> None:
    """By whatever spelling it comes."""
    assert mentioned("a conv, a convolution, convolutions") == {"convolution": "conv"}


@pytest.mark.parametrize(
    "text", ["deconvolution", "convolutional", "conv_layer", "11×1 conversions"]
)
def test_a_part_of_a_word_is_no_mention(text: str) -> None:
    """Words end where letters and digits end."""
    assert mentioned(text) == {}


@pytest.mark.parametrize(
    "text", ["3×3 convolutions", "Convolution", "(convolution)", "pre-convolution"]
)
def test_number_case_and_company_do_not_matter(text: str) -> None:
    """A plural, a capital, or signs around it."""
    assert list(mentioned(text)) == ["convolution"]


def test_a_term_may_break_over_lines() -> None:
    """Any white space stands for any other."""
    assert mentioned("global\naverage  pooling") == {"global": "global\naverage  pooling"}


def test_case_matters_for_acronyms() -> None:
    """A mac is no MAC."""
    assert mentioned("a mac and lrn") == {}
    assert mentioned("LRN and 5 MACs") == {"lrn": "LRN", "macs": "MACs"}


def test_chinese_words_need_no_spaces() -> None:
    """Latin words among them do not grow into Chinese signs either."""
    assert mentioned("先用1×1 卷积再池化，dropout与乘加次数", "zh") == {
        "pointwise": "1×1 卷积",
        "pooling": "池化",
        "dropout": "dropout",
        "macs": "乘加次数",
    }


def test_a_language_does_not_find_the_words_of_another() -> None:
    """An English page links English words."""
    assert mentioned("卷积") == {}


def test_terms_can_be_left_out() -> None:
    """A definition does not link to itself."""
    assert mentioned("pooling a convolution", without={"pooling"}) == {"convolution": "convolution"}


def test_without_terms_nothing_is_linked() -> None:
    """And an empty text has no pieces."""
    assert link_terms("convolution", "en", ()) == (Piece("convolution"),)
    assert link_terms("", "en") == ()
