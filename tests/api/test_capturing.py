"""What `capture` makes of a name, a module, and a function that makes one."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from toys import Plain, ResidualNet

from generator import Captured, capture
from generator.errors import CaptureError, RequestError

SHAPE = (3, 17, 17)


class Pair(torch.nn.Module):
    """Two inputs, the second by name."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = torch.nn.Linear(4, 3), torch.nn.Linear(2, 3)

    def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return self.first(left) + self.second(right)


class Crash(torch.nn.Module):
    """Raises when it is run."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        raise ValueError(f"no {tuple(pictures.shape)} today")


@pytest.fixture(scope="module")
def plain() -> Captured:
    """Capture a toy net once, as the object it is."""
    torch.manual_seed(7)
    return capture(Plain(), input_shape=SHAPE)


def test_a_module_is_captured_as_it_is(plain: Captured) -> None:
    """With its own weights, of which nobody says that they are random."""
    torch.manual_seed(7)
    model = Plain()
    mean = float(model.classify.weight.detach().mean())
    (stats,) = [w for w in plain.published.weights if w.name == "classify.weight"]
    assert stats.mean == pytest.approx(mean, rel=1e-3)
    assert plain.record.provenance is not None
    assert plain.record.provenance.weights == "as given"
    assert not plain.record.provenance.weights_are_random
    assert not plain.is_isolated
    assert plain.published.totals.params == sum(p.numel() for p in model.parameters())


def test_a_compiled_module_is_captured_under_its_own_name() -> None:
    """What it is wrapped in is torch's, and so is what that is called."""
    found = capture(torch.compile(Plain()), input_shape=SHAPE)

    assert found.spec.title == "Plain"
    assert "features.0" in {module.path for module in found.record.modules}


def test_the_module_and_this_process_stay_as_they_were() -> None:
    """Mode, buffers and hooks of the module; seeds, threads, modes and paths of the process."""
    model = Plain().train()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002 - the global source is what this is about
    drawn = (torch.rand(1), random.random(), np.random.rand())  # noqa: NPY002, S311
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    before = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), sys.path[:])
    capture(model, input_shape=SHAPE)
    assert (torch.rand(1), random.random(), np.random.rand()) == drawn  # noqa: NPY002, S311
    assert before == (
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        sys.path[:],
    )
    assert all(module.training for module in model.modules())
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())
    assert not [name for name in sys.modules if name.startswith("archatlas_given")]


def test_a_function_gets_its_arguments_and_seeded_weights() -> None:
    """As a factory of the settings would; its name becomes the title unless there is one."""

    def wide(width: int = 4) -> torch.nn.Module:
        return torch.nn.Sequential(torch.nn.Conv2d(3, width, 3), torch.nn.ReLU())

    found = capture(wide, kwargs={"width": 6}, input_shape=SHAPE)
    named = capture(wide, input_shape=SHAPE, title="Narrow")
    assert (found.spec.title, found.spec.slug) == ("wide", "wide")
    assert found.published.totals.params == 6 * (27 + 1)
    assert (named.spec.title, named.published.totals.params) == ("Narrow", 4 * (27 + 1))
    assert found.record.provenance is not None
    assert found.record.provenance.weights_are_random


@pytest.mark.parametrize(
    "inputs",
    [
        (torch.ones(1, 4), torch.ones(1, 2)),
        {"right": torch.ones(1, 2), "left": torch.ones(1, 4)},
        lambda: (torch.ones(1, 4), torch.ones(1, 2)),
    ],
    ids=["by position", "by name", "a function"],
)
def test_inputs_may_be_anything_that_the_model_takes(inputs: object) -> None:
    """Tensors in order, by name, or a function that makes them."""
    found = capture(Pair(), inputs=inputs)
    assert found.published.totals.macs == 4 * 3 + 2 * 3


def test_a_name_is_captured_in_a_process_of_its_own(tmp_path: Path) -> None:
    """From a script without any guard, which is not run a second time."""
    (tmp_path / "nets.py").write_text(
        "import os\nfrom torch import nn\n\n"
        "def make():\n    print('noise')\n    return nn.Conv2d(3, 2, 3)\n\n"
        "class Exits(nn.Module):\n    def forward(self, x):\n        os._exit(3)\n",
        encoding="utf-8",
    )
    (tmp_path / "script.py").write_text(
        "print('once')\n"
        "from generator import capture\n"
        "from generator.errors import CaptureError\n"
        "found = capture('./nets.py:make', input_shape=(3, 8, 8))\n"
        "print(found.is_isolated, found.published.totals.params)\n"
        "try:\n    capture('./nets.py:Exits', input_shape=(3, 8, 8))\n"
        "except CaptureError as error:\n    print('caught', error)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "script.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines.count("once") == 1
    assert "True 56" in lines
    assert lines[-1].startswith("caught exits: forward: ")


def test_what_fails_is_said_in_one_line() -> None:
    """With the step, the error and its message."""
    with pytest.raises(CaptureError, match=r"^crash: forward: ValueError: no \(1, 3, 17, 17\)"):
        capture(Crash(), input_shape=SHAPE)


def test_what_cannot_be_copied_is_not_touched() -> None:
    """A generator, a lock, a handle: the message says what else could be given."""
    model = Plain()
    model.handle = (n for n in range(3))  # type: ignore[assignment]
    with pytest.raises(CaptureError, match=r"Plain: cannot be copied .* give a function"):
        capture(model, input_shape=SHAPE)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"model": "resnet1888"}, "unknown model 'resnet1888'"),
        ({"model": 3}, "int is no model"),
        ({"model": ResidualNet, "images": ["none.png"]}, "none.png"),
        ({"model": Plain(), "kwargs": {"width": 3}}, "Plain is made already"),
        ({"model": ResidualNet, "device": "tpu"}, "device"),
        ({"model": ResidualNet, "seed": -1}, "seed"),
        ({"model": "lenet5", "inputs": torch.ones(1, 2)}, "process of its own"),
        ({"model": Pair, "inputs": torch.ones(1), "input_shape": SHAPE}, "leave one out"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_runs(wishes: dict[str, object], said: str) -> None:
    """What, where, what next."""
    with pytest.raises(RequestError, match=said):
        capture(**wishes)  # type: ignore[arg-type]


def test_it_shows_itself(plain: Captured) -> None:
    """In a line, as Markdown, and as HTML that asks nobody for anything."""
    html = plain._repr_html_()
    assert repr(plain).startswith("<Captured Plain: ")
    assert plain.to_markdown().startswith("### Facts")
    assert "<script" not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "data:image/svg+xml;base64," in html
    assert "captured in this process" in html


def test_names_are_only_text() -> None:
    """A title cannot bring markup into a notebook."""
    html = capture(Plain(), input_shape=SHAPE, title="<b>Bold & Co</b>").to_html()
    assert "<b>Bold" not in html
    assert "&lt;b&gt;Bold &amp; Co" in html


def test_another_language_is_asked_for_by_its_code(plain: Captured) -> None:
    """English and Chinese are there."""
    assert "参数" in plain.to_html("zh")
    with pytest.raises(RequestError, match="'en' or 'zh'"):
        plain.to_html("tlh")


def test_what_is_saved_can_be_opened(plain: Captured, tmp_path: Path) -> None:
    """The same numbers and files; several live in one folder, each under its slug."""
    plain.save(tmp_path / "kept")
    again = Captured.open(tmp_path / "kept")
    assert again.record == plain.record
    assert {a.file for a in again.record.artifacts} == {
        p.relative_to(again.folder).as_posix() for p in again.folder.rglob("*") if p.is_file()
    } - {"record.json"}
    capture(ResidualNet(), input_shape=SHAPE).save(tmp_path / "kept")
    with pytest.raises(RequestError, match="name one of plain, residualnet"):
        Captured.open(tmp_path / "kept")
    assert Captured.open(tmp_path / "kept", "residualnet").spec.title == "ResidualNet"
    with pytest.raises(RequestError, match="no capture is kept there"):
        Captured.open(tmp_path / "elsewhere")
