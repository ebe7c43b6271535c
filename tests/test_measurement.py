"""Claims about measuring: after captures, once each, apart from them, and told on the pages."""

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import archatlas, toy_project

from generator import measurement, store, timings
from generator.capture.latency.request import TimingRequest
from generator.config import load_project
from generator.records import Timing
from generator.zoo.catalog import select

SETTINGS = 'models = []\nweights = "random"\nlatency = [1, 2]\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a project of two nets, one of which never runs, with times."""
    folder = toy_project(
        tmp_path_factory.mktemp("timed") / "p", "Plain", "Raises", settings=SETTINGS
    )
    ran = archatlas("build", "--no-strict", folder=folder)
    assert ran.returncode == 0, ran.stderr
    order = [ran.stderr.index(mark) for mark in ("captured 2", "plain: timing: batch", "pages:")]
    assert order == sorted(order)
    assert "timed 1, reused 0" in ran.stderr
    return folder


def _page(built: Path, uri: str) -> BeautifulSoup:
    return BeautifulSoup((built / "site" / uri / "index.html").read_text(), "html.parser")


def _measured(built: Path) -> tuple[list[str], measurement.Measured]:
    """Ask for times, and note which models begin to be timed."""
    project = load_project(folder=built)
    begun: list[str] = []

    def on_step(request: TimingRequest, _step: str, _seconds: float) -> None:
        begun.append(request.spec.slug)

    done = measurement.measure(project, select(project, None), on_step, lambda *_news: None)
    return begun, done


def test_a_second_measurement_starts_nothing(built: Path) -> None:
    """No process, so no torch: what is known is known."""
    assert _measured(built) == ([], measurement.Measured(0, 1))


def test_times_are_apart_from_the_capture(built: Path) -> None:
    """A file of their own, and none among the capture's."""
    timing = Timing.model_validate_json((built / ".archatlas/timings/plain.json").read_bytes())
    assert [one.batch for one in timing.batches] == [1, 2]
    assert not (built / ".archatlas/timings/raises.json").exists()
    record = store.load(built / ".archatlas", "plain").record
    assert "median" not in record.model_dump_json()


def test_the_command_prints_what_was_measured(built: Path) -> None:
    """On stdout a line for each batch size; nothing is timed again."""
    ran = archatlas("measure", folder=built)
    assert ran.returncode == 0
    assert [line.split()[:2] for line in ran.stdout.splitlines()[1:]] == [
        ["plain", "1"],
        ["plain", "2"],
    ]
    assert "timed 0, reused 1" in ran.stderr


def test_pages_tell_times_and_their_machine(built: Path) -> None:
    """In the table, on the model's page, and where numbers come from."""
    table = _page(built, "compare").find(id="aa-models")
    heads = [head["data-aa-key"] for head in table.select("thead th")]
    cells = {row["data-aa-slug"]: row.find_all(["th", "td"]) for row in table.select("tbody tr")}
    column = heads.index("latency_ms")
    assert re.fullmatch(r"[\d.]+\u202fms", cells["plain"][column].get_text())
    assert cells["raises"][column].get_text() == "–"
    timing = Timing.model_validate_json((built / ".archatlas/timings/plain.json").read_bytes())
    assert timing.surroundings is not None
    for uri in ("compare", "models/plain", "provenance"):
        assert timing.surroundings.name in _page(built, uri).get_text()
    assert "2 inputs at once" in _page(built, "models/plain").get_text()
    rows = json.loads((built / "site/data/models.json").read_text())
    assert [row["latency_ms"] for row in rows] == [timing.batches[0].median_ms, None]
    listed = archatlas("list", "--json", folder=built)
    assert json.loads(listed.stdout)[0] == rows[0]


def test_a_new_capture_throws_its_times_away(built: Path) -> None:
    """They belonged to another model of that name; the next build measures."""
    project = load_project(folder=built)
    specs = select(project, None)
    known = measurement.measured(project, specs)
    head = built / ".archatlas/heads/plain.json"
    before = head.read_text()
    changed = json.loads(before) | {"capture": "0" * 32}
    head.write_text(json.dumps(changed))
    try:
        assert set(known) == {"plain"}
        assert measurement.measured(project, specs) == {}
    finally:
        head.write_text(before)


def test_other_batch_sizes_are_measured_anew(built: Path) -> None:
    """Until then the old times are shown."""
    settings = built / "archatlas.toml"
    before = settings.read_text()
    kept = timings.load(built / ".archatlas", "plain", store.address(built / ".archatlas", "plain"))
    settings.write_text(before.replace("[1, 2]", "[1, 3]"))
    try:
        project = load_project(folder=built)
        assert measurement.measured(project, select(project, None)) == {"plain": kept}
        begun, done = _measured(built)
        assert (set(begun), done) == ({"plain"}, measurement.Measured(1, 0))
    finally:
        settings.write_text(before)
        assert kept is not None
        timings.keep(built / ".archatlas", kept)


def test_who_wants_no_times_gets_none(built: Path) -> None:
    """Neither measured nor shown, and the command says what to write."""
    settings = built / "archatlas.toml"
    before = settings.read_text()
    settings.write_text(before.replace("latency = [1, 2]", ""))
    try:
        project = load_project(folder=built)
        assert measurement.measured(project, select(project, None)) == {}
        assert _measured(built) == ([], measurement.Measured(0, 0))
        ran = archatlas("measure", folder=built)
        assert ran.returncode == 2
        assert "archatlas.toml: 'latency' names no batch size" in ran.stderr
        assert "latency = [1, 8]" in ran.stderr
    finally:
        settings.write_text(before)


@pytest.mark.parametrize("value", ["[0]", "[-1]", "8", '["1"]', "[1.5]"])
def test_batch_sizes_are_whole_numbers_of_one_or_more(tmp_path: Path, value: str) -> None:
    """With the place of the mistake."""
    folder = toy_project(tmp_path, "Plain", settings=f"latency = {value}\n")
    ran = archatlas("measure", folder=folder)
    assert ran.returncode == 2
    assert "'latency" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_nothing_captured_is_nothing_to_measure(tmp_path: Path) -> None:
    """The message says which command comes first."""
    folder = toy_project(tmp_path, "Plain", settings=SETTINGS)
    ran = archatlas("measure", folder=folder)
    assert ran.returncode == 2
    assert "run 'archatlas capture' first" in ran.stderr
