"""A reader with a keyboard and no mouse: the way into a page, through it, and out again."""

import pytest
from playwright.sync_api import Browser, Page, expect
from render.test_browser import opened

pytestmark = pytest.mark.browser

WALKED = (
    "",
    "models/",
    "models/plain/",
    "models/plain/features/",
    "models/plain/exercises/",
    "models/deep/explore/",
    "compare/",
    "compare/?m=plain,residualnet",
    "tour/",
    "zh/models/plain/",
)
MOST_STOPS = 400


def walk(page: Page) -> list[dict[str, str]]:
    """Press Tab until the page is left; return where the focus stood, and whether one saw it."""
    page.evaluate(_WATCH)
    stops: list[dict[str, str]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate("window.aaStop()")
        if stop is None or stop["again"]:
            return stops
        stops.append(stop)
    pytest.fail(f"no way out after {MOST_STOPS} stops: {stops[-3:]}")


_WATCH = """() => {
  const seen = new Set();
  const looks = (one) => {
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return outlined ? "outlined" : "";
  };
  const stroked = (one) => [...one.querySelectorAll("circle, rect, polygon, path")]
    .some((shape) => parseFloat(getComputedStyle(shape).strokeWidth) >= 2);
  window.aaStop = () => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const again = seen.has(one);
    seen.add(one);
    const around = [one, one.parentElement, one.closest("label")].filter(Boolean);
    const visible = around.some(looks) || (one instanceof SVGElement && stroked(one));
    const inArticle = Boolean(one.closest("article"));
    return { again, visible, inArticle, name: one.outerHTML.slice(0, 120) };
  };
}"""


@pytest.mark.parametrize("uri", WALKED)
def test_the_focus_is_seen_wherever_it_goes_and_is_never_caught(
    browser: Browser, address: str, uri: str
) -> None:
    """Through the whole page and out at its end."""
    with opened(browser, f"{address}/{uri}") as (page, complaints):
        stops = walk(page)
        assert sum(bool(stop["inArticle"]) for stop in stops) > 3
        assert [stop["name"] for stop in stops if stop["inArticle"] and not stop["visible"]] == []
        assert complaints == []


def test_the_first_stop_leads_past_the_menus(browser: Browser, address: str) -> None:
    """The next stop after it is inside of the article."""
    with opened(browser, f"{address}/models/plain/") as (page, _complaints):
        page.keyboard.press("Tab")
        expect(page.locator(".md-skip")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("Boolean(document.activeElement.closest('article'))")


def test_a_section_is_reached_by_its_link_on_a_narrow_screen(
    browser: Browser, address: str
) -> None:
    """The menu stays in sight there, and covers no heading."""
    size = {"width": 390, "height": 800}
    with opened(browser, f"{address}/models/plain/", viewport=size) as (page, _complaints):
        menu = page.locator("nav.aa-jumps")
        menu.get_by_role("link", name="Layers").focus()
        page.keyboard.press("Enter")
        heading = page.locator("h2#layers")
        expect(heading).to_be_in_viewport()
        expect(menu).to_be_in_viewport()
        above, box = menu.bounding_box(), heading.bounding_box()
        assert above is not None
        assert box is not None
        assert box["y"] >= above["y"] + above["height"]


def test_a_map_is_enlarged_and_left_by_keyboard(browser: Browser, address: str) -> None:
    """Escape closes, and the focus is back where it was."""
    with opened(browser, f"{address}/models/plain/features/") as (page, complaints):
        tiles = page.locator("a.aa-tiles").first
        tiles.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.locator("dialog[open]")).to_be_visible()
        assert page.evaluate("Boolean(document.activeElement.closest('dialog'))")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(tiles).to_be_focused()
        assert complaints == []


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_a_trail_leads_up_from_a_models_pages(browser: Browser, address: str, prefix: str) -> None:
    """To the model, to all models, to the edition's home."""
    with opened(browser, f"{address}/{prefix}models/plain/weights/") as (page, _complaints):
        links = page.locator(".md-path a")
        found = links.evaluate_all("all => all.map(link => new URL(link.href).pathname)")
        assert found == [f"/{prefix}", f"/{prefix}models/", f"/{prefix}models/plain/"]
        page.locator(".aa-pages a").nth(1).click()
        expect(page).to_have_url(f"{address}/{prefix}models/plain/explore/")
