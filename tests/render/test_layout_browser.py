"""Whether what one reads stays where it is while the rest of the page arrives."""

import pytest
from playwright.sync_api import Browser
from render.test_browser import KINDS, opened

pytestmark = pytest.mark.browser

_SHIFTS = """() => new Promise((resolve) => {
  const found = [];
  new PerformanceObserver((list) => found.push(...list.getEntries()))
    .observe({ type: "layout-shift", buffered: true });
  const height = document.documentElement.scrollHeight;
  let top = 0;
  const step = () => {
    top += innerHeight / 2;
    scrollTo(0, top);
    if (top < Math.min(height, 20000)) setTimeout(step, 60);
    else setTimeout(() => resolve(found.map((one) => ({
      by: one.value,
      what: one.sources.map(({ node }) => node?.outerHTML?.slice(0, 90) ?? node?.nodeName),
    }))), 300);
  };
  step();
})"""


_PLACES = [(uri, 390) for uri in KINDS] + [(uri, 1366) for uri in KINDS if uri[:3] != "zh/"]
"""Wide, Chinese words move nothing that others do not: they are shorter."""


@pytest.mark.parametrize(("uri", "width"), _PLACES)
def test_nothing_jumps(browser: Browser, address: str, uri: str, width: int) -> None:
    """From the first sight to the foot of the page; 0.02 is a line that grew a hair."""
    size = {"width": width, "height": 800}
    with opened(browser, f"{address}/{uri}", viewport=size) as (page, _complaints):
        shifts = page.evaluate(_SHIFTS)
        assert sum(shift["by"] for shift in shifts) < 0.02, shifts


@pytest.mark.parametrize("uri", KINDS)
def test_pictures_have_their_box_before_they_come(browser: Browser, address: str, uri: str) -> None:
    """And come only when somebody scrolls to them."""
    with opened(browser, f"{address}/{uri}", java_script_enabled=False) as (page, _complaints):
        pictures = page.locator("article img").evaluate_all(
            "all => all.map(one => [one.getAttribute('src'), one.getAttribute('loading'),"
            " Boolean(one.getAttribute('width') && one.getAttribute('height'))])"
        )
        assert [src for src, _loading, has_box in pictures if not has_box] == []
        assert [src for src, loading, _has_box in pictures if loading != "lazy"] == []
