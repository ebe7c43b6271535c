"""How a user's own code is found, and what it may import beside itself."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.capture.imports import find
from generator.errors import CaptureError

COUNTING = "import beside\nmade = object()\nvalue = beside.VALUE\n"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Write a project; what it imports is forgotten afterwards."""
    for folder, value in ((tmp_path, 1), (tmp_path / "inner", 2), (tmp_path / "pack", 3)):
        folder.mkdir(exist_ok=True)
        (folder / f"beside_{value}.py").write_text(f"VALUE = {value}\n")
        (folder / f"net_{value}.py").write_text(COUNTING.replace("beside", f"beside_{value}"))
    before, path = set(sys.modules), list(sys.path)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "value"), [("./net_1.py:value", 1), ("inner/net_2.py:value", 2), ("net_1:value", 1)]
)
def test_a_file_and_a_module_of_the_project_are_found(name: str, value: int, root: Path) -> None:
    """With what lies beside them, as a script would find it."""
    assert find(name, root, "net") == value


def test_a_module_inside_a_package_is_found(root: Path) -> None:
    """From the project's folder on."""
    (root / "pack" / "plain.py").write_text("value = 7\n")

    assert find("pack.plain:value", root, "net") == 7


def test_a_file_runs_again_for_a_net_and_only_once_for_the_rest(root: Path) -> None:
    """What a file makes at module level follows the seed; its types stay one and the same."""
    first = find("./net_1.py:made", root, "net")

    assert find("./net_1.py:made", root, "net", anew=False) is first
    assert find("./net_1.py:made", root, "net") is not first


def test_a_file_may_be_called_like_something_that_is_imported(root: Path) -> None:
    """It takes nobody's place."""
    (root / "json.py").write_text("value = 9\n")

    assert find("./json.py:value", root, "net") == 9
    assert sys.modules["json"].loads("[1]") == [1]
    assert find("./json.py:value", root, "net", anew=False) == 9


@pytest.mark.parametrize("source", ["./net_1.py", "net_1"])
def test_a_name_that_is_missing_is_said(source: str, root: Path) -> None:
    """Of which model, where, and what."""
    with pytest.raises(CaptureError) as said:
        find(f"{source}:Gone", root, "net")

    assert str(said.value) == f"net: {source} has no 'Gone'"


def test_what_a_file_raises_reaches_the_capture(root: Path) -> None:
    """There it becomes the failure of that model."""
    (root / "broken.py").write_text("1 / 0\n")

    with pytest.raises(ZeroDivisionError):
        find("./broken.py:Net", root, "net")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        find("no_such_module:Net", root, "net")
