"""What makes a capture out of date, field by field, and how much of many captures is held."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from weakref import ref

import pytest

from generator import collection, pipeline, store
from generator.capture.request import Done, Limits, Request
from generator.capture.supervisor import Outcome
from generator.config import Project, Settings, load_project
from generator.records import (
    REMEMBERED,
    Change,
    Claim,
    Departure,
    ModelRecord,
    ModelSpec,
    ModuleCall,
    Origin,
    Paper,
    Quantity,
    Text,
    TrainingRecipe,
)
from generator.shortfalls import record_shortfalls

TOOLS = {"versions": {"torch": "1"}, "code": "a", "device": ["cpu", None]}
WORDS = Text(en="Another word.", zh="另一句。")
CAPTURED_ANEW: dict[str, object] = {
    "images": ["two.png"],
    "weights": "random",
    "seed": 1,
    "features": {"budget_mb": 2.0},
}
ONLY_RENDERED_ANEW: dict[str, object] = {
    "title": "Another",
    "models": ["alexnet", "lenet5"],
    "store": "../store",
    "templates": "templates",
    "comparisons": [["net", "other"]],
    "languages": ["zh"],
    "device": "auto",  # where that is another device, the toolchain says so
    "time_limit_s": 7.0,
    "memory_limit_mb": 2000.0,
    "latency": [1, 8],
    "model": [{"slug": "other", "factory": "./nets.py:Other"}],
}
SPEC = ModelSpec(slug="net", title="Net", family="Own", origin=Origin.USER, factory="./nets.py:Net")
DECIDES: dict[str, object] = {
    "slug": "other",
    "origin": Origin.OWN,
    "factory": "./nets.py:Other",
    "kwargs": {"width": 3},
    "input_shape": (3, 9, 9),
    "inputs": "./nets.py:make_inputs",
    "weights": "net.pt",
    "training": TrainingRecipe.DIGITS,
    "labels": ("cat", "dog"),
}
IS_SAID: dict[str, object] = {
    "title": "Another",
    "family": "Others",
    "year": 1999,
    "paper": Paper(title="On nets", authors="A. Nobody", venue="here", url="https://example.org"),
    "summary": WORDS,
    "changes": (Change(since="alexnet", text=WORDS),),
    "award": WORDS,
    "claims": (Claim(quantity=Quantity.MACS, value=1, printed="1", source="nowhere"),),
    "departures": (Departure(id="none", text=WORDS),),
}
MANY = 3 * REMEMBERED


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write two pictures into a project without settings."""
    from PIL import Image  # noqa: PLC0415

    for name, colour in (("one.png", "red"), ("two.png", "green")):
        Image.new("RGB", (40, 40), colour).save(tmp_path / name)
    return tmp_path


def key(root: Path, spec: ModelSpec = SPEC, **said: object) -> str:
    """Return the key of a model's capture with settings of one's own."""
    settings = Settings.model_validate({"images": ["one.png"], **said})
    project = Project(root=root, config_name="archatlas.toml", settings=settings)
    own = collection.read_pictures(root, settings.images)
    return collection._key(project, spec, own, TOOLS)


def test_of_every_setting_it_is_known_whether_it_decides() -> None:
    """A new setting belongs to one of the two, and its effect is tested here."""
    assert CAPTURED_ANEW.keys() | ONLY_RENDERED_ANEW.keys() == Settings.model_fields.keys()
    assert DECIDES.keys() | IS_SAID.keys() == ModelSpec.model_fields.keys()


@pytest.mark.parametrize("name", CAPTURED_ANEW)
def test_a_setting_that_changes_what_is_seen_makes_captures_due(name: str, root: Path) -> None:
    """Each alone."""
    assert key(root, **{name: CAPTURED_ANEW[name]}) != key(root)


@pytest.mark.parametrize("name", ONLY_RENDERED_ANEW)
def test_any_other_setting_leaves_captures_alone(name: str, root: Path) -> None:
    """Pages may change, and how long is waited; what would be seen stays the same."""
    assert key(root, **{name: ONLY_RENDERED_ANEW[name]}) == key(root)


@pytest.mark.parametrize("name", DECIDES)
def test_a_fact_that_builds_or_feeds_a_model_makes_it_due(name: str, root: Path) -> None:
    """Each alone: what is called, with what, and what it is shown."""
    assert key(root, SPEC.model_copy(update={name: DECIDES[name]})) != key(root)


@pytest.mark.parametrize("name", IS_SAID)
def test_a_fact_that_is_only_said_leaves_captures_alone(name: str, root: Path) -> None:
    """Titles, years, stories, and where it was published."""
    assert key(root, SPEC.model_copy(update={name: IS_SAID[name]})) == key(root)


def test_a_picture_decides_by_what_it_shows(root: Path) -> None:
    """Not by when it was saved; another one under its name is another one."""
    before = key(root)
    content = (root / "one.png").read_bytes()
    (root / "one.png").write_bytes(content)
    assert key(root) == before

    (root / "one.png").write_bytes((root / "two.png").read_bytes())
    assert key(root) != before


@pytest.mark.parametrize("name", TOOLS)
def test_whatever_captures_decides(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages, our own code, and the device."""
    before = key(root)

    monkeypatch.setitem(TOOLS, name, "another")

    assert key(root) != before


def test_of_many_captures_few_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Capturing keeps none, looking for shortfalls the latest: a laptop does for any number."""
    made: list[ref[ModelRecord]] = []
    held: list[int] = []

    def noted(record: ModelRecord) -> ModelRecord:
        made.append(ref(record))
        held.append(sum(one() is not None for one in made))
        return record

    def capture_all(
        requests: Sequence[Request], _jobs: int, _limits: Limits, _on_step: object
    ) -> Iterator[Outcome]:
        for request in requests:
            slug = request.spec.slug
            call = ModuleCall(path="", call=0, type="Net", is_leaf=True, macs=1)
            made_now = ModelRecord(slug=slug, input_shape=(3, 8, 8), calls=(call,), total_macs=1)
            yield Outcome(request, Done(noted(made_now), ()), seconds=0.1)

    def load(state: Path, slug: str) -> store.Capture:
        found = loaded(state, slug)
        noted(found.record)
        return found

    tables = [f'[[model]]\nslug = "net{n}"\nfactory = "./nets.py:Net"\n' for n in range(MANY)]
    (tmp_path / "archatlas.toml").write_text("models = []\n" + "\n".join(tables))
    (tmp_path / "nets.py").write_text("")
    loaded = store.load
    monkeypatch.setattr(collection, "capture_all", capture_all)
    monkeypatch.setattr(store, "load", load)
    project = load_project(folder=tmp_path)
    specs = pipeline.chosen(project, None)

    collected = pipeline.collect(project, specs, 2, lambda *_: None, lambda *_: None)
    held_by_capturing = max(held)
    shortfalls = record_shortfalls(pipeline.records(project, specs), specs)

    assert (collected.captured, shortfalls) == (MANY, [])
    assert held_by_capturing <= 3
    assert len(held) >= 2 * MANY
    assert max(held) <= 2 * REMEMBERED + 3  # what two rooms remember of the latest
