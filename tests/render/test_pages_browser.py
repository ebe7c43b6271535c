"""What readers do with a model's pages: look for layers, change sizes, fold graphs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import onnx
import pytest
from conftest import BuiltSite, serving
from playwright.sync_api import Browser, Locator, Page, expect
from render.test_browser import opened

from generator.analysis.resize import Illegal, resizable, resize
from generator.records import ModelRecord
from generator.render.formats import count

pytestmark = pytest.mark.browser

TOYS = ("plain", "residualnet", "branches", "deep", "lenet_sigmoid")
SIZES = [
    *((1, 1), (2, 3), (3, 2), (4, 4), (5, 31), (7, 7), (8, 9), (12, 12), (15, 64), (17, 16)),
    *((21, 22), (27, 27), (28, 28), (29, 28), (31, 33), (32, 32), (33, 32), (40, 40), (63, 65)),
    *((64, 48), (97, 101), (224, 224), (512, 3), (1024, 2048)),
]
THIN = "\u202f"


def record_of(site: BuiltSite, slug: str) -> ModelRecord:
    """Read what was captured of a toy."""
    head = json.loads((site.project / f".archatlas/heads/{slug}.json").read_text(encoding="utf-8"))
    folder = site.project / ".archatlas/captures" / head["capture"]
    return ModelRecord.model_validate_json((folder / "record.json").read_text(encoding="utf-8"))


def shown_rows(page: Page) -> Locator:
    """Return the rows of layers that can be seen."""
    return page.locator("#aa-layers tr[id]:not([hidden])")


def order(page: Page) -> list[str]:
    """Return the anchors of the rows as they stand."""
    return page.locator("#aa-layers tr[id]").evaluate_all("rows => rows.map(row => row.id)")


@pytest.fixture
def residual(browser: Browser, address: str) -> Iterator[Page]:
    """Open the page of a net of blocks; whatever is done there, nothing may complain."""
    with opened(browser, f"{address}/models/residualnet/") as (page, complaints):
        yield page
        assert complaints == []


@pytest.fixture
def graph(browser: Browser, address: str) -> Iterator[Page]:
    """Open the explorer of a net that is too long to be read unfolded."""
    with opened(browser, f"{address}/models/deep/explore/") as (page, complaints):
        expect(page.locator(".aa-canvas g.node").first).to_be_attached()
        yield page
        assert complaints == []


def test_layers_are_found_by_name_type_and_kind(residual: Page) -> None:
    """The count is said; both filters hold together."""
    said = residual.locator("form[data-aa-layers] [data-aa-count]")
    expect(said).to_have_text("15 of 15 layers")
    residual.get_by_label("Find").first.fill("BLOCKS.2")
    expect(said).to_have_text("5 of 15 layers")
    residual.get_by_label("Kind").select_option("conv")
    expect(shown_rows(residual)).to_have_count(3)
    residual.get_by_label("Find").first.fill("relu")
    expect(shown_rows(residual)).to_have_count(0)
    residual.get_by_label("Kind").select_option("")
    expect(shown_rows(residual)).to_have_count(6)


def test_a_block_folds_by_its_line_and_all_by_a_button(residual: Page) -> None:
    """By keyboard too; the line says whether it is open."""
    line = residual.locator("tr.aa-module button").first
    expect(line).to_have_attribute("aria-expanded", "true")
    line.focus()
    residual.keyboard.press("Enter")
    expect(line).to_have_attribute("aria-expanded", "false")
    expect(shown_rows(residual)).to_have_count(11)
    tools = residual.locator("form[data-aa-layers]")
    tools.get_by_role("button", name="Fold blocks").click()
    expect(shown_rows(residual)).to_have_count(2)
    tools.get_by_role("button", name="Open blocks").click()
    expect(shown_rows(residual)).to_have_count(15)


def test_a_column_sorts_up_down_and_back(residual: Page) -> None:
    """Numbers by size; the third click restores the order of execution."""
    before = order(residual)
    head = residual.locator("#aa-layers thead").get_by_role("button", name="MACs")
    macs = "rows => rows.map(row => Number(row.querySelector('[data-aa-cell=macs]').dataset.sort))"
    for direction in ("ascending", "descending"):
        head.click()
        values = residual.locator("#aa-layers tr[id]").evaluate_all(macs)
        assert values == sorted(values, reverse=direction == "descending")
        expect(residual.locator(f"#aa-layers th[aria-sort={direction}]")).to_have_count(1)
        expect(residual.locator("tr.aa-module:not([hidden])")).to_have_count(0)
    head.click()
    assert order(residual) == before
    expect(residual.locator("tr.aa-module:not([hidden])")).to_have_count(3)


def test_shapes_sort_by_how_many_values_they_hold(residual: Page) -> None:
    """4×16×16 comes before 2×32×32."""
    residual.locator("#aa-layers thead").get_by_role("button", name="Output", exact=True).click()
    shapes = residual.locator("#aa-layers [data-aa-cell=shape]").all_inner_texts()
    values = [eval(shape.replace("×", "*")) for shape in shapes]  # noqa: S307 - our own numbers
    assert values == sorted(values)
    assert len({*values}) > 2


@pytest.mark.parametrize("hide", ["fold", "filter"])
def test_a_link_to_a_hidden_row_shows_it(residual: Page, hide: str) -> None:
    """Its block opens, or the filter goes, and it is scrolled to."""
    tools = residual.locator("form[data-aa-layers]")
    if hide == "fold":
        tools.get_by_role("button", name="Fold blocks").click()
    else:
        tools.get_by_label("Find").fill("classify")
    row = residual.locator("[id='layer-blocks.1.second']")
    expect(row).to_be_hidden()
    residual.evaluate("location.hash = '#layer-blocks.1.second'")
    expect(row).to_be_in_viewport()
    expect(row.locator(".aa-why")).to_be_visible()


_RESIZED = """async ([base, file, sizes]) => {
  const { resize } = await import(base + "/assets/resize.js");
  const recipe = await (await fetch(file)).json();
  return sizes.map((size) => resize(recipe.rules, size));
}"""


@pytest.mark.parametrize("slug", TOYS)
def test_the_script_works_sizes_out_as_python_does(
    browser: Browser, address: str, built_site: BuiltSite, slug: str
) -> None:
    """Every shape, the sums, and for what does not work: where, why, and which numbers."""
    rules = resizable(record_of(built_site, slug))
    with opened(browser, f"{address}/models/{slug}/") as (page, complaints):
        arguments = [address, f"{address}/models/{slug}/whatif.json", SIZES]
        found = page.evaluate(_RESIZED, arguments)
        assert complaints == []
    refused = 0
    for size, theirs in zip(SIZES, found, strict=True):
        ours = resize(rules, size)
        if isinstance(ours, Illegal):
            refused += 1
            assert theirs["illegal"] == {
                "id": ours.id,
                "reason": ours.reason,
                "wanted": [*ours.wanted],
                "got": [*ours.got],
            }
        else:
            assert theirs == {
                "shapes": [[*shape] for shape in ours.shapes],
                "macs": ours.macs,
                "activations": ours.activations,
            }
    assert refused > 0 or slug in {"residualnet", "deep"}


def _try(page: Page, height: int, width: int) -> None:
    panel = page.locator("#what-if")
    panel.get_by_label("height").fill(str(height))
    panel.get_by_label("width").fill(str(width))


def test_another_size_changes_the_table_and_reset_restores_it(residual: Page) -> None:
    """Twice the side, four times the MACs; changed cells stand out."""
    cells = residual.locator("#aa-layers [data-aa-cell]")
    before = cells.all_text_contents()
    _try(residual, 64, 64)
    answer = residual.locator("#what-if [data-aa-answer]")
    expect(answer).to_contain_text("activations (×4.00)")
    expect(answer).to_contain_text("parameters stay")
    stem = residual.locator("#layer-stem")
    expect(stem.locator("[data-aa-cell=shape]")).to_have_text("2×64×64")
    expect(stem.locator("[data-aa-cell=macs]")).to_have_text(f"221{THIN}184")
    expect(stem.locator("[data-aa-cell=shape]")).to_have_class(re.compile("aa-changed"))
    residual.locator("#what-if").get_by_role("button", name="Reset").click()
    expect(stem.locator("[data-aa-cell=shape]")).to_have_text("2×32×32")
    assert cells.all_text_contents() == before
    expect(residual.locator(".aa-changed")).to_have_count(0)


def test_sorting_goes_by_what_another_size_made(residual: Page) -> None:
    """The numbers that stand there, with their thin spaces."""
    _try(residual, 64, 64)
    expect(residual.locator("#layer-stem [data-aa-cell=shape]")).to_have_text("2×64×64")
    head = residual.locator("#aa-layers thead").get_by_role("button", name="MACs")
    head.click()
    texts = residual.locator("#aa-layers [data-aa-cell=macs]").all_inner_texts()
    values = [int(text.replace(THIN, "")) if text != "–" else -1 for text in texts]
    assert values == sorted(values)


def test_a_size_that_does_not_work_is_explained(browser: Browser, address: str) -> None:
    """Which layer, what it wants, what it would get; the table keeps its numbers."""
    with opened(browser, f"{address}/models/lenet_sigmoid/") as (page, complaints):
        before = page.locator("#aa-layers [data-aa-cell]").all_text_contents()
        _try(page, 40, 40)
        answer = page.locator("#what-if [data-aa-answer]")
        expect(answer).to_contain_text(re.compile(r"wants \d+ values and would get \d+"))
        _try(page, 3, 3)
        expect(answer).to_contain_text(re.compile(r"a window of \S+ does not fit into \S+"))
        assert page.locator("#aa-layers [data-aa-cell]").all_text_contents() == before
        assert complaints == []


_SHORT = """async ([base, numbers]) => {
  const { counted } = await import(base + "/assets/writing.js");
  return numbers.map(counted);
}"""


def test_large_numbers_are_written_as_on_the_page(browser: Browser, address: str) -> None:
    """Three digits, never an exponent, whatever is counted."""
    numbers = [0, 7, 432, 999, 1000, 999_499, 999_500, 1_234_567, 999_600_000, 5_177_000_000_000]
    with opened(browser, f"{address}/models/plain/") as (page, _complaints):
        assert page.evaluate(_SHORT, [address, numbers]) == [count(number) for number in numbers]


def _frame(page: Page) -> dict[str, float]:
    names = ("x", "y", "width", "height")
    field = page.locator("#ruler .aa-field")
    return {name: float(field.get_attribute(name) or "nan") for name in names}


def test_the_ruler_shows_the_numbers_of_the_record(residual: Page, built_site: BuiltSite) -> None:
    """Field and stride are those that the record publishes; the frame is as large."""
    path = built_site.folder / "models/residualnet/record.json"
    layers = json.loads(path.read_text(encoding="utf-8"))["layers"]
    for layer in layers:
        if layer["receptive_field"] is None or layer["path"].endswith("relu"):
            continue
        residual.locator("#ruler select[data-aa-layer]").select_option(label=layer["path"])
        frame = _frame(residual)
        side, stride = layer["receptive_field"], layer["stride"]
        assert (frame["width"], frame["height"]) == (side, side)
        said = f"One value of {layer['path']} sees {side}×{side} pixels"
        expect(residual.locator("#ruler [data-aa-answer]")).to_contain_text(said)
        expect(residual.locator("#ruler [data-aa-answer]")).to_contain_text(
            f"look {stride}×{stride} pixels further"
        )


def test_arrow_keys_move_the_ruler_by_one_stride(residual: Page) -> None:
    """From value to value, and no further than the last."""
    residual.locator("#ruler select[data-aa-layer]").select_option(label="blocks.2.second")
    drawing = residual.locator("#ruler svg")
    before = _frame(residual)
    drawing.focus()
    residual.keyboard.press("ArrowRight")
    residual.keyboard.press("ArrowDown")
    after = _frame(residual)
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (2, 2)
    for _ in range(20):
        residual.keyboard.press("ArrowLeft")
    assert _frame(residual)["x"] == before["x"] - 8 * 2
    expect(drawing.locator("circle")).to_have_count(6)


def test_a_row_puts_itself_onto_the_ruler(residual: Page) -> None:
    """The button in the opened row chooses its layer."""
    row = residual.locator("[id='layer-blocks.0.second']")
    row.locator("summary").click()
    row.get_by_role("button", name="Show its receptive field").click()
    chosen = residual.locator("#ruler select[data-aa-layer] option:checked")
    expect(chosen).to_have_text("blocks.0.second")
    expect(residual.locator("#ruler")).to_be_in_viewport()


def _covers(page: Page) -> Locator:
    return page.locator(".aa-canvas .aa-folded")


def test_blocks_of_a_long_graph_are_folded_at_first(graph: Page) -> None:
    """All of them behind one line, with how many there are; the rest is readable."""
    expect(_covers(graph)).to_have_count(1)
    expect(_covers(graph)).to_contain_text("blocks · Residual ×12")
    expect(graph.locator(".aa-canvas g.node:not([hidden])")).to_have_count(5)
    graph.get_by_role("button", name="Open blocks").click()
    expect(_covers(graph)).to_have_count(0)
    nodes = graph.locator(".aa-canvas g.node").count()
    expect(graph.locator(".aa-canvas g.node:not([hidden])")).to_have_count(nodes)
    graph.get_by_role("button", name="Fold blocks").click()
    expect(_covers(graph)).to_have_count(1)


_SIDES = """() => {
  const sides = (element) => {
    const { left, right } = element.getBoundingClientRect();
    return [left, right, (left + right) / 2];
  };
  const boxes = [...document.querySelectorAll(".aa-canvas g.node:not([hidden]) polygon")];
  const covers = [...document.querySelectorAll(".aa-canvas .aa-folded rect")];
  const frames = [...document.querySelectorAll(".aa-canvas g.cluster:not([hidden]) polygon")];
  return { boxes: boxes.map(sides), covers: covers.map(sides), frames: frames.map(sides) };
}"""


def test_folded_modules_stand_in_one_line(graph: Page) -> None:
    """Below what enters them, whichever way the open graph leans; frames hold their boxes."""
    chain = graph.evaluate(_SIDES)
    middles = [middle for *_, middle in chain["boxes"] + chain["covers"]]
    assert max(middles) - min(middles) < 2
    _covers(graph).locator("rect").click()
    opened_one = graph.evaluate(_SIDES)
    middles = [middle for *_, middle in opened_one["boxes"] + opened_one["covers"]]
    assert max(middles) - min(middles) < 2
    frame = opened_one["frames"][0]
    assert all(frame[0] <= left < right <= frame[1] for left, right, _ in opened_one["covers"])
    assert opened_one["boxes"][0][2] == pytest.approx(chain["boxes"][0][2], abs=2)


def test_a_module_opens_and_folds_by_a_click(graph: Page) -> None:
    """On its box, and on its frame's name."""
    _covers(graph).locator("rect").click()
    expect(_covers(graph)).to_have_count(12)
    _covers(graph).locator("rect").first.click()
    expect(_covers(graph)).to_have_count(11)
    graph.locator(".aa-canvas g.cluster:not([hidden]) text", has_text="blocks.").first.click()
    expect(_covers(graph)).to_have_count(12)


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_module_opens_and_folds_by_keyboard(graph: Page, key: str) -> None:
    """The focus goes along, so that the same key undoes it."""
    _covers(graph).focus()
    graph.keyboard.press(key)
    expect(_covers(graph)).to_have_count(12)
    focused = graph.locator(".aa-canvas g.cluster text:focus")
    expect(focused).to_have_text("blocks · Sequential")
    graph.keyboard.press(key)
    expect(_covers(graph)).to_have_count(1)
    expect(graph.locator(".aa-canvas .aa-folded:focus")).to_have_count(1)


def test_search_visits_one_hit_after_another(graph: Page) -> None:
    """Hits inside folded modules are opened and brought into view."""
    graph.get_by_role("searchbox").last.fill("blocks.7.second")
    said = graph.locator(".aa-tools [data-aa-count]")
    expect(said).to_have_text("0 / 1")
    graph.get_by_role("button", name="Next").click()
    expect(said).to_have_text("1 / 1")
    chosen = graph.locator(".aa-canvas .aa-chosen")
    expect(chosen).to_be_in_viewport()
    expect(graph.locator("[data-aa-show=path]")).to_have_text("blocks.7.second")
    graph.get_by_role("searchbox").last.fill("no such layer")
    expect(said).to_have_text("")


def test_a_permalink_opens_its_operation(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    """After reload too; the way back forgets it, the way forth brings it again."""
    info = _info(built_site)
    node = next(one for one in info.values() if one["path"] == "blocks.9.first")
    url = f"{address}/models/deep/explore/"
    with opened(browser, f"{url}?node={node['name']}") as (page, complaints):
        panel = page.locator("[data-aa-panel]")
        for _ in range(2):
            expect(panel.locator("[data-aa-show=path]")).to_have_text("blocks.9.first")
            expect(page.locator(".aa-canvas .aa-chosen")).to_be_in_viewport()
            page.reload(wait_until="networkidle")
        assert complaints == []
    with opened(browser, url) as (page, complaints):
        panel = page.locator("[data-aa-panel]")
        expect(panel).to_be_hidden()
        page.locator(".aa-canvas g.node:not([hidden]) text").first.click()
        expect(page).to_have_url(re.compile(r"\?node="))
        expect(panel).to_be_visible()
        page.go_back()
        expect(panel).to_be_hidden()
        expect(page.locator(".aa-canvas .aa-chosen")).to_have_count(0)
        page.go_forward()
        expect(panel).to_be_visible()
        assert complaints == []


def _info(site: BuiltSite) -> dict[str, dict[str, str]]:
    path = site.folder / "models/deep/explore/graph.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["operations"])


def test_an_operation_leads_to_its_row_and_its_node(graph: Page, built_site: BuiltSite) -> None:
    """Both exist: the row has the anchor, the ONNX file the node."""
    info = _info(built_site)
    page = (built_site.folder / "models/deep/index.html").read_text(encoding="utf-8")
    names = {n.name for n in onnx.load(built_site.folder / "models/deep/model.onnx").graph.node}
    rows = [one["row"] for one in info.values() if "row" in one]
    assert len(rows) > 40
    assert {f'id="{unquote(row).removeprefix("#")}"' in page for row in rows} == {True}
    nodes = [one["netron"].partition("&node=")[2] for one in info.values() if "netron" in one]
    assert {*map(unquote, nodes)} <= names
    graph.locator(".aa-canvas g.node:not([hidden]) text", has_text="conv2d").first.click()
    graph.locator("a[data-aa-link=row]").click()
    expect(graph).to_have_url(re.compile(r"/models/deep/#layer-stem$"))
    expect(graph.locator("#layer-stem .aa-why")).to_be_visible()


def test_keys_zoom_the_graph(graph: Page) -> None:
    """Plus and minus; zero shows all of it."""
    canvas, svg = graph.locator(".aa-canvas"), graph.locator(".aa-canvas > svg")
    width = float(svg.get_attribute("width") or 0)
    canvas.focus()
    graph.keyboard.press("+")
    assert float(svg.get_attribute("width") or 0) == pytest.approx(1.25 * width)
    graph.keyboard.press("-")
    assert float(svg.get_attribute("width") or 0) == pytest.approx(width)
    graph.get_by_role("button", name="Open blocks").click()
    canvas.focus()
    graph.keyboard.press("0")
    box, drawn = canvas.bounding_box(), svg.bounding_box()
    assert box is not None
    assert drawn is not None
    assert drawn["height"] <= box["height"]
    assert drawn["width"] <= box["width"]


def test_a_drag_moves_the_graph_and_chooses_nothing(graph: Page) -> None:
    """The end of a drag over a box is no click."""
    graph.get_by_role("button", name="Open blocks").click()
    canvas = graph.locator(".aa-canvas")
    top = canvas.evaluate("element => element.scrollTop")
    box = graph.locator(".aa-canvas g.node:not([hidden])").nth(2).bounding_box()
    assert box is not None
    graph.mouse.move(box["x"] + 20, box["y"] + 15)
    graph.mouse.down()
    graph.mouse.move(box["x"] + 20, box["y"] - 60, steps=4)
    graph.mouse.up()
    assert canvas.evaluate("element => element.scrollTop") > top
    expect(graph.locator("[data-aa-panel]")).to_be_hidden()


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_the_gallery_shows_every_block(browser: Browser, address: str, prefix: str) -> None:
    """Pictures load, and lead to the blocks of their model."""
    with opened(browser, f"{address}/{prefix}blocks/") as (page, complaints):
        plates = page.locator(".aa-plate")
        assert plates.count() >= 3
        for image in plates.locator("img").all():
            image.scroll_into_view_if_needed()
            page.wait_for_function("image => image.complete", arg=image.element_handle())
            assert image.evaluate("image => image.naturalWidth") > 50
            assert image.get_attribute("alt")
        plates.locator(".aa-used a").first.click()
        expect(page).to_have_url(re.compile(rf"/{prefix}models/\w+/#blocks$"))
        expect(page.locator("#blocks")).to_be_in_viewport()
        assert complaints == []


@pytest.mark.parametrize(
    ("uri", "selector"),
    [
        ("models/residualnet/", "#aa-layers tr[id]"),
        ("models/residualnet/", ".aa-plate svg"),
        ("models/residualnet/", ".aa-design svg"),
        ("models/deep/explore/", ".aa-canvas a[href$='explore/graph.svg']"),
        ("models/deep/explore/", ".aa-canvas iframe[src$='explore/graph.svg']"),
        ("blocks/", ".aa-plate img"),
        ("zh/models/residualnet/", ".aa-plate svg"),
    ],
)
def test_without_javascript_everything_is_there(
    browser: Browser, address: str, uri: str, selector: str
) -> None:
    """Tables, drawings and files; tools that need scripts do not show."""
    url = f"{address}/{uri}"
    with opened(browser, url, java_script_enabled=False) as (page, complaints):
        expect(page.locator(selector).first).to_be_visible()
        expect(page.locator(".aa-tools:visible, #what-if:visible, #ruler:visible")).to_have_count(0)
        assert complaints == []


_NAMED = """<!doctype html><meta charset="utf-8"><title>t</title><body data-md-color-scheme="x">
<div class="aa-panel" data-aa-ruler data-height="9" data-width="9" data-sentence="{layer}" hidden>
<select data-aa-layer></select><img alt=""><svg></svg><p data-aa-answer></p></div>
<table id="aa-layers"><tbody><tr id="layer-50%.a" data-aa-field="3,3" data-aa-stride="1,1"
 data-aa-start="0,0" data-aa-count="7,7"><td></td></tr></tbody></table>
<script type="module" src="archatlas.js"></script>"""


def test_a_percent_sign_in_a_name_breaks_nothing(
    browser: Browser, built_site: BuiltSite, tmp_path: Path
) -> None:
    """Modules may be called anything; the ruler lists them as they are."""
    for script in (built_site.folder / "assets").glob("*.js"):
        (tmp_path / script.name).write_bytes(script.read_bytes())
    (tmp_path / "index.html").write_text(_NAMED, encoding="utf-8")
    with serving(tmp_path) as url, opened(browser, f"{url}/index.html") as (page, complaints):
        expect(page.locator("select[data-aa-layer] option")).to_have_text("50%.a")
        assert [text for text in complaints if "favicon" not in text and "404" not in text] == []
