"""What comes out of a printer: a model on one sheet, exercises with their answers."""

import io

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

pytestmark = pytest.mark.browser


def printed(browser: Browser, url: str) -> PdfReader:
    """Print a page, which is read by night, on A4."""
    page = browser.new_page(color_scheme="dark")
    page.goto(url, wait_until="networkidle")
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    return PdfReader(io.BytesIO(paper))


@pytest.mark.parametrize("slug", ["plain", "deep", "lenet_sigmoid"])
@pytest.mark.parametrize(
    ("prefix", "words"),
    [("", ("Stages by output stride", "counted here")), ("zh/", ("本站统计",))],
)
def test_a_model_is_printed_on_one_sheet(
    browser: Browser, address: str, prefix: str, words: tuple[str, ...], slug: str
) -> None:
    """Its numbers, design, stages and checks, and nothing that needs a screen."""
    sheet = printed(browser, f"{address}/{prefix}models/{slug}/")
    assert len(sheet.pages) == 1
    width, height = (float(side) for side in sheet.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)  # A4 in points
    text = sheet.pages[0].extract_text()
    assert [word for word in words if word not in text] == []
    assert "Netron" not in text


def test_exercises_are_printed_with_their_answers(browser: Browser, address: str) -> None:
    """Nobody can open an answer on paper, nor type one."""
    url = f"{address}/models/plain/exercises/"
    page = browser.new_page()
    page.goto(url)
    answers = page.locator(".aa-exercise details b").all_text_contents()
    page.close()
    text = "".join(sheet.extract_text() for sheet in printed(browser, url).pages)
    bare = "".join(text.split())
    assert [one for one in answers if "".join(one.split()) not in bare] == []
    assert len(answers) > 2
    assert "Check" not in text
