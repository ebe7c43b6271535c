"""ONNX files that run: at which sizes, with which weights, with the outputs of the net."""

import importlib.util
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch
from exports import TOYS, answer, asked, made, refused, strangers, subject
from toys import TRACED

from generator.capture.export import onnx as exporting
from generator.capture.export.agreement import disagreement
from generator.capture.export.request import ExportRequest, Kind
from generator.config import WeightsPolicy
from generator.zoo.families import zoo_entries

NETS = '''
"""Nets that hold some sizes to be fixed."""
import torch
from torch import nn
from torch.nn import functional as F


class Flattens(nn.Module):
    """A linear layer sees all positions: height and width cannot change."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)
        self.classify = nn.Linear(2 * 7 * 7, 4)

    def forward(self, pictures):
        return self.classify(self.convolve(pictures).flatten(1))


class Pools(nn.Module):
    """Pooling to 3×3 from any size, which ONNX has no word for."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)
        self.classify = nn.Linear(2 * 3 * 3, 4)

    def forward(self, pictures):
        return self.classify(F.adaptive_avg_pool2d(self.convolve(pictures), 3).flatten(1))


class Single(nn.Module):
    """One picture of one size, and nothing else."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        return self.convolve(pictures).view(1, 2 * 7 * 7)


class Lonely(nn.Module):
    """One picture, of any size."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures):
        return self.convolve(pictures).mean((2, 3)).view(1, 2)


class Vector(nn.Module):
    """No picture at all."""

    def __init__(self):
        super().__init__()
        self.line = nn.Linear(7, 2)

    def forward(self, values):
        return self.line(values)


class Nothing(nn.Module):
    """Returns no tensor."""

    def forward(self, pictures):
        return "nothing"
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write the nets into a project with an empty folder."""
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "out").mkdir()
    return tmp_path


def own(project: Path, name: str, shape: tuple[int, ...] = (3, 9, 9)) -> ExportRequest:
    """Ask for a net of the project."""
    return asked(Kind.ONNX, name, project / "out", shape, project / "nets.py")


def run(path: Path, pictures: torch.Tensor) -> torch.Tensor:
    """Run a file on any input."""
    session = onnxruntime.InferenceSession(path)
    (output,) = session.run(None, {session.get_inputs()[0].name: pictures.numpy()})
    return torch.from_numpy(output)


def sizes(path: Path) -> list[object]:
    """Return what the file says of its input's sizes."""
    shape: list[object] = onnxruntime.InferenceSession(path).get_inputs()[0].shape
    return shape


@pytest.mark.parametrize("name", [name for name in TRACED if name not in {"Shared", "Unusual"}])
def test_toys_run_at_any_size(tmp_path: Path, name: str) -> None:
    """Batch, height and width are free, and outputs are the net's at two more sizes."""
    request = asked(Kind.ONNX, name, tmp_path)
    notes = made(request)
    path = tmp_path / f"{name.lower()}.onnx"
    assert "dynamic: batch, height, width" in notes
    assert sizes(path) == ["batch", 3, "height", "width"]
    for shape in ((1, 3, 17, 17), (3, 3, 23, 40)):
        unseen = torch.randn(shape)
        assert disagreement(run(path, unseen), answer(request, unseen)) is None


@pytest.mark.parametrize(
    ("name", "shape", "free", "fixed"),
    [
        ("Flattens", (3, 9, 9), "batch", "height 9, width 9"),
        ("Pools", (3, 9, 9), "batch", "height 9, width 9"),
        ("Single", (3, 9, 9), "nothing", "batch 1, height 9, width 9"),
        ("Lonely", (3, 9, 9), "height, width", "batch 1"),
        ("Vector", (7,), "batch", ""),
    ],
)
def test_sizes_that_cannot_change_are_fixed_and_named(
    project: Path, name: str, shape: tuple[int, ...], free: str, fixed: str
) -> None:
    """As many as possible stay free; the file runs, and the notes tell which are which."""
    request = own(project, name, shape)
    notes = made(request)
    assert f"dynamic: {free}" in notes
    assert [note for note in notes if note.startswith("fixed:")] == (
        [f"fixed: {fixed}"] if fixed else []
    )
    count = 5 if "batch" in free else 1
    unseen = torch.randn(count, *shape)
    path = project / f"out/{name.lower()}.onnx"
    assert disagreement(run(path, unseen), answer(request, unseen)) is None


@pytest.mark.parametrize(
    ("name", "inputs", "fixed"),
    [
        ("Pair", "pair", "1×3×9×9 and 1×5"),
        ("Pair", "named_pair", "1×5 and 1×3×9×9"),
        ("Tokens", "tokens", "1×7"),
    ],
)
def test_a_net_is_exported_for_inputs_of_its_own(
    name: str, inputs: str, fixed: str, tmp_path: Path
) -> None:
    """Sizes stay what they are: which of them could change, only its owner knows."""
    notes = made(strangers(Kind.ONNX, name, inputs, tmp_path))
    assert notes[1:] == (
        "dynamic: nothing",
        f"fixed: {fixed}",
        f"onnxruntime gives the model's outputs at {fixed}",
    )


def test_a_translation_that_holds_at_one_size_only_is_found_out(project: Path) -> None:
    """Pooling to a fixed grid translates as if the size never changed; a run elsewhere shows it."""
    notes = made(own(project, "Pools"))
    failed = "with batch, height, width dynamic it failed: "
    assert [note for note in notes if note.startswith(failed)]
    assert [note for note in notes if note.endswith("outputs at 1×3×9×9, 2×3×9×9")]


def test_weights_are_inside_and_named(tmp_path: Path) -> None:
    """One file holds every parameter, and says where they come from."""
    request = asked(Kind.ONNX, "ResidualNet", tmp_path)
    made(request)
    assert [path.name for path in tmp_path.iterdir()] == ["residualnet.onnx"]
    model = onnx.load(tmp_path / "residualnet.onnx")
    held = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for name, parameter in subject(request).built.module.named_parameters():
        assert (held[name] == parameter.detach().numpy()).all()
    assert {p.key: p.value for p in model.metadata_props} == {"weights": "random (seed 0)"}
    assert str(TOYS).encode() not in (tmp_path / "residualnet.onnx").read_bytes()


def test_the_same_export_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the hour or the process gets in."""
    files = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        made(asked(Kind.ONNX, "Branches", tmp_path / name))
        files.append((tmp_path / name / "branches.onnx").read_bytes())
    assert files[0] == files[1]


def test_weights_beyond_two_gigabytes_lie_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protocol buffers end there; runtimes find the second file by its name."""
    monkeypatch.setattr(exporting, "_MOST_INLINE_BYTES", 100)
    request = asked(Kind.ONNX, "Plain", tmp_path)
    made(request)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain.onnx", "plain.onnx.data"]
    unseen = torch.randn(2, 3, 20, 20)
    assert disagreement(run(tmp_path / "plain.onnx", unseen), answer(request, unseen)) is None


def test_without_onnxruntime_the_notes_say_that_nothing_was_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not needed to export, only to know."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else found(name)
    )
    notes = made(asked(Kind.ONNX, "Plain", tmp_path))
    assert [note for note in notes if note.startswith("not run: onnxruntime is not installed")]


def test_what_cannot_be_traced_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """The reason is torch's own."""
    assert "data-dependent" in refused(asked(Kind.ONNX, "Refuses", tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_net_that_returns_no_tensor_is_refused(project: Path) -> None:
    """There is nothing to compare."""
    assert "returns str, which holds no tensor" in refused(own(project, "Nothing"))


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["resnet18", "googlenet"])
def test_real_nets_run_at_two_sizes(tmp_path: Path, slug: str) -> None:
    """Whole pictures and wide ones, one and several, with the outputs of torch."""
    (spec,) = (entry for entry in zoo_entries() if entry.slug == slug)
    request = ExportRequest(Kind.ONNX, spec, (), WeightsPolicy.RANDOM, 0, tmp_path, tmp_path)
    notes = made(request)
    path = tmp_path / f"{slug}.onnx"
    assert "dynamic: batch, height, width" in notes
    assert sizes(path) == ["batch", 3, "height", "width"]
    for shape in ((1, 3, 224, 224), (2, 3, 160, 250)):
        unseen = torch.randn(shape)
        assert disagreement(run(path, unseen), answer(request, unseen)) is None


@pytest.mark.slow
def test_a_trained_net_is_exported_with_what_it_learned(tmp_path: Path) -> None:
    """The file recognises the digits that the pages show, as the trained net does."""
    (spec,) = (entry for entry in zoo_entries() if entry.slug == "lenet_relu")
    request = ExportRequest(Kind.ONNX, spec, (), WeightsPolicy.CACHED, 0, tmp_path, tmp_path / "o")
    request.folder.mkdir()
    notes = made(request)
    assert notes[0].startswith("weights: trained here")
    shown = subject(request)
    found = run(request.folder / "lenet_relu.onnx", shown.batch).argmax(1).tolist()
    digits = {"three": 3, "five": 5, "eight": 8}
    assert found == [digits[name] for name in shown.pictures]
