"""Whether the pages work in another engine than Chromium's."""

import shutil
from collections.abc import Iterator

import pytest
from firefox import Firefox, firefox
from render.test_browser import KINDS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def fox() -> Iterator[Firefox]:
    """Start the installed Firefox once; without one, say loudly what stays untested."""
    program = shutil.which("firefox") or shutil.which("firefox-esr")
    if program is None:
        pytest.skip("NO FIREFOX on the PATH: pages are tested in Chromium only; install firefox")
    with firefox(program) as started:
        yield started


@pytest.mark.parametrize("uri", KINDS)
def test_pages_work_in_firefox(fox: Firefox, address: str, uri: str) -> None:
    """A heading, no error, no other host, nothing wider than the window."""
    fox.visit(f"{address}/{uri}")
    assert fox.ask("document.querySelector('h1').innerText") != ""
    assert fox.complaints() == []
    assert fox.ask("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_table_is_filtered_in_firefox(fox: Firefox, address: str) -> None:
    """A widget that is typed into."""
    fox.visit(f"{address}/models/residualnet/")
    typed = """(async () => {
      const form = document.querySelector("form[data-aa-layers]");
      while (form.hidden) await new Promise((resolve) => setTimeout(resolve, 50));
      form.elements.text.value = "relu";
      form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
      return document.querySelectorAll("#aa-layers tr[id]:not([hidden])").length;
    })()"""
    assert fox.ask(typed) == 6


def test_a_graph_is_drawn_and_opened_in_firefox(fox: Firefox, address: str) -> None:
    """The explorer."""
    fox.visit(f"{address}/models/deep/explore/")
    drawn = """(async () => {
      for (let n = 0; n < 100 && !document.querySelector(".aa-canvas g.node"); n++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return document.querySelectorAll(".aa-canvas g.node").length;
    })()"""
    assert fox.ask(drawn) > 0
