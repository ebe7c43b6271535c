"""The ways through the site: home page, tour, ideas, history, exercises."""

import pytest
from playwright.sync_api import Browser, expect
from test_browser import opened

pytestmark = pytest.mark.browser


def test_the_home_page_compares_any_two(browser: Browser, address: str) -> None:
    """By keyboard: another model on the right; numbers, picture and link follow."""
    with opened(browser, f"{address}/") as (page, complaints):
        duel = page.locator("[data-aa-duel]")
        right = duel.locator("select[name=right]")
        right.select_option("deep")
        expect(duel.locator("thead th a").last).to_have_text("Deep")
        expect(duel.locator("thead th").last.locator("svg.aa-silhouette")).to_have_count(1)
        expect(duel.locator("[data-aa-more]")).to_have_attribute(
            "href", "compare/?m=residualnet,deep"
        )
        assert complaints == []


def test_the_home_page_compares_without_scripts(browser: Browser, address: str) -> None:
    """Two models stand there, with their numbers."""
    with opened(browser, f"{address}/", java_script_enabled=False) as (page, _complaints):
        duel = page.locator("[data-aa-duel]")
        expect(duel.locator("tbody tr")).not_to_have_count(0)
        expect(duel.locator("form")).to_be_hidden()


def test_an_idea_leads_to_its_networks_and_back(browser: Browser, address: str) -> None:
    """From the chip on a model's page to all that share it."""
    with opened(browser, f"{address}/models/residualnet/") as (page, complaints):
        page.locator(".aa-chips").get_by_role("link", name="residual", exact=True).click()
        expect(page).to_have_url(f"{address}/tags/#residual")
        page.get_by_role("link", name="ResidualNet", exact=True).first.click()
        expect(page).to_have_url(f"{address}/models/residualnet/")
        assert complaints == []


def test_history_can_be_walked(browser: Browser, address: str) -> None:
    """The next network and the one before it are each other's neighbours."""
    with opened(browser, f"{address}/models/lenet_sigmoid/") as (page, _complaints):
        page.locator(".aa-neighbours a[rel=next]").click()
        expect(page.locator(".aa-neighbours a[rel=prev]")).to_contain_text("LeNet")


def test_answers_are_checked(browser: Browser, address: str) -> None:
    """A wrong one is told so, a right one too, however its digits are grouped."""
    with opened(browser, f"{address}/models/plain/exercises/") as (page, complaints):
        first = page.locator(".aa-exercise").first
        box, status = first.locator("input"), first.locator("[role=status]")
        answer = int(box.get_attribute("data-answer") or "0")
        for text, said in (
            ("?", "whole number"),
            (str(answer + 1), "Not yet"),
            (f"{answer:,}", "Right"),
        ):
            box.fill(text)
            box.press("Enter")
            expect(status).to_contain_text(said)
        first.locator("summary").click()
        expect(first.locator("dl")).to_be_visible()
        assert complaints == []


def test_exercises_can_be_read_without_scripts(browser: Browser, address: str) -> None:
    """Questions and answers, without a box that does nothing."""
    url = f"{address}/models/plain/exercises/"
    with opened(browser, url, java_script_enabled=False) as (page, _complaints):
        first = page.locator(".aa-exercise").first
        expect(first.locator("form")).to_be_hidden()
        first.locator("summary").click()
        expect(first.locator("dl")).to_be_visible()
