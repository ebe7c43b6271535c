"""Any comparison in a real browser: the address is the state."""

import csv
import json
from pathlib import Path

import pytest
from conftest import BuiltSite, serving
from playwright.sync_api import Browser, Page, Route, expect
from test_browser import opened

from generator.diagram.palette import SERIES_COLOURS

pytestmark = pytest.mark.browser

LIMIT_BYTES = 1_200_000


def heads(page: Page) -> list[str]:
    """Return the names over the columns of the table of facts."""
    return page.locator("#aa-compared-facts thead th a").all_inner_texts()


def test_the_address_holds_any_comparison(browser: Browser, address: str) -> None:
    """Models in their order, columns in every section, and nothing asked of other hosts."""
    with opened(browser, f"{address}/compare/?m=residualnet,plain,branches") as (page, complaints):
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(3)
        assert heads(page) == ["ResidualNet", "Plain", "Branches"]
        expect(page.locator("#aa-compared-stages thead th a")).to_have_count(3)
        expect(page.locator("[data-aa-curve=macs] path.aa-curve-line")).to_have_count(3)
        expect(page.locator("[data-aa-designs] img")).to_have_count(3)
        expect(
            page.locator("[data-aa-same] .aa-stride").first.locator("figure img")
        ).not_to_have_count(0)
        assert complaints == []


def test_numbers_are_those_of_the_published_records(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    """The exact count of every cell is the record's."""
    records = [
        json.loads((built_site.folder / f"models/{slug}/record.json").read_text(encoding="utf-8"))
        for slug in ("plain", "residualnet")
    ]
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, _complaints):
        rows = page.locator("#aa-compared-facts tbody tr")
        for name, total in (("parameters", "params"), ("MACs", "macs")):
            cells = rows.filter(has=page.get_by_role("rowheader", name=name, exact=True)).locator(
                "td"
            )
            found = [
                int((cell.get_attribute("title") or "").replace("\u202f", ""))
                for cell in cells.all()
            ]
            assert found == [record["totals"][total] for record in records]


def test_a_model_has_one_colour_on_both_kinds_of_comparison(browser: Browser, address: str) -> None:
    """The palette's, by place; scripts read it from the style sheet."""
    found = []
    for uri in ("compare/residualnet-vs-plain/", "compare/?m=residualnet,plain"):
        with opened(browser, f"{address}/{uri}") as (page, _complaints):
            swatches = page.locator("article thead .aa-swatch line")
            expect(swatches.nth(1)).to_be_attached()
            strokes = swatches.evaluate_all("all => all.map(one => getComputedStyle(one).stroke)")
            found.append(strokes[:2])
            assert page.evaluate(_SERIES) == list(SERIES_COLOURS)
    assert found[0] == found[1]
    assert len(set(found[0])) == 2


_SERIES = """() => {
  const style = getComputedStyle(document.documentElement);
  const count = Number(style.getPropertyValue("--aa-series-count"));
  return [...Array(count).keys()].map((n) => style.getPropertyValue(`--aa-series-${n + 1}`).trim());
}"""


def test_unknown_names_are_told_with_near_ones(browser: Browser, address: str) -> None:
    """The rest is compared all the same; a near name is one click away."""
    with opened(browser, f"{address}/compare/?m=plain,residualnt,qqqqqqqqqqqqq") as (
        page,
        complaints,
    ):
        status = page.locator("[data-aa-complaints]")
        expect(status).to_contain_text("residualnt. Did you mean")
        expect(status).to_contain_text("qqqqqqqqqqqqq")
        assert heads(page) == ["Plain"]
        status.get_by_role("link", name="residualnet").click()
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(2)
        assert "m=plain,residualnet,qqqqqqqqqqqqq" in page.url
        assert complaints == []


def test_models_are_added_by_keyboard_and_back_undoes_it(browser: Browser, address: str) -> None:
    """Type, arrow down, Enter; then the back button."""
    with opened(browser, f"{address}/compare/?m=plain") as (page, _complaints):
        box = page.get_by_role("combobox", name="Add a model")
        box.focus()
        page.keyboard.type("resid toys 2026")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{address}/compare/?m=plain,residualnet")
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(2)
        expect(box).to_be_focused()
        page.go_back()
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(1)
        page.go_forward()
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(2)


def test_order_and_baseline_are_in_the_address(browser: Browser, address: str) -> None:
    """Moving keeps the focus at the model; the star makes ratios against it."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, _complaints):
        move = page.get_by_role("button", name="Move ResidualNet to the left")
        move.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{address}/compare/?m=residualnet,plain")
        expect(page.locator(".aa-chosen [data-slug=residualnet] button:focus")).to_have_count(1)
        page.get_by_role("button", name="Plain as the baseline").click()
        expect(page).to_have_url(f"{address}/compare/?m=residualnet,plain&base=plain")
        expect(page.get_by_role("button", name="Plain as the baseline")).to_have_attribute(
            "aria-pressed", "true"
        )
        row = page.locator("#aa-compared-facts tbody tr").filter(
            has=page.get_by_role("rowheader", name="parameters")
        )
        expect(row.locator("td").nth(0)).to_contain_text("×")
        expect(row.locator("td").nth(1)).not_to_contain_text("×")


def test_both_kinds_of_comparison_write_facts_alike(browser: Browser, address: str) -> None:
    """Values, ratios, best and worst: one page was written by Python, one by a script."""
    found = []
    for uri in ("compare/residualnet-vs-plain/", "compare/?m=residualnet,plain"):
        with opened(browser, f"{address}/{uri}") as (page, _complaints):
            table = page.locator("table.aa-columns").first
            expect(table.locator("tbody tr").first).to_be_visible()
            rows = table.locator("tbody tr").evaluate_all(
                """all => all.map((row) =>
                    [row.className, ...[...row.cells].map((cell) => cell.innerText)])"""
            )
            bold = table.locator(".aa-differs .aa-value").evaluate_all(
                "all => all.map((one) => getComputedStyle(one).fontWeight)"
            )
            assert set(bold) == {"600"}
            found.append(rows)
    assert found[0] == found[1]


def test_chosen_models_with_a_page_of_their_own_lead_there(browser: Browser, address: str) -> None:
    """Where what changed is told; only if all of that page's models are chosen."""
    with opened(browser, f"{address}/compare/?m=branches,plain,residualnet") as (page, _complaints):
        told = page.locator("[data-aa-curated]")
        expect(told).to_contain_text("What changed, and why: ResidualNet vs Plain")
        page.get_by_role("button", name="Remove Plain").click()
        expect(told).to_be_hidden()
        page.go_back()
        told.get_by_role("link", name="ResidualNet vs Plain").press("Enter")
        expect(page).to_have_url(f"{address}/compare/residualnet-vs-plain/")


def test_curves_have_round_marks(browser: Browser, address: str) -> None:
    """1, 2 or 5 of some power of ten apart, and beyond the last value; pixels have every digit."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, _complaints):
        for curve in ("params", "macs", "activations", "field"):
            figure = page.locator(f"[data-aa-curve={curve}]")
            texts = figure.locator("text.aa-tick[x='46']").all_text_contents()
            marks = [_number(text) for text in texts]
            step = marks[1]
            assert f"{step:.0e}"[0] in "125"
            assert marks == pytest.approx([number * step for number in range(len(marks))])
            ends = figure.locator("[data-aa-values] > span").all_inner_texts()
            assert marks[-2] < max(_number(end.split(":")[1]) for end in ends) <= marks[-1]


@pytest.mark.parametrize("uri", ["compare/?m=plain,residualnet", "compare/residualnet-vs-plain/"])
def test_charts_have_lines_to_read_them_by(browser: Browser, address: str, uri: str) -> None:
    """Every straight line of a chart is drawn in some colour."""
    with opened(browser, f"{address}/{uri}") as (page, _complaints):
        page.locator(".aa-chart line").first.wait_for(state="attached")
        strokes = page.locator(".aa-chart line").evaluate_all(
            "lines => lines.map(line => getComputedStyle(line).stroke)"
        )
        assert strokes
        assert "none" not in strokes


def _number(text: str) -> float:
    """Read a number with a unit."""
    digits, _, unit = text.strip().partition("\u202f")
    return float(digits) * {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[unit]


def test_four_designs_give_way_before_they_need_to_be_scrolled(
    browser: Browser, address: str
) -> None:
    """Each by the same share, down to what can be read."""
    chosen = "plain,residualnet,branches,deep"
    with opened(browser, f"{address}/compare/?m={chosen}") as (page, _complaints):
        images = page.locator("[data-aa-designs] img")
        expect(images).to_have_count(4)
        wanted = images.evaluate_all("all => all.map((one) => Number(one.getAttribute('width')))")
        beside = 4 * 20 + 3 * 24 + 32  # frames, gaps, and the page's own margin, in pixels
        page.set_viewport_size({"width": round(0.92 * sum(wanted)) + beside, "height": 800})
        shares = images.evaluate_all(
            "all => all.map((one) => one.clientWidth / one.getAttribute('width'))"
        )
        assert 0.7 < min(shares) < 1
        side = page.locator("[data-aa-designs]")
        assert side.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_tables_pass_below_the_menu_of_sections(browser: Browser, address: str) -> None:
    """On a telephone, too, where the names of rows stay in sight beside what is scrolled."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, _complaints):
        page.set_viewport_size({"width": 390, "height": 800})
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(2)
        page.evaluate("document.querySelector('#aa-compared-facts tbody').scrollIntoView()")
        on_top = """() => {
          const box = document.querySelector("[data-aa-sections]").getBoundingClientRect();
          const found = document.elementFromPoint(box.left + 20, box.top + box.height / 2);
          return [box.top > 0, found?.closest("nav") !== null];
        }"""
        assert page.evaluate(on_top) == [True, True]


def test_picture_and_section_are_in_the_address(browser: Browser, address: str) -> None:
    """A shared link shows the same maps, at the same place of the page."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, _complaints):
        choice = page.locator("select[name=picture]")
        last = choice.locator("option").last.get_attribute("value")
        choice.select_option(last)
        expect(page).to_have_url(f"{address}/compare/?m=plain,residualnet&picture={last}")
        source = page.locator("[data-aa-same] img").first.get_attribute("src") or ""
        assert f"-{last}.webp" in source
        page.get_by_role("navigation", name="Sections of the comparison").get_by_role(
            "link", name="Stages"
        ).click()
        assert "section=stages" in page.url
        shared = page.url
    with opened(browser, shared) as (page, _complaints):
        expect(page.locator("select[name=picture]")).to_have_value(str(last))
        expect(page.locator("section[data-section=stages] h3")).to_be_in_viewport()


def test_tables_can_be_taken_away(browser: Browser, address: str) -> None:
    """CSV with plain digits, Markdown, LaTeX: of the models shown, under their names."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, _complaints):
        texts = {}
        for name in ("CSV", "Markdown", "LaTeX"):
            with page.expect_download() as waiting:
                page.locator("[data-aa-downloads]").get_by_role("link", name=name).click()
            texts[name] = Path(waiting.value.path()).read_text(encoding="utf-8")
            assert waiting.value.suggested_filename.startswith("plain-vs-residualnet.")
        assert texts["CSV"].splitlines()[0] == ",Plain,ResidualNet"
        table = {row[0]: row[1:] for row in csv.reader(texts["CSV"].splitlines())}
        for name in (
            "parameters",
            "MACs",
            "weight memory (bytes)",
            "peak activation memory (bytes)",
        ):
            assert all(cell.isdigit() for cell in table[name])
        shown = page.locator("#aa-compared-facts tbody tr .aa-value").all_inner_texts()
        for text, mark in (("Markdown", " | "), ("LaTeX", " & ")):
            lines = [o for o in texts[text].splitlines() if mark in o and "---" not in o]
            assert len(lines) == len(table)
            assert {line.count(mark) for line in lines} == {2}
            cells = texts[text].replace("$\\times$", "×").replace("\\,", "\u202f")
            assert all(one in cells for one in shown if one != "–")


def test_two_graphs_open_in_netron(browser: Browser, address: str) -> None:
    """Both panes, without leaving the page or asking another host."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, complaints):
        assert page.locator("iframe").count() == 0
        page.get_by_role("button", name="Open both").click()
        for number, slug in enumerate(("plain", "residualnet")):
            pane = page.frame_locator(f"[data-aa-panes] iframe >> nth={number}")
            expect(pane.locator("body.default")).to_be_visible(timeout=20_000)
            frame = page.locator("[data-aa-panes] iframe").nth(number)
            assert f"models/{slug}/model.onnx" in (frame.get_attribute("src") or "")
        assert complaints == []


@pytest.mark.parametrize("chosen", ["raises", "raises,plain", "lenet_sigmoid,plain"])
def test_odd_choices_are_graceful(browser: Browser, address: str, chosen: str) -> None:
    """One model, one that could not be captured, inputs that differ: said in words, no error."""
    with opened(browser, f"{address}/compare/?m={chosen}") as (page, complaints):
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(len(chosen.split(",")))
        remarks = page.locator("[data-aa-remarks]")
        if "raises" in chosen:
            expect(remarks).to_contain_text("not captured completely")
        if "," not in chosen:
            expect(remarks).to_contain_text("choose another")
        if "lenet" in chosen:
            expect(remarks).to_contain_text("different sizes")
        assert complaints == []


def test_a_column_of_another_version_is_refused(browser: Browser, built_site: BuiltSite) -> None:
    """What lies in a browser's memory from an older site is not mixed with what is new."""
    with serving(built_site.folder) as address:
        page = browser.new_page()
        page.route("**/models/plain/compare.json", lambda route: route.fulfill(json={"version": 0}))
        page.goto(f"{address}/compare/?m=plain,residualnet")
        expect(page.locator("[data-aa-complaints]")).to_contain_text("another version")
        assert heads(page) == ["ResidualNet"]
        page.close()


def test_more_models_than_fit_are_cut_and_named(browser: Browser, built_site: BuiltSite) -> None:
    """Columns stay apart by colour and dash; what is left out is said."""
    column, models = (
        json.loads((built_site.folder / path).read_text(encoding="utf-8"))
        for path in ("models/plain/compare.json", "data/models.json")
    )
    slugs = [f"copy{number}" for number in range(30)]
    copies = [{**models[0], "slug": slug, "title": slug} for slug in slugs]

    def copied(route: Route) -> None:
        slug = route.request.url.split("/")[-2]
        route.fulfill(json={**column, "slug": slug, "title": slug})

    with serving(built_site.folder) as address:
        page = browser.new_page()
        page.route("**/data/models.json", lambda route: route.fulfill(json=copies))
        page.route("**/models/copy*/compare.json", copied)
        page.goto(f"{address}/compare/?m={','.join(slugs)}")
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(24)
        expect(page.locator("[data-aa-complaints]")).to_contain_text(
            "Only the first 24 models are shown, without copy24, copy25"
        )
        samples = page.locator("[data-aa-curve=macs] [data-aa-values] .aa-swatch line")
        looks = samples.evaluate_all(
            """all => all.map((one) =>
                one.getAttribute("stroke") + one.getAttribute("stroke-dasharray"))"""
        )
        assert len(set(looks)) == 24
        page.close()


def test_names_that_nobody_knows_are_all_told(browser: Browser, address: str) -> None:
    """Far more names than a page can show end in sentences, not in a frozen tab."""
    names = ",".join(["plain", "residualnet", *(f"nobody{number}" for number in range(40))])
    with opened(browser, f"{address}/compare/?m={names}") as (page, complaints):
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(2)
        expect(page.locator("[data-aa-complaints]")).to_contain_text("nobody39")
        assert complaints == []


def test_a_comparison_of_four_is_light(browser: Browser, address: str) -> None:
    """Page, theme, scripts and columns together, before anybody scrolls to pictures."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet,branches,deep") as (
        page,
        _complaints,
    ):
        expect(page.locator("#aa-compared-facts thead th a")).to_have_count(4)
        sizes = page.evaluate(
            "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
            ".map((entry) => entry.transferSize)"
        )
        assert sum(sizes) <= LIMIT_BYTES


def test_chinese_pages_compare_in_chinese(browser: Browser, address: str) -> None:
    """Names of facts come from the edition's own files; the switch keeps the choice."""
    with opened(browser, f"{address}/compare/?m=plain,residualnet") as (page, _complaints):
        page.get_by_role("link", name="中文").click()
        expect(page).to_have_url(f"{address}/zh/compare/?m=plain,residualnet")
        expect(page.locator("#aa-compared-facts tbody")).to_contain_text("参数量")
