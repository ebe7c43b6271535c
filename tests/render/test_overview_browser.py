"""What readers do with all models at once: sort, filter, set budgets, share what they found."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from conftest import RecordOf, serving
from overviews import Made, built_overview, thousand
from playwright.sync_api import Browser, Locator, Page, expect
from render.test_browser import opened

pytestmark = pytest.mark.browser

MODELS = (
    Made("large", 80.0, 4_000_000_000, 40_000_000, 9_000_000, "A", 2016, 30.5),
    Made("small", 70.0, 1_000_000_000, 5_000_000, 3_000_000, "B", 2019, 9.25),
    Made("middle", 75.0, 2_000_000_000, 20_000_000, 6_000_000, "B", 2017, 17.0),
    Made("old", 60.0, 4_500_000_000, 60_000_000, 9_000_000, "A", 1998, 44.0),
    Made("silent", None, 2_000_000, 7_000, 100_000, "C", 2012),
)


@pytest.fixture(scope="module")
def url(record_of: RecordOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a page of five models."""
    folder = built_overview(tmp_path_factory.mktemp("overview"), record_of("Plain"), MODELS)
    with serving(folder) as address:
        yield f"{address}/compare/"


@pytest.fixture(scope="module")
def crowd(record_of: RecordOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a page of a thousand models."""
    folder = built_overview(tmp_path_factory.mktemp("crowd"), record_of("Plain"), thousand())
    with serving(folder) as address:
        yield f"{address}/compare/"


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """Open the page; whatever is done there, nothing may complain."""
    with opened(browser, url) as (page, complaints):
        yield page
        assert [one for one in complaints if "404" not in one] == []


def rows(page: Page) -> Locator:
    """Return the rows that can be seen."""
    return page.locator("#aa-models tbody tr:not(.aa-out)")


def slugs(page: Page) -> list[str]:
    """Return the models whose rows can be seen, in order."""
    return rows(page).evaluate_all("rows => rows.map(row => row.dataset.aaSlug)")


def discs(page: Page) -> set[str]:
    """Return the models whose discs are not faded."""
    found = page.locator("a.aa-bubble:not(.aa-out)")
    return set(found.evaluate_all("links => links.map(link => link.dataset.aaSlug)"))


def query(page: Page) -> list[tuple[str, str]]:
    """Return what the address holds."""
    return parse_qsl(urlsplit(page.url).query)


def test_a_typed_budget_filters_table_and_chart_together(page: Page) -> None:
    """The slider follows, the address keeps it, and the count is said."""
    slider = page.get_by_role("slider", name="Parameters at most")
    before = int(slider.input_value())
    page.get_by_label("Parameters ≤").fill("20M")
    expect(rows(page)).to_have_count(3)
    assert slugs(page) == ["small", "middle", "silent"]
    assert discs(page) == {"small", "middle"}
    assert int(slider.input_value()) < before
    assert query(page) == [("params", "20M")]
    expect(page.locator("[data-aa-count]")).to_contain_text("3 of 5 models")


def test_a_slider_moves_by_keyboard_and_writes_its_number(page: Page) -> None:
    """At one end it leaves the smallest model, at the other it allows everything again."""
    slider = page.get_by_role("slider", name="MACs at most")
    slider.focus()
    page.keyboard.press("Home")
    expect(rows(page)).to_have_count(1)
    assert slugs(page) == ["silent"]
    page.keyboard.press("End")
    expect(rows(page)).to_have_count(5)
    expect(page.get_by_label("MACs ≤")).to_have_value("")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("MACs ≤")).not_to_have_value("")
    assert "old" not in slugs(page)
    assert slider.get_attribute("aria-valuetext") == page.get_by_label("MACs ≤").input_value()


def test_what_is_no_number_limits_nothing_and_is_marked(page: Page) -> None:
    """With what would be one."""
    field = page.get_by_label("Top-1 ≥")
    field.fill("best")
    expect(field).to_have_attribute("aria-invalid", "")
    expect(field).to_have_attribute("title", "Write a number such as 25, 4.1G or 98 MB.")
    expect(rows(page)).to_have_count(5)
    field.fill("75 %")
    expect(rows(page)).to_have_count(2)


def test_left_out_models_say_why_and_by_whom_they_are_dominated(page: Page) -> None:
    """The limit they pass with both numbers, and the model that does as well within the budget."""
    page.get_by_label("Parameters ≤").fill("40M")
    page.get_by_label("Top-1 ≥").fill("65")
    details = page.locator("[data-aa-left-out]")
    expect(details.locator("summary")).to_have_text("Left out by the budget: 2")
    details.locator("summary").click()
    old, silent = details.locator("li").all()
    expect(old).to_contain_text("Parameters 60\u202fM > 40M · Top-1 60.00 < 65")
    expect(old).to_contain_text("dominated by Large and 2 more, within the budget")
    expect(silent).to_contain_text("Top-1 not known")
    expect(silent).not_to_contain_text("dominated")


def test_domination_is_told_among_the_models_shown(page: Page) -> None:
    """Without its dominators a model is the best there is; nothing is computed, only looked up."""
    cell = page.locator("#aa-models tr[data-aa-slug=old] td").last
    expect(cell).to_have_text("Large +2")
    page.locator(".aa-legend").get_by_text("A", exact=True).click()
    expect(rows(page)).to_have_count(2)
    expect(cell).to_have_text("Large")
    page.get_by_role("searchbox", name="Search").last.fill("old")
    expect(cell).to_have_text("none")


def test_the_front_is_drawn_among_the_models_shown(page: Page) -> None:
    """A step for each of the best; it moves when the best are gone."""
    front = page.locator("path.aa-front")
    steps = front.get_attribute("d") or ""
    assert steps.count("V") == 3
    page.locator(".aa-legend").get_by_text("B", exact=True).click()
    expect(front).not_to_have_attribute("d", steps)
    assert (front.get_attribute("d") or "").count("V") == 2
    assert page.locator("a.aa-bubble.aa-best").count() == 2


def test_words_families_years_and_known_accuracy_filter(page: Page) -> None:
    """Each alone, and the reset button undoes all."""
    page.get_by_role("searchbox", name="Search").last.fill("b 2017")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Reset").click()
    expect(rows(page)).to_have_count(5)
    page.get_by_label("From the year").fill("2016")
    page.get_by_label("To the year").fill("2017")
    expect(rows(page)).to_have_count(2)
    assert slugs(page) == ["large", "middle"]
    page.get_by_role("button", name="Reset").click()
    page.get_by_label("only with published accuracy").check()
    expect(rows(page)).to_have_count(4)
    page.get_by_role("button", name="Reset").click()
    expect(rows(page)).to_have_count(5)
    assert query(page) == []


def test_columns_sort_by_keyboard_with_the_unknown_last(page: Page) -> None:
    """Either way round; the address says how."""
    head = page.get_by_role("button", name="Top-1", exact=True)
    head.focus()
    page.keyboard.press("Enter")
    assert slugs(page) == ["large", "middle", "small", "old", "silent"]
    expect(page.locator("#aa-models th[aria-sort=descending]")).to_have_text("Top-1")
    page.keyboard.press("Enter")
    assert slugs(page) == ["old", "small", "middle", "large", "silent"]
    assert query(page) == [("sort", "top1")]


def test_an_address_brings_back_everything(browser: Browser, url: str) -> None:
    """Words, families, budgets and order; what others keep in the address stays as it is."""
    asked = "?m=small,old&words=l&family=A&family=B&macs=4.2G&known=1&sort=-year&picture=x"
    with opened(browser, f"{url}{asked}") as (page, _complaints):
        expect(rows(page)).to_have_count(3)
        assert slugs(page) == ["small", "middle", "large"]
        page.get_by_label("Top-1 ≥").fill("72")
        expect(rows(page)).to_have_count(2)
        assert slugs(page) == ["middle", "large"]
        assert "m=small,old&picture=x" in page.url
        address = page.url
        page.goto(address)
        expect(rows(page)).to_have_count(2)
        assert slugs(page) == ["middle", "large"]
        expect(page.get_by_label("Top-1 ≥")).to_have_value("72")
        assert page.url == address


def test_a_focused_disc_shows_its_card(page: Page) -> None:
    """Name, numbers with their time, and who dominates it; Escape puts it away."""
    card = page.locator(".aa-bubble-card")
    page.locator("a.aa-bubble[data-aa-slug=old]").focus()
    expect(card).to_be_visible()
    for text in ("Old", "A · 1998", "60.00\u202f%", "44\u202fms", "dominated by Large and 2 more"):
        expect(card).to_contain_text(text)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_a_pointed_disc_shows_its_card_and_leads_to_its_page(page: Page) -> None:
    """Where discs lie over each other, the nearest centre counts."""
    disc = page.locator("a.aa-bubble[data-aa-slug=middle] circle")
    disc.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 200)")
    box = disc.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".aa-bubble-card")).to_contain_text("Middle")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/models/middle/")


def test_a_box_chooses_and_the_choice_is_reflected(page: Page) -> None:
    """By events, so that table and comparison need not know each other."""
    page.evaluate(
        "document.addEventListener('archatlas:choose', e => { window.chosen = e.detail; })"
    )
    box = page.get_by_label("Choose Old for a side-by-side comparison")
    box.focus()
    page.keyboard.press("Space")
    assert page.evaluate("window.chosen") == {"slug": "old", "chosen": True}
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('archatlas:chosen', {detail: {slugs: ['small']}}))"
    )
    expect(box).not_to_be_checked()
    expect(page.get_by_label("Choose Small for a side-by-side comparison")).to_be_checked()


def test_without_scripts_everything_is_there(browser: Browser, url: str) -> None:
    """The whole table with who dominates whom, the chart with its front and colours, no form."""
    with opened(browser, url, java_script_enabled=False) as (page, _complaints):
        expect(rows(page)).to_have_count(5)
        expect(page.locator("#aa-models tr[data-aa-slug=old] td").last).to_have_text("Large +2")
        expect(page.locator("path.aa-front")).to_be_visible()
        expect(page.locator("a.aa-bubble")).to_have_count(4)
        expect(page.get_by_role("cell", name="MADE_UP_V1").first).to_be_visible()
        expect(page.get_by_text("Abacus 3000").first).to_be_visible()
        expect(page.locator("#aa-sieve")).to_be_hidden()


def test_without_its_data_the_page_still_filters(browser: Browser, url: str) -> None:
    """Who dominates whom stays as the build wrote it."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/dominance.json", lambda route: route.abort())
    page.goto(url, wait_until="networkidle")
    page.get_by_label("Parameters ≤").fill("60M")
    page.get_by_role("searchbox", name="Search").last.fill("old")
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#aa-models tr[data-aa-slug=old] td").last).to_have_text("Large +2")
    context.close()


def test_a_thousand_models_filter_by_budget_and_back(browser: Browser, crowd: str) -> None:
    """How fast that is, the benchmark of the overview measures."""
    with opened(browser, f"{crowd}?sort=-top1") as (page, _complaints):
        said = page.locator("[data-aa-count]")
        expect(said).to_contain_text("1000 of 1000 models", timeout=20_000)
        page.get_by_label("Parameters ≤").fill("5M")
        expect(said).not_to_contain_text("1000 of 1000")
        page.get_by_label("Parameters ≤").fill("")
        expect(said).to_contain_text("1000 of 1000")


def test_a_thousand_models_show_a_page_of_rows_first(browser: Browser, crowd: str) -> None:
    """The rest comes when somebody asks."""
    with opened(browser, crowd) as (page, _complaints):
        expect(rows(page)).to_have_count(100, timeout=20_000)
        page.get_by_role("button", name="Show 900 more").click()
        expect(rows(page)).to_have_count(1000)
        expect(page.get_by_role("button", name="more")).to_have_count(0)
