"""Event files, read back by TensorBoard's own reader."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from exports import asked, made, subject
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from toys import RUNNING

from generator.capture.export.request import Kind

NETS = '''
"""Nets with unusual parameters."""
import torch
from torch import nn

from toys import Plain


class Odd(Plain):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.broken = nn.Parameter(torch.full((3,), torch.nan))
        self.partly = nn.Parameter(torch.tensor([1.0, 3.0, torch.inf]))
        self.empty = nn.Parameter(torch.zeros(0, 4))
        self.flat = nn.Parameter(torch.full((5,), 0.25))


class Vector(nn.Module):
    def __init__(self):
        super().__init__()
        self.line = nn.Linear(7, 2)

    def forward(self, values):
        return self.line(values)
'''


def read(folder: Path, slug: str) -> EventAccumulator:
    """Load every event, as TensorBoard does."""
    reader = EventAccumulator(
        str(folder / f"events.out.tfevents.{slug}"), {"images": 0, "histograms": 0}
    )
    return reader.Reload()


def image(reader: EventAccumulator, tag: str) -> Image.Image:
    """Decode the one picture under a tag."""
    (event,) = reader.Images(tag)
    picture = Image.open(io.BytesIO(event.encoded_image_string))
    assert picture.size == (event.width, event.height)
    return picture


@pytest.mark.parametrize("name", RUNNING)
def test_every_parameter_has_a_histogram_of_all_its_values(tmp_path: Path, name: str) -> None:
    """Counts, limits and sums are those of the tensor itself."""
    request = asked(Kind.TENSORBOARD, name, tmp_path)
    made(request)
    reader = read(tmp_path, request.spec.slug)
    parameters = dict(subject(request).built.module.named_parameters())
    assert set(reader.Tags()["histograms"]) == {name.replace(".", "/") for name in parameters}
    for parameter_name, parameter in parameters.items():
        values = parameter.detach().double()
        (event,) = reader.Histograms(parameter_name.replace(".", "/"))
        shown = event.histogram_value
        assert shown.num == sum(shown.bucket) == values.numel()
        assert (shown.min, shown.max) == (values.min(), values.max())
        assert shown.sum == pytest.approx(float(values.sum()), abs=1e-4)
        assert shown.sum_squares == pytest.approx(float((values**2).sum()), rel=1e-4)
        assert len(shown.bucket_limit) == len(shown.bucket)


def test_buckets_hold_the_values_between_their_limits(tmp_path: Path) -> None:
    """Counted anew by numpy, limit by limit."""
    request = asked(Kind.TENSORBOARD, "Plain", tmp_path)
    made(request)
    (event,) = read(tmp_path, "plain").Histograms("features/4/weight")
    shown = event.histogram_value
    weight = subject(request).built.module.features[4].weight.detach().double().numpy()
    counts, _ = np.histogram(weight, bins=shown.bucket_limit)
    assert shown.bucket[1:] == counts.tolist()


@pytest.mark.parametrize("name", RUNNING)
def test_the_graph_is_whole(tmp_path: Path, name: str) -> None:
    """Names are unique, every edge begins at a node, and parameters that are read are nodes."""
    request = asked(Kind.TENSORBOARD, name, tmp_path)
    made(request)
    nodes = read(tmp_path, request.spec.slug).Graph().node
    names = [node.name for node in nodes]
    assert len(set(names)) == len(names) > 1
    assert {source for node in nodes for source in node.input} <= set(names)
    shown = {node.name for node in nodes if node.op == "parameter"}
    assert shown == {source for node in nodes for source in node.input} & shown
    assert len(shown) > 0


def test_operations_are_boxed_by_module(tmp_path: Path) -> None:
    """Scopes are module paths, and shapes are those of one picture."""
    made(asked(Kind.TENSORBOARD, "ResidualNet", tmp_path))
    nodes = read(tmp_path, "residualnet").Graph().node
    (first,) = [node for node in nodes if node.name.startswith("blocks/2/project/conv2d")]
    assert list(first.input)[1:] == ["blocks/2/project/weight", "blocks/2/project/bias"]
    sizes = [dim.size for dim in first.attr["_output_shapes"].list.shape[0].dim]
    assert sizes == [1, 4, 9, 9]
    assert first.attr["stride"].s == b"(2, 2)"


def test_pictures_show_what_the_net_sees_and_does(tmp_path: Path) -> None:
    """Inputs are exact; each picture has its grids in order; the first kernels are there."""
    request = asked(Kind.TENSORBOARD, "Plain", tmp_path)
    made(request)
    reader = read(tmp_path, "plain")
    tags = reader.Tags()["images"]
    pictures = subject(request).pictures
    assert len(pictures) == 3
    for name, picture in pictures.items():
        assert image(reader, f"inputs/{name}").tobytes() == picture.tobytes()
        grids = [tag for tag in tags if tag.startswith(f"features_{name}/")]
        assert [tag.rpartition("/")[2][:4] for tag in grids] == ["001_", "002_"]
        assert grids[-1].endswith("_features")
    assert image(reader, "kernels/features.0.weight").width > 4 * 3


def test_a_feature_grid_is_the_output_of_its_module(tmp_path: Path) -> None:
    """The first tile is the strongest channel, from its least to its greatest value."""
    request = asked(Kind.TENSORBOARD, "ResidualNet", tmp_path)
    made(request)
    built = subject(request)
    (tag,) = [
        tag
        for tag in read(tmp_path, "residualnet").Tags()["images"]
        if tag.startswith("features_cat/") and tag.endswith("_blocks")
    ]
    grid = np.asarray(image(read(tmp_path, "residualnet"), tag).getchannel(0))
    with torch.no_grad():
        module = built.built.module
        maps = module.blocks(module.stem(built.first.tensors[0]))[0]  # (4, 9, 9)
    strongest = maps[(maps**2).sum((1, 2)).argmax()]
    scaled = (strongest - strongest.min()) / (strongest.max() - strongest.min()) * 255
    assert np.abs(grid[:9, :9] - scaled.numpy()).max() <= 1


def test_a_net_that_cannot_be_traced_shows_its_modules_in_a_chain(tmp_path: Path) -> None:
    """The graph says less, the notes say why, and all else is there."""
    notes = made(asked(Kind.TENSORBOARD, "Refuses", tmp_path))
    assert [note for note in notes if "torch.export refused" in note]
    reader = read(tmp_path, "refuses")
    operations = [node.op for node in reader.Graph().node]
    assert operations == ["parameter", "parameter", "input", "Conv2d"]
    assert [tag for tag in reader.Tags()["images"] if tag.startswith("features_cat/")]


def test_unusual_parameters_are_shown_or_named(tmp_path: Path) -> None:
    """One value, equal values, some infinite: shown. None finite, or none at all: said."""
    (tmp_path / "odd.py").write_text(NETS)
    request = asked(Kind.TENSORBOARD, "Odd", tmp_path, source=tmp_path / "odd.py")
    notes = made(request)
    (said,) = [note for note in notes if "no histogram" in note]
    assert said.endswith(": broken, empty")
    reader = read(tmp_path, "odd")
    numbers = {
        name: reader.Histograms(name)[0].histogram_value for name in ("scale", "flat", "partly")
    }
    assert {name: shown.num for name, shown in numbers.items()} == {
        "scale": 1,
        "flat": 5,
        "partly": 2,
    }
    assert (numbers["partly"].min, numbers["partly"].max) == (1, 3)


def test_a_net_without_pictures_has_its_graph_and_histograms(tmp_path: Path) -> None:
    """Seven numbers are no picture."""
    (tmp_path / "odd.py").write_text(NETS)
    made(asked(Kind.TENSORBOARD, "Vector", tmp_path, (7,), tmp_path / "odd.py"))
    tags = read(tmp_path, "vector").Tags()
    assert tags["images"] == []
    assert tags["histograms"] == ["line/weight", "line/bias"]
    assert tags["graph"]


def test_the_file_says_which_weights_it_shows(tmp_path: Path) -> None:
    """Random ones are never taken for trained ones."""
    notes = made(asked(Kind.TENSORBOARD, "Plain", tmp_path))
    assert notes[0] == "weights: random (seed 0)"
    (event,) = read(tmp_path, "plain").Tensors("weights/text_summary")
    assert event.tensor_proto.string_val == [b"random (seed 0)"]
