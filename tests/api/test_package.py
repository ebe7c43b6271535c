"""The package itself: quick to import, and a function beside a room of one name."""

import subprocess
import sys
from pathlib import Path

import pytest

import generator

HEAVY = ("torch", "torchvision", "onnx", "numpy", "jinja2", "pydantic", "generator.api")


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of its own, as a user would."""
    (folder / "script.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "script.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_importing_the_package_loads_nothing(tmp_path: Path) -> None:
    """Neither torch nor anything else that takes time."""
    ran = run(f"import sys, generator\nprint([m for m in {HEAVY} if m in sys.modules])", tmp_path)
    assert ran.stdout == "[]\n", ran.stderr


def test_the_interface_is_there_without_torch(tmp_path: Path) -> None:
    """What was captured elsewhere can be opened and compared where torch does not load."""
    code = (
        "import sys\nfrom generator import build, capture, compare\nprint('torch' in sys.modules)"
    )
    assert run(code, tmp_path).stdout == "False\n"


def test_the_function_stays_in_reach_once_its_room_is_loaded(tmp_path: Path) -> None:
    """Both are called capture; imports from the room work all the same, before and after."""
    code = """
from generator.capture.request import Request
from generator import capture
import generator
from generator.capture import supervisor
print(callable(capture), generator.capture is capture, supervisor.Request is Request)
"""
    assert run(code, tmp_path).stdout == "True True True\n"


def test_only_what_is_listed_is_found() -> None:
    """A wrong name is the usual error, and completion knows the right ones."""
    with pytest.raises(AttributeError, match="has no attribute 'capturing'"):
        _ = generator.capturing  # type: ignore[attr-defined]
    assert set(generator.__all__) <= set(dir(generator))
    assert all(callable(getattr(generator, name)) for name in generator.__all__)
