"""How a model comes to life: which code, which weights, and what is said when it does not."""

import hashlib
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torchvision
from torch import Tensor, nn
from torchvision.models import ShuffleNet_V2_X0_5_Weights

from generator.capture.build import build
from generator.config import WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Origin

SMALL = "shufflenet_v2_x0_5"

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


def no_net():
    return "a string"
'''


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """Write a project with nets of its own, and forget afterwards what they imported."""
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "pieces.py").write_text("WIDTH = 3\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "inner.py").write_text("from nets import Net\n")
    modules, paths = dict(sys.modules), list(sys.path)
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


def small(**facts: object) -> ModelSpec:
    """Describe torchvision's smallest classifier."""
    return spec(f"torchvision:{SMALL}", **{"input_shape": None, **facts})


class Published(SimpleNamespace):
    """Stands in for torchvision's entry: the real one's facts, another address."""

    def get_state_dict(self, **options: object) -> dict[str, Tensor]:
        """Load as torchvision's entries do."""
        return torchvision.models._api.load_state_dict_from_url(self.url, **options)

    def __str__(self) -> str:
        return "ShuffleNet_V2_X0_5_Weights.IMAGENET1K_V1"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a checkpoint made here where torch.hub looks for torchvision's, and return its path."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    torch.manual_seed(99)
    module = torchvision.models.get_model(SMALL, weights=None)
    made = tmp_path / "made.pth"
    torch.save(module.state_dict(), made)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()[:8]
    path = tmp_path / "torch" / "hub" / "checkpoints" / f"small-{digest}.pth"
    path.parent.mkdir(parents=True)
    made.replace(path)
    real = ShuffleNet_V2_X0_5_Weights.IMAGENET1K_V1
    entry = Published(
        url=f"https://download.invalid/{path.name}",
        meta=real.meta,
        name=real.name,
        transforms=real.transforms,
    )
    entries = SimpleNamespace(__members__={"DEFAULT": entry, real.name: entry})
    monkeypatch.setattr(torchvision.models, "get_model_weights", lambda _name: entries)
    return path


def test_cached_weights_are_loaded_and_labelled(published: Path) -> None:
    """What lies where torch.hub expects it is used, and the record says what it is."""
    built = build(small(), WeightsPolicy.CACHED, 0, Path())

    expected = torch.load(published, weights_only=True)
    assert all(torch.equal(expected[k], now) for k, now in built.module.state_dict().items())
    assert built.weights == "ShuffleNet_V2_X0_5_Weights.IMAGENET1K_V1"
    assert not built.weights_are_random
    assert built.checkpoint == published


def test_facts_of_the_weights_come_with_them(published: Path) -> None:
    """Classes, crop and accuracy are torchvision's own, whether the file is there or not."""
    published.unlink()

    built = build(small(), WeightsPolicy.CACHED, 0, Path())

    assert len(built.labels) == 1000
    assert built.input_shape == (3, 224, 224)
    assert built.reference is not None
    assert (built.reference.weights_tag, built.reference.crop) == ("IMAGENET1K_V1", 224)
    assert built.reference.top1 == 60.552


@pytest.mark.usefixtures("published")
def test_figures_of_another_net_are_not_compared() -> None:
    """A changed class count is another net; another input size has other MACs."""
    ten = build(small(kwargs={"num_classes": 10}), WeightsPolicy.CACHED, 0, Path())
    smaller = build(small(input_shape=(3, 96, 96)), WeightsPolicy.RANDOM, 0, Path())

    assert (ten.reference, ten.weights_are_random) == (None, True)
    assert smaller.reference is not None
    assert (smaller.reference.num_params, smaller.reference.gmacs) == (1366792, None)


def test_missing_weights_mean_random_ones_that_say_so(published: Path) -> None:
    """Nothing is downloaded unasked; the file that would change that is a dependency."""
    published.unlink()

    built = build(small(), WeightsPolicy.CACHED, 7, Path())

    assert (built.weights, built.weights_are_random) == ("random (seed 7)", True)
    assert built.checkpoint == published


def test_random_weights_are_random_even_if_others_are_there(published: Path) -> None:
    """Who asks for random weights does not depend on any file."""
    built = build(small(), WeightsPolicy.RANDOM, 0, Path())

    assert published.is_file()
    assert built.weights_are_random
    assert built.checkpoint is None


@pytest.mark.parametrize("policy", [WeightsPolicy.CACHED, WeightsPolicy.DOWNLOAD])
def test_a_damaged_checkpoint_is_refused_with_advice(
    published: Path, policy: WeightsPolicy
) -> None:
    """Its digest is in its name; half a download is not loaded."""
    published.write_bytes(published.read_bytes()[:-1])

    with pytest.raises(CaptureError, match=r"small-\w+\.pth: .*delete the file and download it"):
        build(small(), policy, 0, Path())


def test_a_checkpoint_with_code_is_never_run(published: Path, tmp_path: Path) -> None:
    """A digest of eight characters can be forged; what the file says is not executed."""
    evil = published.with_name("evil.pth")
    torch.save(Bomb(tmp_path / "exploded"), evil)
    digest = hashlib.sha256(evil.read_bytes()).hexdigest()[:8]
    entry = torchvision.models.get_model_weights(SMALL).__members__["DEFAULT"]
    evil = evil.replace(published.with_name(f"small-{digest}.pth"))
    entry.url = f"https://download.invalid/{evil.name}"

    with pytest.raises(pickle.UnpicklingError):
        build(small(), WeightsPolicy.CACHED, 0, Path())

    assert not (tmp_path / "exploded").exists()


def test_a_checkpoint_of_another_net_is_refused(published: Path) -> None:
    """Missing and surplus keys are named, in the same order every time."""
    state = torch.load(published, weights_only=True)
    state["extra.z"] = state["extra.a"] = state.pop("fc.bias")
    torch.save(state, published)
    digest = hashlib.sha256(published.read_bytes()).hexdigest()[:8]
    entry = torchvision.models.get_model_weights(SMALL).__members__["DEFAULT"]
    entry.url = f"https://download.invalid/small-{digest}.pth"
    published.replace(published.with_name(f"small-{digest}.pth"))

    with pytest.raises(CaptureError, match=r"missing keys \['fc.bias'\], unexpected \['extra.a', "):
        build(small(), WeightsPolicy.CACHED, 0, Path())


def test_a_torchvision_net_takes_weights_of_the_users_own(published: Path, tmp_path: Path) -> None:
    """A path is a path for torchvision's nets too; what torchvision publishes does not apply."""
    (tmp_path / "mine.pth").write_bytes(published.read_bytes())

    built = build(small(weights="mine.pth"), WeightsPolicy.CACHED, 0, tmp_path)

    assert (built.weights, built.weights_are_random) == ("mine.pth", False)
    assert built.reference is None


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_own_weights_are_loaded(project: Path) -> None:
    """A state dict beside the project, named by its file even if that begins with 'random'."""
    state = {"layer.weight": torch.ones(2, 3), "layer.bias": torch.zeros(2)}
    torch.save(state, project / "random_start.pth")

    built = build(
        spec("./nets.py:Net", weights="random_start.pth"), WeightsPolicy.CACHED, 0, project
    )

    assert torch.equal(built.module.state_dict()["layer.weight"], torch.ones(2, 3))
    assert (built.weights, built.weights_are_random) == ("random_start.pth", False)
    assert built.checkpoint == project / "random_start.pth"


def test_own_weights_with_code_are_refused(project: Path) -> None:
    """The message says what to save instead, and never to trust the file."""
    torch.save(Bomb(project / "exploded"), project / "evil.pth")

    with pytest.raises(CaptureError, match=r"own: evil\.pth .*not run; save one with torch\.save"):
        build(spec("./nets.py:Net", weights="evil.pth"), WeightsPolicy.CACHED, 0, project)

    assert not (project / "exploded").exists()


@pytest.mark.parametrize("content", [b"", b"no pickle at all", b"PK\x03\x04 half an archive"])
def test_a_file_that_is_no_checkpoint_is_refused(content: bytes, project: Path) -> None:
    """Whatever torch makes of it, the message names the file."""
    (project / "broken.pth").write_bytes(content)

    with pytest.raises(CaptureError, match=r"own: broken\.pth is no state dict"):
        build(spec("./nets.py:Net", weights="broken.pth"), WeightsPolicy.CACHED, 0, project)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"layer.weight": torch.ones(2, 3)}, r"Missing key.*layer\.bias"),
        ({"layer.weight": torch.ones(9, 9), "layer.bias": torch.ones(2)}, r"size mismatch"),
        ({"model": {}}, r"layer\.weight"),
        (torch.ones(3), r"state_dict"),
    ],
    ids=["missing", "shape", "wrapped", "tensor"],
)
def test_weights_that_do_not_fit_say_why(state: object, said: str, project: Path) -> None:
    """The keys in question are named, and so is the file."""
    torch.save(state, project / "other.pth")

    with pytest.raises(CaptureError, match=rf"(?s)own: other\.pth does not fit: .*{said}"):
        build(spec("./nets.py:Net", weights="other.pth"), WeightsPolicy.CACHED, 0, project)


def test_a_missing_weights_file_is_named(project: Path) -> None:
    """Random weights in its place would be a lie."""
    with pytest.raises(CaptureError, match=r"own: no weights file gone\.pth"):
        build(spec("./nets.py:Net", weights="gone.pth"), WeightsPolicy.CACHED, 0, project)


def test_random_wins_over_own_weights(project: Path) -> None:
    """The policy holds for every model; a file it does not read is no dependency."""
    built = build(spec("./nets.py:Net", weights="gone.pth"), WeightsPolicy.RANDOM, 3, project)

    assert (built.weights, built.checkpoint) == ("random (seed 3)", None)


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        ("./nets.py:gone", r"own: \./nets\.py has no 'gone'"),
        ("./nets.py:no_net", r"own: \./nets\.py:no_net returned str, not a torch\.nn\.Module"),
    ],
)
def test_a_factory_that_makes_no_net_is_named(factory: str, said: str, project: Path) -> None:
    """What, where, and what was expected instead."""
    with pytest.raises(CaptureError, match=said):
        build(spec(factory), WeightsPolicy.RANDOM, 0, project)


@pytest.mark.parametrize(
    ("factory", "error"),
    [("./nets.py:number", TypeError), ("missing.package:Net", ModuleNotFoundError)],
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


def test_labels_of_the_request_win(published: Path) -> None:
    """Who fine-tuned a net names its classes."""
    assert published.is_file()

    built = build(small(labels=("cat", "dog")), WeightsPolicy.RANDOM, 0, Path())

    assert built.labels == ("cat", "dog")
