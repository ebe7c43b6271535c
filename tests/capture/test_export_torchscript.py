"""TorchScript files, loaded back and run beside the net."""

import zipfile
from pathlib import Path

import pytest
import torch
from exports import answer, asked, made, refused, strangers, subject
from toys import TRACED

from generator.capture.export.agreement import disagreement
from generator.capture.export.request import Kind
from generator.capture.export.torchscript import WEIGHTS_NOTE

NETS = '''
"""Nets that TorchScript likes less."""
import torch
from torch import nn


class Undecided(nn.Module):
    """Decides, in words that only Python understands."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        maps = self.convolve(pictures)
        chosen = {True: lambda: maps.mean((2, 3)), False: lambda: maps.amax((2, 3)) * 0}
        return chosen[float(maps.abs().sum()) > 0]()


class Single(nn.Module):
    """Holds its batch to be one."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        return self.convolve(pictures).mean((2, 3)).view(1, 2)


class Several(nn.Module):
    """Returns a dict of tensors."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        maps = self.convolve(pictures)
        return {"mean": maps.mean((2, 3)), "most": maps.amax((2, 3))}


class Restless(nn.Module):
    """Answers otherwise each time."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        return self.convolve(pictures).mean((2, 3)) + torch.rand(2)
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write the nets into a project with an empty folder."""
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", TRACED)
def test_a_loaded_file_answers_like_the_net(tmp_path: Path, name: str) -> None:
    """On inputs that no export ever saw."""
    request = asked(Kind.TORCHSCRIPT, name, tmp_path)
    made(request)
    loaded = torch.jit.load(tmp_path / f"{name.lower()}.pt")
    unseen = torch.randn(2, 3, 17, 17)
    assert disagreement(loaded(unseen), answer(request, unseen)) is None


def test_a_decision_on_values_stays_a_decision(tmp_path: Path) -> None:
    """A trace would follow one way for ever, so the net is compiled."""
    request = asked(Kind.TORCHSCRIPT, "Refuses", tmp_path)
    notes = made(request)
    assert "its forward decides: compiled by torch.jit.script" in notes
    loaded = torch.jit.load(tmp_path / "refuses.pt")
    for pictures in (torch.ones(1, 3, 17, 17) * 9, -torch.ones(1, 3, 17, 17) * 9):
        assert torch.allclose(loaded(pictures), answer(request, pictures))


def test_a_frozen_decision_is_admitted(project: Path) -> None:
    """Where nothing else works, the trace is kept and the notes say what it is worth."""
    request = asked(Kind.TORCHSCRIPT, "Undecided", project / "out", (3, 9, 9), project / "nets.py")
    assert "traced: decisions in its forward stay as they were for the first picture" in made(
        request
    )


def test_a_batch_of_one_is_admitted(project: Path) -> None:
    """The net itself takes no other."""
    request = asked(Kind.TORCHSCRIPT, "Single", project / "out", (3, 9, 9), project / "nets.py")
    assert made(request)[-1].endswith("only a batch of 1 works")


@pytest.mark.parametrize(
    ("name", "inputs"), [("Pair", "pair"), ("Tokens", "tokens")], ids=["two", "whole numbers"]
)
def test_a_net_is_traced_with_inputs_of_its_own(name: str, inputs: str, tmp_path: Path) -> None:
    """And compared on them."""
    request = strangers(Kind.TORCHSCRIPT, name, inputs, tmp_path)
    assert made(request)[-1] == "loaded back: same outputs as the model, its own inputs"
    loaded, shown = torch.jit.load(tmp_path / f"{name.lower()}.pt"), subject(request)
    assert disagreement(shown.first.run(loaded), shown.first.run(shown.built.module)) is None


def test_several_outputs_are_all_compared(project: Path) -> None:
    """A dict stays a dict."""
    request = asked(Kind.TORCHSCRIPT, "Several", project / "out", (3, 9, 9), project / "nets.py")
    made(request)
    loaded = torch.jit.load(project / "out/several.pt")
    assert set(loaded(torch.rand(1, 3, 9, 9))) == {"mean", "most"}


def test_a_file_that_answers_otherwise_is_refused(project: Path) -> None:
    """Nobody gets a file whose outputs could not be confirmed."""
    request = asked(Kind.TORCHSCRIPT, "Restless", project / "out", (3, 9, 9), project / "nets.py")
    assert "loaded back, its outputs differ" in refused(request)


def test_a_file_names_no_folder_of_this_machine(tmp_path: Path) -> None:
    """Torch would note the line of source that made each operation."""
    made(asked(Kind.TORCHSCRIPT, "ResidualNet", tmp_path))
    with zipfile.ZipFile(tmp_path / "residualnet.pt") as file:
        contents = b"".join(file.read(entry) for entry in file.namelist())
    assert str(Path(torch.__file__).parents[1]).encode() not in contents
    assert str(Path(__file__).parents[1]).encode() not in contents


def test_a_file_says_which_weights_it_holds(tmp_path: Path) -> None:
    """It travels on its own."""
    made(asked(Kind.TORCHSCRIPT, "Plain", tmp_path))
    notes = {WEIGHTS_NOTE: ""}
    torch.jit.load(tmp_path / "plain.pt", _extra_files=notes)
    assert notes[WEIGHTS_NOTE] == b"random (seed 0)"
