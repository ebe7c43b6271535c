"""A template is compiled once, whoever fills it in later."""

from pathlib import Path

import pytest
from jinja2 import Environment

from generator.memo import Memo
from generator.render.editions import editions
from generator.render.templates import Templates

ENGLISH, CHINESE = editions(["en", "zh"])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a folder of one template."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "page.j2").write_text('{{ "Browse the models" | say }} {{ number + 1 }}')
    return folder


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of templates, as they are compiled."""
    names: list[str] = []
    compile_anew = Environment.compile

    def noted(self, source, name, filename):  # noqa: ANN001, ANN202 - as it is
        names.append(name)
        return compile_anew(self, source, name, filename)

    monkeypatch.setattr(Environment, "compile", noted)
    return names


def test_another_run_compiles_nothing(tmp_path: Path, own: Path, compiled: list[str]) -> None:
    """And fills it in alike."""
    texts = [
        Templates.of(ENGLISH, Memo(tmp_path / "memo"), own).text("page.j2", number=number)
        for number in (1, 2)
    ]
    assert texts == ["Browse the models 2", "Browse the models 3"]
    assert compiled == ["page.j2"]


def test_a_changed_text_is_compiled_anew(tmp_path: Path, own: Path, compiled: list[str]) -> None:
    """Whenever it was changed."""
    memo = Memo(tmp_path / "memo")
    Templates.of(ENGLISH, memo, own).text("page.j2", number=1)
    (own / "page.j2").write_text("{{ number }}")
    assert Templates.of(ENGLISH, memo, own).text("page.j2", number=1) == "1"
    assert compiled == ["page.j2", "page.j2"]


def test_no_edition_takes_what_was_compiled_for_another(tmp_path: Path, own: Path) -> None:
    """For what filters make of constants is compiled with them."""
    memo = Memo(tmp_path / "memo")
    spoken = [Templates.of(one, memo, own).text("page.j2", number=1) for one in (ENGLISH, CHINESE)]
    assert spoken[0] == "Browse the models 2"
    assert "Browse" not in spoken[1]
