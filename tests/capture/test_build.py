"""How a model comes to life: which code builds it, and which of several weights it gets."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from generator.capture.build import Weights, build
from generator.config import WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Origin

NETS = '''
"""A user's nets."""
import random
import numpy
import torch
from torch import nn
from pieces import WIDTH

number = 3
instance = nn.Linear(2, 2)


class Net(nn.Module):
    def __init__(self, width=WIDTH):
        super().__init__()
        self.layer = nn.Linear(width, 2)
        self.drawn = (random.random(), numpy.random.rand(), float(torch.rand(1)))

    def forward(self, inputs):
        return self.layer(inputs)


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.LazyConv2d(2, 3), nn.LazyBatchNorm2d(), nn.Flatten(),
                                 nn.LazyLinear(4))

    def forward(self, inputs):
        return self.net(inputs)


class Linear(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(64, 10))


def no_net():
    return "a string"


def needs_more(width):
    return Net(width)


def hollow():
    return Net().to("meta")
'''


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """Write a project with nets of its own, and forget afterwards what they imported."""
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "pieces.py").write_text("WIDTH = 3\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "inner.py").write_text("from nets import Net\n")
    modules, paths = dict(sys.modules), list(sys.path)
    for name in ("nets", "pieces", "package"):  # other tests import files of these names, too
        sys.modules.pop(name, None)
    yield tmp_path
    sys.path[:] = paths
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]
    sys.modules.update(modules)


def spec(factory: str, **facts: object) -> ModelSpec:
    """Describe a model of the user's own."""
    return ModelSpec.model_validate(
        {
            "slug": "own",
            "title": "Own",
            "family": "Own",
            "origin": Origin.USER,
            "factory": factory,
            "input_shape": (3, 8, 8),
            **facts,
        }
    )


def saved(project: Path, name: str) -> Path:
    """Save weights for Net that no seed draws."""
    torch.save({"layer.weight": torch.ones(2, 3), "layer.bias": torch.zeros(2)}, project / name)
    return project / name


def test_own_weights_are_loaded(project: Path) -> None:
    """A state dict beside the project, named by its file even if that begins with 'random'."""
    path = saved(project, "random_start.pth")

    built = build(
        spec("./nets.py:Net", weights="random_start.pth"), WeightsPolicy.CACHED, 0, project
    )

    assert torch.equal(built.module.state_dict()["layer.weight"], torch.ones(2, 3))
    assert built.weights == Weights(
        "random_start.pth", sha256=hashlib.sha256(path.read_bytes()).hexdigest(), checkpoint=path
    )


@pytest.mark.parametrize("name", ["gone.pth", "package"])
def test_a_missing_weights_file_is_named(name: str, project: Path) -> None:
    """Random weights in its place would be a lie; a folder is no file either."""
    with pytest.raises(
        CaptureError, match=rf"own: no weights file {name}; put it there, correct 'weights'"
    ):
        build(spec("./nets.py:Net", weights=name), WeightsPolicy.CACHED, 0, project)


def test_weights_that_do_not_fit_name_model_and_file(project: Path) -> None:
    """Who has ten models learns which of them, and which of its files."""
    saved(project, "other.pth")

    with pytest.raises(CaptureError, match=r"own: other\.pth does not fit: other shapes: layer\.w"):
        build(
            spec("./nets.py:Net", kwargs={"width": 5}, weights="other.pth"),
            WeightsPolicy.CACHED,
            0,
            project,
        )


def test_random_wins_over_own_weights(project: Path) -> None:
    """The policy holds for every model; a file it does not read is no dependency."""
    built = build(spec("./nets.py:Net", weights="gone.pth"), WeightsPolicy.RANDOM, 3, project)

    assert built.weights == Weights("random (seed 3)", are_random=True)


@pytest.mark.parametrize("policy", [WeightsPolicy.CACHED, WeightsPolicy.DOWNLOAD])
def test_a_net_with_a_recipe_is_trained(policy: WeightsPolicy, project: Path) -> None:
    """It needs no network, so both policies train; the page says where its weights come from."""
    built = build(
        spec("./nets.py:Linear", input_shape=(1, 8, 8), training="digits"), policy, 4, project
    )

    assert built.weights.said == "trained here on scikit-learn's digits (seed 4)"
    assert not built.weights.are_random
    assert built.weights.training is not None
    assert built.weights.training.held_out_accuracy > 0.8
    (path,) = (project / ".archatlas" / "trained").iterdir()
    assert built.weights.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_random_weights_are_not_trained(project: Path) -> None:
    """Who asks for random weights gets them, at once."""
    built = build(
        spec("./nets.py:Linear", input_shape=(1, 8, 8), training="digits"),
        WeightsPolicy.RANDOM,
        0,
        project,
    )

    assert built.weights == Weights("random (seed 0)", are_random=True)
    assert not (project / ".archatlas").exists()


def test_own_weights_win_over_training(project: Path) -> None:
    """A file was asked for by name."""
    saved(project, "mine.pth")

    built = build(
        spec("./nets.py:Net", weights="mine.pth", training="digits"),
        WeightsPolicy.CACHED,
        0,
        project,
    )

    assert (built.weights.said, built.weights.training) == ("mine.pth", None)


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        ("./nets.py:gone", r"own: \./nets\.py has no 'gone'"),
        ("./nets.py:no_net", r"own: \./nets\.py:no_net gives str, not a torch\.nn\.Module"),
        ("./nets.py:hollow", "on the device 'meta', without values; build it on the CPU"),
        ("./nets.py:number", r"own: \./nets\.py:number gives int, not a torch\.nn\.Module"),
    ],
)
def test_a_factory_that_makes_no_net_is_named(factory: str, said: str, project: Path) -> None:
    """What, where, and what was expected instead."""
    with pytest.raises(CaptureError, match=said):
        build(spec(factory), WeightsPolicy.RANDOM, 0, project)


@pytest.mark.parametrize(
    ("factory", "error"),
    [("./nets.py:needs_more", TypeError), ("missing.package:Net", ModuleNotFoundError)],
)
def test_errors_of_pythons_own_are_left_as_they_are(
    factory: str, error: type[Exception], project: Path
) -> None:
    """They say best what is wrong; the capture records them."""
    with pytest.raises(error):
        build(spec(factory), WeightsPolicy.RANDOM, 0, project)


@pytest.mark.parametrize("factory", ["./nets.py:Net", "nets:Net", "package.inner:Net"])
def test_own_nets_are_found_by_file_and_by_package(factory: str, project: Path) -> None:
    """What lies beside a net's file can be imported by it, wherever archatlas was started."""
    built = build(spec(factory, kwargs={"width": 5}), WeightsPolicy.RANDOM, 0, project)

    assert built.module.state_dict()["layer.weight"].shape == (2, 5)
    assert not built.module.training


def test_a_file_named_like_a_library_does_not_replace_it(project: Path) -> None:
    """Own nets in json.py are no reason for json to break."""
    import json  # noqa: PLC0415

    (project / "json.py").write_text(NETS)

    built = build(spec("./json.py:Net"), WeightsPolicy.RANDOM, 0, project)

    assert type(built.module).__name__ == "Net"
    assert sys.modules["json"] is json


def test_a_net_that_exists_already_is_taken_as_it_is(project: Path) -> None:
    """A module-level instance is a factory of itself."""
    built = build(spec("./nets.py:instance"), WeightsPolicy.RANDOM, 0, project)

    assert isinstance(built.module, nn.Linear)


def test_one_seed_gives_one_net(project: Path) -> None:
    """Python's, numpy's and torch's random numbers all repeat."""
    first, again, other = (
        build(spec("./nets.py:Net"), WeightsPolicy.RANDOM, seed, project).module
        for seed in (5, 5, 6)
    )

    assert first.drawn == again.drawn
    assert torch.equal(first.layer.weight, again.layer.weight)
    assert not np.isclose(first.drawn, other.drawn).any()


def test_lazy_layers_learn_their_sizes_first(project: Path) -> None:
    """Parameters that only an input decides exist before anybody counts them."""
    built = build(spec("./nets.py:Lazy"), WeightsPolicy.RANDOM, 0, project)

    shapes = [tuple(parameter.shape) for parameter in built.module.parameters()]
    assert shapes == [(2, 3, 3, 3), (2,), (2,), (2,), (4, 72), (4,)]


def test_what_the_author_froze_stays_frozen(project: Path) -> None:
    """Counting trainable parameters is not ours to decide."""
    (project / "frozen.py").write_text(NETS + "\ninstance.requires_grad_(False)\n")

    built = build(spec("./frozen.py:instance"), WeightsPolicy.RANDOM, 0, project)

    assert not any(parameter.requires_grad for parameter in built.module.parameters())


@pytest.mark.slow
@pytest.mark.parametrize(("weights", "side"), [(None, 224), ("IMAGENET1K_SWAG_E2E_V1", 384)])
def test_a_vision_transformer_fits_the_pictures_of_its_weights(
    weights: str | None, side: int, tmp_path: Path
) -> None:
    """Its position codes are made for the crop that the weights were evaluated with."""
    spec = ModelSpec(
        slug="vit",
        title="ViT",
        family="Transformers",
        origin=Origin.TORCHVISION,
        factory="torchvision:vit_b_32" if weights is None else "torchvision:vit_b_16",
        weights=weights or "IMAGENET1K_V1",
    )
    built = build(spec, WeightsPolicy.RANDOM, 0, tmp_path)
    assert built.input_shape == (3, side, side)
    with torch.no_grad():
        assert built.module(torch.zeros(1, 3, side, side)).shape == (1, 1000)
