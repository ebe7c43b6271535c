"""What a reader does with feature maps, answers and weights in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BuiltSite, archatlas, serving, toy_project
from playwright.sync_api import Browser, Locator, Page, expect
from render.test_browser import opened

from generator.records import ModelRecord
from generator.render import formats
from generator.render.feature_files import tiles_of
from generator.render.feature_section import all_grids

pytestmark = pytest.mark.browser

LIMIT_BYTES = 700_000
PAGES = ("models/branches/features/", "models/residualnet/weights/", "models/lenet_sigmoid/")

_LONG_NET = '''
"""A net whose layer table is too long for its page."""
from torch import Tensor, nn


class Long(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU())
                for _ in range(40)
            )
        )
        self.classify = nn.Linear(3, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.classify(self.steps(pictures).mean((2, 3)))
'''


def record_of_site(site: BuiltSite, slug: str) -> ModelRecord:
    """Read what was captured of a net of the site."""
    state = site.project / ".archatlas"
    head = json.loads((state / f"heads/{slug}.json").read_text(encoding="utf-8"))
    path = state / "captures" / head["capture"] / "record.json"
    return ModelRecord.model_validate_json(path.read_text(encoding="utf-8"))


def pixels(place: Locator, top: int = 0, height: int | None = None) -> list[int]:
    """Return red of every pixel of a picture or canvas, or of a strip of it."""
    return list(
        place.evaluate(
            """async (source, [top, height]) => {
              if (source.decode) { source.loading = "eager"; await source.decode(); }
              const canvas = document.createElement("canvas");
              canvas.width = source.naturalWidth ?? source.width;
              canvas.height = height ?? source.naturalHeight ?? source.height;
              const pen = canvas.getContext("2d");
              pen.drawImage(source, 0, -top);
              const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
              return [...data].filter((_, place) => place % 4 === 0);
            }""",
            [top, height],
        )
    )


def test_one_scale_for_a_layer_follows_the_recorded_ranges(
    browser: Browser, built_site: BuiltSite, address: str
) -> None:
    """Every pixel of every picture's grid, from its own low and high to those of the layer."""
    record = record_of_site(built_site, "branches")
    layer = [grid for grid in all_grids(record) if grid.path == "stem"]
    low, high = min(min(g.lows) for g in layer), max(max(g.highs) for g in layer)
    with opened(browser, f"{address}/models/branches/features/") as (page, complaints):
        page.locator("select[name=scale]").select_option("shared")
        for number, grid in enumerate(layer):
            figure = page.locator(f"figure[data-aa-grid='{number}']")
            before = pixels(figure.locator("img"))
            figure.scroll_into_view_if_needed()
            expect(figure.locator("canvas")).to_be_attached()
            after = pixels(figure.locator("canvas"))
            tile = tiles_of(grid)
            for place in range(len(grid.shown_channels)):
                left = place % grid.columns * (tile.width + tile.gap)
                top = place // grid.columns * (tile.height + tile.gap)
                spots = [
                    (top + y) * grid.width + left + x
                    for y in range(tile.height)
                    for x in range(tile.width)
                ]
                least, greatest = grid.lows[place], grid.highs[place]
                for spot in spots:
                    value = least + before[spot] / 255 * (greatest - least)
                    assert abs(after[spot] - 255 * (value - low) / (high - low)) <= 0.51
        page.locator("select[name=scale]").select_option("own")
        expect(page.locator(".aa-tiles canvas")).to_have_count(0)
        assert complaints == []


def test_colours_grow_lighter_evenly(browser: Browser, address: str) -> None:
    """The scale of colours is even to the eye, and it is not grey."""
    with opened(browser, f"{address}/models/branches/features/") as (page, _complaints):
        page.locator("select[name=colours]").select_option("colour")
        key = page.locator(".aa-key").evaluate(
            "key => [...key.getContext('2d').getImageData(0, 0, 256, 1).data]"
        )
    colours = [key[4 * step : 4 * step + 3] for step in range(256)]
    lights = [_lightness(*colour) for colour in colours]
    steps = [after - before for before, after in zip(lights[::16], lights[16::16], strict=False)]
    assert max(steps) < 1.15 * min(steps)
    assert len({tuple(colour) for colour in colours}) > 200
    assert any(max(colour) - min(colour) > 100 for colour in colours)


def _lightness(*colour: int) -> float:
    """Return OKLab's L of an sRGB colour."""
    r, g, b = (
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in colour
    )
    cones = (
        0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
        0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
        0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
    )
    weights = (0.2104542553, 0.7936177850, -0.0040720468)
    return sum(weight * cone ** (1 / 3) for weight, cone in zip(weights, cones, strict=True))


def test_pointing_at_a_channel_says_what_was_measured(
    browser: Browser, built_site: BuiltSite, address: str
) -> None:
    """Number, mean, share of zeros and range; afterwards the layer's own figures again."""
    grid = all_grids(record_of_site(built_site, "branches"))[0]
    with opened(browser, f"{address}/models/branches/features/") as (page, _complaints):
        figure = page.locator("figure[data-aa-grid='0']")
        status = figure.locator("[data-aa-status]")
        summary = status.inner_text()
        box = figure.locator(".aa-tiles").bounding_box() or {}
        tile = tiles_of(grid)
        place = 2
        x = (place * (tile.width + tile.gap) + tile.width / 2) / grid.width * box["width"]
        figure.locator(".aa-tiles").hover(position={"x": x, "y": 4})
        expect(status).to_have_text(_said(grid, place))
        page.mouse.move(1, 1)
        expect(status).to_have_text(summary)


def _said(grid: object, place: int) -> str:
    zeros = formats.percent(grid.sparsities[place]) if grid.sparsities[place] else "0.0\u202f%"
    mean, low, high = (
        formats.number(values[place]) for values in (grid.means, grid.lows, grid.highs)
    )
    number = grid.shown_channels[place]
    return f"channel {number}: mean {mean}, {zeros} zeros, {low} to {high}"


def test_the_keyboard_chooses_and_enlarges_a_channel(
    browser: Browser, built_site: BuiltSite, address: str
) -> None:
    """Arrow keys, Enter, the large channel beside its picture, Esc, and back where one was."""
    record = record_of_site(built_site, "branches")
    grid = all_grids(record)[0]
    with opened(browser, f"{address}/models/branches/features/") as (page, complaints):
        link = page.locator("figure[data-aa-grid='0'] a")
        page.locator("select[name=colours]").focus()
        page.keyboard.press("Tab")
        expect(link).to_be_focused()
        page.keyboard.press("ArrowRight")
        status = page.locator("figure[data-aa-grid='0'] [data-aa-status]")
        expect(status).to_have_text(_said(grid, 1))
        page.keyboard.press("Enter")
        dialog = page.locator("dialog[open]")
        expect(dialog.locator("[data-aa-show=channel]")).to_have_text(
            f"channel {grid.shown_channels[1]}"
        )
        expect(dialog.locator(f"img[data-image='{grid.image}']")).to_be_visible()
        expect(dialog.locator("img:visible")).to_have_count(1)
        _frame_follows(page, dialog)
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(link).to_be_focused()
        assert complaints == []


def _frame_follows(page: Page, dialog: Locator) -> None:
    """Move one value to the right: what it sees moves by the output stride."""
    frame = dialog.locator(".aa-stage").first.locator("rect")
    expect(frame).to_have_attribute("width", "3")
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    start = float(frame.get_attribute("x") or "nan")
    page.keyboard.press("ArrowRight")
    assert float(frame.get_attribute("x") or "nan") > start


def test_one_picture_leads_through_all_layers(browser: Browser, address: str) -> None:
    """The others step aside, and come back."""
    with opened(browser, f"{address}/models/branches/features/") as (page, _complaints):
        everything = page.locator("figure[data-image]:visible").count()
        page.locator("select[name=view]").select_option("layers")
        page.locator("select[name=picture]").select_option("rocket")
        shown = page.locator("figure[data-image]:visible")
        assert {one.get_attribute("data-image") for one in shown.all()} == {"rocket"}
        assert shown.count() * 3 == everything
        page.locator("select[name=view]").select_option("pictures")
        expect(page.locator("figure[data-image]:visible")).to_have_count(everything)


@pytest.mark.parametrize("slug", ["lenet_sigmoid", "plain"])
def test_temperature_one_is_what_was_recorded(
    browser: Browser, built_site: BuiltSite, address: str, slug: str
) -> None:
    """To six digits, after having been elsewhere; a larger one flattens, and all sum to one."""
    recorded = record_of_site(built_site, slug).predictions
    with opened(browser, f"{address}/models/{slug}/") as (page, complaints):
        slider = page.locator("input[name=log]")
        slider.focus()
        page.keyboard.press("End")
        lines = page.locator("[data-aa-answer] li[data-probability]")
        expect(lines.first).to_be_attached()
        hot = [float(one.get_attribute("data-probability") or "nan") for one in lines.all()]
        expect(page.locator("output")).to_have_text("t = 100")
        expect(page.locator("[data-aa-sum]").first).to_contain_text("1.000000")
        page.get_by_role("button", name="Reset").and_(
            page.locator("[data-aa-temperature] *")
        ).click()
        expect(page.locator("output")).to_have_text("t = 1")
        found = [float(one.get_attribute("data-probability") or "nan") for one in lines.all()]
        wanted = [score.probability for answer in recorded for score in answer.top]
        assert found == pytest.approx(wanted, rel=1e-6, abs=1e-12)
        assert max(hot) < max(found)
        assert complaints == []


def test_histograms_are_drawn_in_the_page_as_at_build(browser: Browser, address: str) -> None:
    """Another choice draws others; the first choice again draws what was there."""
    with opened(browser, f"{address}/models/residualnet/weights/") as (page, complaints):
        path = page.locator("path.aa-first")
        before = path.get_attribute("d")
        choice = page.locator("[data-aa-histograms] select").first
        expect(choice.locator("option").nth(1)).to_be_attached()
        first = choice.input_value()
        choice.select_option(index=choice.locator("option").count() - 1)
        expect(path).not_to_have_attribute("d", before or "")
        choice.select_option(first)
        expect(path).to_have_attribute("d", before or "")
        assert complaints == []


def test_a_norm_opens_to_every_channels_values(browser: Browser, address: str) -> None:
    """Four curves, fetched when they are wanted."""
    with opened(browser, f"{address}/models/plain/weights/") as (page, complaints):
        page.locator("[data-aa-norm] summary").first.click()
        curves = page.locator("[data-aa-norm]").first.locator(".aa-curve")
        expect(curves).to_have_count(4)
        expect(curves.first).to_contain_text("γ")
        assert complaints == []


@pytest.mark.parametrize("uri", PAGES)
@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_pages_about_insides_keep_still_and_fit(
    browser: Browser, address: str, uri: str, prefix: str
) -> None:
    """Nothing jumps while pictures arrive, nothing is wider than a telephone, no complaint."""
    with opened(browser, "about:blank", viewport={"width": 390, "height": 800}) as (page, said):
        page.add_init_script(_WATCH)
        page.goto(f"{address}/{prefix}{uri}", wait_until="networkidle")
        for _ in range(12):
            page.mouse.wheel(0, 700)
            page.wait_for_timeout(60)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("window.shift") < 0.01
        assert said == []


_WATCH = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const isOurs = entry.sources.some(({ node }) => node?.parentElement?.closest?.("article"));
    if (isOurs && !entry.hadRecentInput) window.shift += entry.value;
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def test_insides_read_without_javascript(browser: Browser, address: str) -> None:
    """Grey sprites with their figures, five answers, two histograms, all numbers."""
    still = {"java_script_enabled": False}
    with opened(browser, f"{address}/models/branches/features/", **still) as (page, _complaints):
        expect(page.locator("figure[data-aa-grid='0'] img")).to_be_visible()
        expect(page.locator("figure[data-aa-grid='0'] [data-aa-status]")).to_contain_text("dead")
        expect(page.locator(".aa-maps form.aa-tools")).to_be_hidden()
    with opened(browser, f"{address}/models/plain/weights/", **still) as (page, _complaints):
        expect(page.locator("path.aa-second")).to_be_visible()
        expect(page.locator("table tbody tr").first).to_be_visible()


def transferred(browser: Browser, url: str) -> dict[str, int]:
    """Return the bytes of every response that a page asks for before anybody touches it."""
    context = browser.new_context(viewport={"width": 1366, "height": 800})
    page = context.new_page()
    found: dict[str, int] = {}
    page.on("requestfinished", lambda r: found.update({r.url: r.sizes()["responseBodySize"]}))
    page.goto(url, wait_until="networkidle")
    context.close()
    return found


@pytest.mark.parametrize("slug", ["plain", "branches", "residualnet", "deep", "lenet_sigmoid"])
def test_a_model_page_is_light(browser: Browser, address: str, slug: str) -> None:
    """At most 700 KB, uncompressed, before the reader asks for more; the search waits as well."""
    found = transferred(browser, f"{address}/models/{slug}/")
    assert 100_000 < sum(found.values()) <= LIMIT_BYTES
    assert not [url for url in found if "search_index" in url]


@pytest.fixture(scope="module")
def long_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build and serve a net whose page leaves its layer rows to another page."""
    project = toy_project(tmp_path_factory.mktemp("long"), "Plain", settings="models = []")
    table = '\n[[model]]\nslug = "long"\nfactory = "./long.py:Long"\ninput_shape = [3, 16, 16]\n'
    settings = project / "archatlas.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + table, encoding="utf-8")
    Path(project / "long.py").write_text(_LONG_NET, encoding="utf-8")
    ran = archatlas("build", folder=project)
    assert ran.returncode == 0, ran.stderr
    with serving(project / "site") as url:
        yield url


def test_a_long_net_fetches_its_rows_when_they_are_wanted(
    browser: Browser, long_address: str
) -> None:
    """By the tools of the table, without leaving the page."""
    with opened(browser, f"{long_address}/models/long/") as (page, complaints):
        rows = page.locator("#aa-layers tr[id^='layer-']")
        expect(rows).to_have_count(0)
        page.locator("form[data-aa-layers] input").fill("steps.39")
        expect(page.locator("#aa-layers tr[id^='layer-']:not([hidden])")).to_have_count(3)
        expect(page.locator("[data-aa-ruler]")).to_be_visible()
        assert complaints == []


def test_an_address_leads_into_a_long_table(browser: Browser, long_address: str) -> None:
    """A permalink opens the layer, as it does in short tables; so does its link in the index."""
    with opened(browser, f"{long_address}/models/long/#layer-steps.30.1") as (page, complaints):
        expect(page.locator("tr[id='layer-steps.30.1'] .aa-why")).to_be_visible()
        assert complaints == []
    with opened(browser, f"{long_address}/models/long/") as (page, complaints):
        # Without a pointer: it would scroll there first, and the rows that come then take the link.
        page.locator("a[id='layer-steps.7.0']").dispatch_event("click")
        expect(page.locator("tr[id='layer-steps.7.0'] .aa-why")).to_be_visible()
        expect(page).to_have_url(f"{long_address}/models/long/#layer-steps.7.0")
        page.locator("details[data-aa-file-text] summary").click()
        expect(page.locator("details[data-aa-file-text] pre")).to_contain_text("Trainable params")
        assert complaints == []


def test_a_long_table_is_a_page_without_javascript(browser: Browser, long_address: str) -> None:
    """Each layer of the index links to its row."""
    still = {"java_script_enabled": False}
    with opened(browser, f"{long_address}/models/long/", **still) as (page, _complaints):
        page.locator("a[id='layer-steps.7.0']").click()
        expect(page.locator("tr[id='layer-steps.7.0']")).to_be_visible()
        page.locator("tr[id='layer-steps.7.0'] summary").click()
        expect(page.locator("tr[id='layer-steps.7.0'] .aa-why")).to_be_visible()
