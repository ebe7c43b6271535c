"""Whatever is written into settings and onto the command line: a clear answer, and no harm."""

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import collection, pipeline
from generator.capture.export.delivery import Delivery
from generator.capture.export.request import ExportRequest
from generator.capture.request import Done, Limits, Request
from generator.capture.supervisor import Outcome
from generator.cli.main import main
from generator.config import OwnModel, Settings, load_project
from generator.errors import CaptureError, RequestError
from generator.records import Failure, ModelRecord

QUICK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

NASTY = st.sampled_from(
    [
        *(
            "",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "~",
            "a/b",
            "a\\b",
            "-x",
            "--config",
            "con",
            "x" * 300,
        ),
        *(
            "<script>alert(1)</script>",
            "{{ 7 * 7 }}",
            "{% raw %}",
            "[a](b)",
            "`x`",
            "a|b",
            "#",
            "&",
        ),
        *(
            "\u0000",
            "\n",
            "\u202e",
            "\ufeff",
            "模型",
            "é",
            "🐈",
            "%s",
            "$(id)",
            "a:b",
            "a:b:c",
            ":",
        ),
        *(
            "torchvision:",
            "torchvision:resnet18",
            "timm:x",
            "./nets.py:Net",
            "nets:Net",
            "os:system",
        ),
        *("./../nets.py:Net", "./nets.py:", "a.b.c:d", "x" * 300 + ".py:Net", "a\u0000.py:Net"),
    ]
)
TEXT = st.one_of(NASTY, st.text(max_size=40))
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.dates(), st.datetimes()
)
ANYTHING = st.recursive(
    PLAIN, lambda it: st.lists(it, max_size=3) | st.dictionaries(TEXT, it, max_size=3), max_leaves=6
)
KEYS = st.one_of(st.sampled_from([*Settings.model_fields, *OwnModel.model_fields]), TEXT)
TABLE = st.dictionaries(KEYS, ANYTHING, max_size=4)
OWN = st.fixed_dictionaries(
    {"slug": TEXT, "factory": TEXT},
    optional={
        **dict.fromkeys(("title", "family", "weights", "summary"), TEXT),
        "year": st.integers(-5, 3000),
        "labels": st.lists(TEXT, max_size=3),
        "input_shape": st.lists(st.integers(-2, 2**70), max_size=4),
        "kwargs": st.dictionaries(TEXT, ANYTHING, max_size=2),
    },
)


def toml(value: object) -> str:
    """Write a value as TOML has it inside a line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(_escaped(character) for character in value) + '"'
    if value is None:
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        return "?"  # TOML has no word for half a character
    is_plain = code >= 32 and character not in '"\\\x7f'
    return character if is_plain else f"\\u{code:04x}"


@contextlib.contextmanager
def world() -> Iterator[Path]:
    """Make a folder with a project in it, and see that nothing beside the project changes."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "secret").write_text("secret")
        project = root / "project"
        project.mkdir()
        (project / "nets.py").write_text("")
        yield project
        assert sorted(path.name for path in root.iterdir()) == ["project", "secret"]
        assert (root / "secret").read_text() == "secret"


def ran(*arguments: str) -> tuple[int, str]:
    """Run the command line here, and return how it exited and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            code = main(arguments)
        except SystemExit as left:  # argparse has its own way to refuse
            code = int(left.code or 0)
    return code, said.getvalue()


@QUICK
@given(table=TABLE)
def test_arbitrary_settings_are_read_or_refused(table: dict[str, Any]) -> None:
    """Every message is one for the user, and no file changes."""
    with world() as project:
        lines = [f"{toml(key)} = {toml(value)}" for key, value in table.items()]
        (project / "archatlas.toml").write_text("\n".join(lines), encoding="utf-8")

        code, said = ran("list", "--config", str(project / "archatlas.toml"))

        assert code in {0, 2}
        assert code == 0 or "archatlas: " in said


@QUICK
@given(content=st.binary(max_size=200))
def test_a_file_of_settings_that_is_none_is_refused(content: bytes) -> None:
    """Bytes of any kind."""
    with world() as project:
        (project / "archatlas.toml").write_bytes(content)

        assert ran("list", "--config", str(project / "archatlas.toml"))[0] in {0, 2}


@QUICK
@given(name=st.one_of(TEXT, st.text(alphabet=st.characters(categories=["Cs", "L", "P"]))))
@pytest.mark.parametrize("command", ["list", "capture"])
def test_arbitrary_names_of_models_are_found_or_refused(
    command: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half characters included, which a terminal can hand over."""
    monkeypatch.setattr(collection, "capture_all", _fail)
    with world() as project:
        config = project / "archatlas.toml"
        config.write_text("models = []")

        code, said = ran(command, f"--config={config}", f"--models={name}")

        assert code in {0, 1, 2}
        assert code == 0 or "archatlas" in said


@QUICK
@given(name=TEXT, other=TEXT)
@pytest.mark.parametrize(
    "words", ["compare {name} {other}", "export torchscript {name}", "export {name} lenet5"]
)
def test_arbitrary_names_are_compared_and_exported_or_refused(
    words: str, name: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As names of models, of kinds, and of options."""
    given = {"{name}": name, "{other}": other}
    arguments = [given.get(word, word) for word in words.split()]
    monkeypatch.setattr(collection, "capture_all", _fail)
    monkeypatch.setattr(pipeline, "deliver", _deliver)
    with world() as project:
        config = project / "archatlas.toml"
        config.write_text("models = []")

        code, said = ran(*arguments, f"--config={config}")

        assert code in {0, 1, 2}
        assert code == 0 or "archatlas" in said


@QUICK
@given(own=st.lists(OWN, min_size=1, max_size=2), title=TEXT)
def test_a_project_of_arbitrary_models_stays_in_its_folder(
    own: list[dict[str, Any]], title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Captured, all of them in vain, and rendered: every file lies in the project."""
    monkeypatch.setattr(collection, "capture_all", _fail)
    with world() as project:
        tables = [
            "[[model]]\n" + "\n".join(f"{toml(k)} = {toml(v)}" for k, v in table.items())
            for table in own
        ]
        text = "\n".join([f"title = {toml(title)}", "models = []", *tables])
        (project / "archatlas.toml").write_text(text, encoding="utf-8")
        config = project / "archatlas.toml"
        try:
            opened = load_project(config)
            specs = pipeline.chosen(opened, None)
        except RequestError:
            return

        pipeline.collect(opened, specs, 1, lambda *_: None, lambda *_: None)
        pipeline.render(opened, specs)

        pages = [path for path in opened.docs.rglob("*.md") if "<script>alert" in path.read_text()]
        assert pages == []


def _fail(
    requests: Sequence[Request], _jobs: int, _limits: Limits, _on_step: object
) -> Iterator[Outcome]:
    for request in requests:
        failure = Failure(kind="build", error="Fuzz", message="<script>alert(2)</script> | `x`")
        record = ModelRecord(slug=request.spec.slug, input_shape=(3, 8, 8), failures=(failure,))
        yield Outcome(request, Done(record, ()), seconds=0.1)


def _deliver(request: ExportRequest, _limits: Limits, _on_step: object) -> Delivery:
    raise CaptureError(f"{request.spec.slug}: not today")


@pytest.mark.parametrize("name", ["x" * 300, "a\udc80b", "a\nb", "~nobody/x", "\u202e"])
@pytest.mark.parametrize("option", ["--config", "--out"])
def test_names_no_disk_takes_are_refused(option: str, name: str, tmp_path: Path) -> None:
    """Too long, or made of half characters."""
    os.chdir(tmp_path)
    (tmp_path / "archatlas.toml").write_text('models = ["nobody"]')

    code, _ = ran("build", f"{option}={name}")

    assert code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archatlas.toml"]
