"""What axe finds on every kind of page, in both colour schemes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from render.test_browser import KINDS, opened

pytestmark = pytest.mark.browser

OURS = {"include": [[".md-header"], [".md-main"]]}
"""The theme's footer and its hidden drawers are Material's own."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def findings(page: Page) -> str:
    """Return what breaks WCAG 2.1 A or AA, and where; empty if nothing does."""
    context = {"include": [one for one in OURS["include"] if page.locator(one[0]).count()]}
    found = Axe().run(page, context, {"runOnly": RULES, "resultTypes": ["violations"]})
    return found.generate_report() if found.violations_count else ""


@pytest.mark.parametrize("uri", [*KINDS, "404.html"])
@pytest.mark.parametrize(("scheme", "name"), [("light", "default"), ("dark", "slate")])
def test_axe_finds_nothing(
    browser: Browser, address: str, scheme: str, name: str, uri: str
) -> None:
    """By day and by night."""
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(browser, f"{address}/{uri}", **options) as (page, _complaints):
        assert page.locator(f"body[data-md-color-scheme={name}]").count() == 1
        assert findings(page) == ""
