"""Real captures of own nets: what they turned out to depend on makes them due, and no other."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from generator import pipeline
from generator.config import load_project
from generator.records import ModelRecord

pytestmark = pytest.mark.slow

CONFIG = """
models = []
[[model]]
slug = "tuned"
factory = "./tuned.py:Tuned"
kwargs = { width = 2 }
input_shape = [3, 9, 9]
weights = "tuned.pt"
[[model]]
slug = "fed"
factory = "fed:Fed"
inputs = "./feeding.py:make_inputs"
"""
TUNED = """
from torch import nn

from pieces import Convolution


class Tuned(nn.Sequential):
    def __init__(self, width):
        super().__init__(Convolution(3, width, 3), nn.Flatten())
"""
FED = """
from torch import nn


class Fed(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(4, 2))
"""
FEEDING = """
from pathlib import Path

import torch


def make_inputs():
    row = Path(__file__).with_name("row.txt").read_text().split()
    return torch.tensor([[float(number) for number in row]])
"""


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Capture a net with weights and a piece of its own, and one that is fed from a file."""
    folder = tmp_path_factory.mktemp("captured")
    texts = {
        "archatlas.toml": CONFIG,
        "tuned.py": TUNED,
        "pieces.py": "from torch.nn import Conv2d as Convolution\n",
        "fed.py": FED,
        "feeding.py": FEEDING,
        "row.txt": "1 2 3 4\n",
        "notes.py": "nobody imports this\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    tune(folder, 0.5)
    assert made_anew(folder) == {"tuned", "fed"}
    return folder


def tune(folder: Path, value: float) -> None:
    """Write weights that are all alike."""
    weights = {"0.weight": torch.full((2, 3, 3, 3), value), "0.bias": torch.zeros(2)}
    torch.save(weights, folder / "tuned.pt")


def made_anew(folder: Path) -> set[str]:
    """Capture what is due, and return which models that were."""
    project = load_project(folder=folder)
    slugs = []
    specs = pipeline.chosen(project, None)
    pipeline.collect(
        project,
        specs,
        2,
        lambda *_step: None,
        lambda outcome, *_: slugs.append(outcome.request.spec.slug),
    )
    assert all(one.is_captured and not one.failures for one in records(folder).values())
    return set(slugs)


def records(folder: Path) -> dict[str, ModelRecord]:
    """Return what is stored."""
    project = load_project(folder=folder)
    return dict(pipeline.records(project, pipeline.chosen(project, None)))


def write(name: str, text: str) -> Callable[[Path], object]:
    """Return a change that writes a file anew."""
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (lambda folder: tune(folder, 0.25), {"tuned"}),
        (lambda folder: os.utime(folder / "tuned.pt", (1, 1)), set()),
        (write("pieces.py", "from torch.nn import Conv2d\nConvolution = Conv2d\n"), {"tuned"}),
        (write("archatlas.toml", CONFIG.replace('"tuned.pt"', '"tuned.pt"\nyear = 1999')), set()),
        (write("fed.py", FED + "# the same net\n"), {"fed"}),
        (write("row.txt", "4 3 2 1\n"), {"fed"}),
        (write("feeding.py", FEEDING + "# the same inputs\n"), {"fed"}),
        (write("notes.py", "and nobody reads it\n"), set()),
        (write("site_src/guide/own.md", "# A page\n"), set()),
    ],
    ids=[
        *("weights", "touched weights", "piece", "facts", "source in a package", "data", "inputs"),
        *("other source", "page"),
    ],
)
def test_one_edit_makes_one_net_due(
    change: Callable[[Path], object], due: set[str], captured: Path, tmp_path: Path
) -> None:
    """In a copy of the project, too: and afterwards nothing is due any more."""
    folder = shutil.copytree(captured, tmp_path / "copy")
    (folder / "site_src" / "guide").mkdir(parents=True)

    change(folder)

    assert made_anew(folder) == due
    assert made_anew(folder) == set()


def test_other_weights_are_other_numbers(captured: Path, tmp_path: Path) -> None:
    """What is stored afterwards was made from the new file."""
    folder = shutil.copytree(captured, tmp_path / "copy")
    tune(folder, 0.25)

    made_anew(folder)

    means = [records(place)["tuned"].parameters[0].mean for place in (captured, folder)]
    assert means == [0.5, 0.25]
