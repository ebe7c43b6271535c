"""What a reader meets in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

KINDS = (
    "",
    "models/",
    "models/plain/",
    "models/raises/",
    "models/long/",
    "models/long/layers/",
    "models/deep/explore/",
    "blocks/",
    "compare/",
    "compare/?m=plain,residualnet",
    "compare/residualnet-vs-plain/",
    "glossary/",
    "lineage/",
    "models/plain/exercises/",
    "models/plain/features/",
    "models/plain/weights/",
    "provenance/",
    "tags/",
    "tour/",
    "zh/",
    "zh/models/plain/",
    "zh/models/long/layers/",
    "zh/models/deep/explore/",
    "zh/blocks/",
    "zh/compare/",
    "zh/compare/?m=plain,residualnet",
    "zh/models/plain/exercises/",
    "zh/tour/",
)
WIDTHS = (360, 390, 1366, 2560)
# The theme moves its parts to their new places in a fraction of a second; what stays is asked for.
SETTLED_WIDTH = """async () => {
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  await Promise.allSettled(document.getAnimations().map((one) => one.finished));
  return document.documentElement.scrollWidth;
}"""


@contextmanager
def opened(browser: Browser, url: str, **options: object) -> Iterator[tuple[Page, list[str]]]:
    """Open a page in a fresh context; collect foreign requests and console errors."""
    context = browser.new_context(**options)
    complaints: list[str] = []
    page = context.new_page()
    page.on("request", lambda r: None if _is_local(r.url) else complaints.append(r.url))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url, wait_until="networkidle")
    yield page, complaints
    context.close()


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))


@pytest.mark.parametrize("uri", KINDS)
def test_pages_ask_no_other_host_and_raise_no_error(
    browser: Browser, address: str, uri: str
) -> None:
    """Everything a page needs comes from the site itself."""
    with opened(browser, f"{address}/{uri}") as (_page, complaints):
        assert complaints == []


@pytest.mark.parametrize("uri", KINDS)
def test_pages_never_scroll_sideways(browser: Browser, address: str, uri: str) -> None:
    """Wide tables scroll inside their own frame, from a small telephone to a wide desk."""
    with opened(browser, f"{address}/{uri}") as (page, _complaints):
        needed = {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            needed[width] = page.evaluate(SETTLED_WIDTH)
        assert {width: wide for width, wide in needed.items() if wide > width} == {}


def test_a_layer_row_opens_its_node_in_netron(browser: Browser, address: str) -> None:
    """From the model's page, by a click, to the node's panel, without a foreign request."""
    with opened(browser, f"{address}/models/plain/") as (page, complaints):
        page.locator("[id='layer-features.4'] a.aa-netron").click()
        expect(page.locator("body.default")).to_be_visible(timeout=20_000)
        panel = page.locator("#sidebar-content, .sidebar-content").first
        expect(panel).to_contain_text("features.4/Conv", timeout=20_000)
        assert complaints == []


def test_netron_opens_from_the_top_of_a_model_page(browser: Browser, address: str) -> None:
    """The whole graph, with as many nodes as drawn names."""
    with opened(browser, f"{address}/models/plain/") as (page, complaints):
        page.get_by_role("link", name="Open the graph in Netron").click()
        expect(page.locator("[id^='node-name-features.0']").first).to_be_attached(timeout=20_000)
        assert complaints == []


def test_an_anchor_opens_its_layer(browser: Browser, address: str) -> None:
    """A permalink shows the arithmetic, not a closed row."""
    with opened(browser, f"{address}/models/plain/#layer-features.0") as (page, _complaints):
        why = page.locator("[id='layer-features.0'] .aa-why")
        expect(why).to_be_visible()
        expect(why).to_contain_text("⌊(32 + 2·1 − 3) / 2⌋ + 1 = 16")


def test_the_switch_of_languages_keeps_the_place(browser: Browser, address: str) -> None:
    """From an open layer to the same one, there and back."""
    with opened(browser, f"{address}/models/plain/#layer-features.4") as (page, complaints):
        page.get_by_role("link", name="中文").click()
        expect(page).to_have_url(f"{address}/zh/models/plain/#layer-features.4")
        expect(page.locator("[id='layer-features.4'] .aa-why")).to_contain_text("卷积核")
        page.get_by_role("link", name="English").click()
        expect(page).to_have_url(f"{address}/models/plain/#layer-features.4")
        assert complaints == []


def test_a_choice_survives_the_switch(browser: Browser, address: str) -> None:
    """The chosen models stay chosen, and what is said about them is Chinese."""
    with opened(browser, f"{address}/compare/?m=plain,nope") as (page, _complaints):
        page.get_by_role("link", name="中文").click()
        expect(page).to_have_url(f"{address}/zh/compare/?m=plain,nope")
        expect(page.locator("[data-aa-complaints]")).to_contain_text("本站没有：nope。")
        link = page.locator("#aa-compared-facts thead a")
        expect(link).to_have_attribute("href", "../../zh/models/plain/")


@pytest.mark.parametrize("word", ["特征图", "残差", "深度可分离卷积", "感受野"])
def test_a_chinese_word_is_found(browser: Browser, address: str, word: str) -> None:
    """Typed as it is, without knowing where the index cut it."""
    with opened(browser, f"{address}/zh/") as (page, complaints):
        page.get_by_placeholder("搜索").fill(word)
        expect(page.locator(".md-search-result__item").first).to_contain_text(word)
        assert complaints == []


@pytest.mark.parametrize("word", ["ResidualNet", "Conv2d", "receptive field"])
@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_a_search_stays_in_its_edition(
    browser: Browser, address: str, prefix: str, word: str
) -> None:
    """Models, types of layers and the glossary are found once, not once a language."""
    with opened(browser, f"{address}/{prefix}?q={word}") as (page, complaints):
        page.locator(".md-search__input").focus()
        links = page.locator(".md-search-result__item > a")
        expect(links.first).to_be_attached()
        found = links.evaluate_all("all => all.map(link => new URL(link.href).pathname)")
        assert [path for path in found if path.startswith("/zh/") != bool(prefix)] == []
        assert complaints == []


def test_the_table_sorts_by_keyboard(browser: Browser, address: str) -> None:
    """Enter on a column's head sorts, and says how."""
    with opened(browser, f"{address}/compare/") as (page, _complaints):
        head = page.get_by_role("button", name="Parameters")
        head.focus()
        page.keyboard.press("Enter")
        cells = page.locator("#aa-models tbody td:nth-child(4)").all()
        values = [int(cell.get_attribute("data-sort") or 0) for cell in cells]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) > 2
        expect(page.locator("#aa-models th[aria-sort=descending]")).to_have_count(1)


def test_pages_read_without_javascript(browser: Browser, address: str) -> None:
    """Tables, arithmetic and pictures are in the page itself."""
    url = f"{address}/models/plain/"
    with opened(browser, url, java_script_enabled=False) as (page, _complaints):
        expect(page.locator(".aa-layers tbody tr").first).to_be_visible()
        page.locator("[id='layer-features.0'] summary").click()
        expect(page.locator("[id='layer-features.0'] .aa-why")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_schemes(browser: Browser, address: str, scheme: str) -> None:
    """Quiet text keeps a contrast of at least 4.5 to its background."""
    with opened(browser, f"{address}/models/plain/", color_scheme=scheme) as (page, _complaints):
        ratio = page.locator(".aa-note").first.evaluate(_CONTRAST)
        assert ratio >= 4.5


_CONTRAST = """element => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (...colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => {
      const share = v / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = getComputedStyle(document.body).backgroundColor;
  const low = paint(behind);
  const high = paint(behind, getComputedStyle(element).color);
  return (Math.max(low, high) + 0.05) / (Math.min(low, high) + 0.05);
}"""
