"""Claims about numbers and names as readers see them."""

from html import unescape

import markdown
import pytest
from bs4 import BeautifulSoup
from hypothesis import assume, given
from hypothesis import strategies as st

from generator.render import formats

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Co", "Cn")))
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (1000, "1 K"),
        (9999, "10 K"),
        (61100840, "61.1 M"),
        (999_499, "999 K"),
        (999_500, "1 M"),
        (15470264320, "15.5 G"),
        (999_700_000_000_000, "1000 T"),
        (12_345_000_000_000_000, "12345 T"),
    ],
)
def test_a_count_has_three_digits_and_a_unit(number: int | None, written: str) -> None:
    """Rounding up moves on to the next unit, never to powers of ten."""
    assert formats.count(number) == written.replace(" ", "\u202f")


@given(number=st.integers(0, 10**17))
def test_a_count_is_within_half_a_percent(number: int) -> None:
    """Three digits are as exact as three digits can be."""
    digits, _, unit = formats.count(number).partition("\u202f")
    assert float(digits) * _UNITS[unit] == pytest.approx(number, rel=0.005, abs=0.5)


@pytest.mark.parametrize(
    ("size", "written"), [(None, "–"), (5, "5 B"), (244_403_360, "244 MB"), (999_999, "1 MB")]
)
def test_a_size_is_in_decimal_units(size: int | None, written: str) -> None:
    """As disks and downloads are counted."""
    assert formats.byte_count(size) == written.replace(" ", "\u202f")


@given(number=st.integers())
def test_an_exact_number_loses_nothing(number: int) -> None:
    """Every digit is there, in groups of three."""
    written = formats.exact(number)
    assert int(written.replace("\u202f", "")) == number
    assert all(len(group) == 3 for group in written.split("\u202f")[1:])


@pytest.mark.parametrize(
    ("share", "written"),
    [(None, "–"), (0.0, "0.0 %"), (0.0004, "<0.1 %"), (0.5, "50.0 %"), (1.0, "100.0 %")],
)
def test_a_share_never_becomes_nothing(share: float | None, written: str) -> None:
    """What is there is written as more than zero."""
    assert formats.percent(share) == written.replace(" ", "\u202f")


@given(share=st.floats(0, 1, exclude_min=True))
def test_only_nothing_is_written_as_nothing(share: float) -> None:
    """For any share above zero."""
    assert not formats.percent(share).startswith("0.0")


@pytest.mark.parametrize(
    ("percentage", "text"),
    [(76.13, "76.13\u202f%"), (92.862, "92.86\u202f%"), (70.0, "70.00\u202f%"), (None, "–")],
)
def test_accuracies_beside_each_other_have_as_many_digits(
    percentage: float | None, text: str
) -> None:
    """However many were published."""
    assert formats.accuracy(percentage) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "–"), (0.5, "0.5"), (-0.0123456, "−0.0123"), (1e-7, "1e−07"), (float("nan"), "nan")],
)
def test_a_real_number_has_three_digits_and_a_real_minus(value: float | None, written: str) -> None:
    """A hyphen is no minus sign."""
    assert formats.number(value) == written


@pytest.mark.parametrize(
    ("sizes", "without_batch", "whole"),
    [((), "–", "–"), ((1, 64, 56, 56), "64×56×56", "1×64×56×56"), ((1, 10), "10", "1×10")],
)
def test_a_shape_is_written_without_its_batch(
    sizes: tuple[int, ...], without_batch: str, whole: str
) -> None:
    """A batch of one says nothing; other sizes are written as they are."""
    assert (formats.shape(sizes), formats.sizes(sizes)) == (without_batch, whole)


@given(text=_TEXT)
def test_markdown_reads_a_name_as_nothing_but_text(text: str) -> None:
    """The heading of a page says the name: no link, no emphasis, no element, no entity."""
    assume(text.strip())
    html = markdown.markdown(f"# {formats.markdown_text(text)}", extensions=["toc"])
    soup = BeautifulSoup(html, "html.parser")
    assert [tag.name for tag in soup.find_all()] == ["h1"]
    assert soup.get_text() == " ".join(text.split())


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "[link](javascript:alert(1))",
        "![i](x)",
        "**bold** _it_ `code`",
        'Tony\'s "net"',
        "a & b &amp; c",
        "two\nlines\r\n\n# three",
        "{: onclick=x }",
        "a\\",
        "1. x",
    ],
)
def test_markup_in_a_name_is_shown_and_not_obeyed(name: str) -> None:
    """The names that somebody would try."""
    html = markdown.markdown(f"# {formats.markdown_text(name)}", extensions=["toc", "attr_list"])
    soup = BeautifulSoup(html, "html.parser")
    assert [tag.name for tag in soup.find_all()] == ["h1"]
    assert soup.get_text() == " ".join(name.split())


def test_an_apostrophe_leaves_no_entity_in_an_address() -> None:
    """Anchors are made from what is written in Markdown."""
    heading = "# " + formats.markdown_text("Tony's")
    assert 'id="tonys"' in markdown.markdown(heading, extensions=["toc"])


@given(text=_TEXT)
def test_menus_hold_no_element_and_no_entity(text: str) -> None:
    """Themes print titles without escaping them."""
    shown = formats.menu_text(text)
    assert not {"<", ">"} & set(shown)
    assert unescape(shown) == text.replace("<", "‹").replace(">", "›")


@given(text=st.text(st.characters(codec="utf-8")))
def test_a_part_of_an_address_cannot_leave_its_place(text: str) -> None:
    """No slash, question mark, ampersand or hash gets through."""
    assert not set("/?&#=\"'<> ") & set(formats.url(text))


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0.0312, "0.0312 ms"), (16.82, "16.8 ms"), (999.2, "999 ms"), (1234.0, "1.23 s"), (None, "–")],
)
def test_times_have_three_digits(milliseconds: float | None, text: str) -> None:
    """In milliseconds up to a second."""
    assert formats.duration(milliseconds) == text.replace(" ", "\u202f")
