"""What stays when something breaks: one script, all of them, or motion that nobody wants."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser

THROWS = "throw new Error('broken on purpose');"
BROKEN = ("layers.js", "whatif.js", "ruler.js", "features.js", "histograms.js", "temperature.js")
"""Scripts of a model's page, each of which serves one widget."""


def breaking(page: Page, script: str, how: str) -> None:
    """Make a script throw as it is loaded, or let it be missing."""

    def answer(route: Route) -> None:
        if how == "throws":
            route.fulfill(body=THROWS, content_type="text/javascript")
        else:
            route.fulfill(status=404, body="")

    page.route(f"**/assets/{script}", answer)


@pytest.mark.parametrize("how", ["throws", "missing"])
@pytest.mark.parametrize("script", BROKEN)
def test_a_broken_script_takes_only_its_own_widget_down(
    browser: Browser, address: str, script: str, how: str
) -> None:
    """The page is there, and the other widgets work."""
    page = browser.new_page()
    breaking(page, script, how)
    page.goto(f"{address}/models/plain/", wait_until="networkidle")
    expect(page.get_by_role("heading", name="Plain", level=1)).to_be_visible()
    expect(page.locator("[id='layer-features.0']")).to_be_visible()
    if script != "layers.js":
        page.locator("form[data-aa-layers]").get_by_label("Find").fill("relu")
        expect(page.locator("form[data-aa-layers] [data-aa-count]")).to_contain_text("of")
    if script != "whatif.js":
        page.locator("#what-if").get_by_label("height").fill("64")
        expect(page.locator("#what-if [data-aa-answer]")).not_to_be_empty()
    page.close()


@pytest.mark.parametrize(
    ("uri", "script", "there"),
    [
        ("compare/", "compare/show.js", "#aa-models tbody tr"),
        ("compare/", "overview.js", "#aa-models tbody tr"),
        ("models/deep/explore/", "explore.js", ".aa-canvas a"),
        ("tour/", "exercises.js", ".aa-exercise summary"),
        ("lineage/", "lineage.js", ".aa-lineage svg"),
        ("", "compare/duel.js", ".aa-card"),
        ("models/plain/", "archatlas.js", ".aa-layers tbody tr"),
    ],
)
def test_a_page_without_its_script_is_as_it_was_built(
    browser: Browser, address: str, uri: str, script: str, there: str
) -> None:
    """No blank page: what the build wrote can be read."""
    page = browser.new_page()
    breaking(page, script, "throws")
    page.goto(f"{address}/{uri}", wait_until="networkidle")
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator(there).first).to_be_visible()
    page.close()


@pytest.mark.parametrize(
    ("uri", "there"),
    [
        ("", ".aa-duel table tbody tr"),
        ("tags/", ".aa-tagged a"),
        ("tour/", ".aa-exercise summary"),
        ("models/plain/exercises/", ".aa-exercise summary"),
        ("models/plain/features/", ".aa-feature img"),
        ("models/plain/weights/", "table tbody tr"),
        ("models/deep/explore/", ".aa-canvas a"),
        ("glossary/", ".aa-entry"),
        ("lineage/", ".aa-lineage svg"),
        ("zh/tour/", ".aa-exercise summary"),
    ],
)
def test_every_page_says_something_without_scripts(
    browser: Browser, address: str, uri: str, there: str
) -> None:
    """What only scripts could do is not shown as if it worked."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/{uri}")
    expect(page.locator(there).first).to_be_visible()
    assert page.locator("article form:visible").count() == 0
    page.context.close()


@pytest.mark.parametrize("uri", ["", "models/", "compare/", "lineage/", "models/deep/explore/"])
def test_who_wants_no_motion_gets_none(browser: Browser, address: str, uri: str) -> None:
    """Nothing of the article takes time to change."""
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.goto(f"{address}/{uri}", wait_until="networkidle")
    assert page.evaluate(_MOVING) == []
    page.context.close()


_MOVING = """() => [...document.querySelectorAll("article *")]
  .filter((one) => {
    const style = getComputedStyle(one);
    const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
    return lasts(style.transitionDuration) || lasts(style.animationDuration);
  })
  .map((one) => one.className)"""
