"""A site of very many models can be made in little memory, and be walked through."""

from pathlib import Path

import pytest
from conftest import RecordOf, serving
from many import many_models
from playwright.sync_api import Browser, expect

from generator import pipeline
from generator.config import load_project
from generator.render.exhibit import Exhibit

MANY = 130


@pytest.fixture(scope="module")
def site(record_of: RecordOf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pages about all models of a large site; those of single ones are left out."""
    folder = many_models(tmp_path_factory.mktemp("many"), [light(record_of)], MANY)
    project = load_project(folder=folder)
    pipeline.render(project, pipeline.chosen(project, None))
    for page in (project.docs / "models").glob("net*/*/index.md"):
        page.unlink()
    settings = project.mkdocs.read_bytes()
    project.mkdocs.write_bytes(settings.replace(b"not_found: warn", b"not_found: ignore"))
    pipeline.build_site(project, folder / "site")
    return folder / "site"


def light(record_of: RecordOf) -> object:
    """Return a toy's record without files."""
    record = record_of("Plain")
    empty = dict.fromkeys(("features", "inner_features", "kernels", "thumbnails", "pictures"), ())
    more = dict.fromkeys(("predictions", "attributions", "artifacts", "norms"), ())
    bare = [one.model_copy(update={"file": None}) for one in record.parameters]
    return record.model_copy(update={**empty, **more, "parameters": tuple(bare)})


@pytest.mark.slow
def test_menus_of_large_sites_name_no_models(site: Path) -> None:
    """Or every page would hold a thousand links."""
    page = (site / "models" / "net0001" / "index.html").read_text()
    assert page.count("/net0") < 10


@pytest.mark.slow
def test_the_home_page_shows_some_and_leads_to_all(site: Path) -> None:
    """Sixty cards; then a link that says how many there are."""
    page = (site / "index.html").read_text()
    assert page.count('class="aa-card"') == 60
    assert f"All {MANY} models" in page


@pytest.mark.slow
@pytest.mark.browser
def test_a_large_gallery_is_paged_and_searched(site: Path, browser: Browser) -> None:
    """Sixty cards at first, more on request, any by its name or family; the address keeps it."""
    page = browser.new_page()
    with serving(site) as url:
        page.goto(f"{url}/models/")
        cards = page.locator("#aa-gallery > .aa-card:visible")
        expect(cards).to_have_count(60)
        page.locator("[data-aa-more]").click()
        expect(cards).to_have_count(120)
        page.locator("[data-aa-gallery] input[name=words]").fill("net 0099")
        expect(cards).to_have_count(1)
        assert "words=net" in page.url
        page.reload()
        expect(cards).to_have_count(1)
        page.locator("[data-aa-gallery] input[name=words]").fill("")
        page.locator("select[name=family]").select_option("Family 3")
        expect(cards).to_have_count(6)
    page.close()


@pytest.mark.slow
def test_what_was_shown_of_a_model_is_put_aside(
    record_of: RecordOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages about all models hold what they say of each, not what was seen of it."""
    held: list[int] = []
    exhibits: list[Exhibit] = []
    put_aside = Exhibit.put_aside

    def noted(self: Exhibit) -> None:
        put_aside(self)
        exhibits.append(self)
        held.append(sum("page" in vars(one) for one in exhibits))

    monkeypatch.setattr(Exhibit, "put_aside", noted)
    folder = many_models(tmp_path, [light(record_of)], 8)
    project = load_project(folder=folder)
    pipeline.render(project, pipeline.chosen(project, None))
    assert len(held) >= 8
    assert max(held) == 0
