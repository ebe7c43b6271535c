"""Nets that learn while they are captured: repeatably, once, and measured on digits never seen."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

from generator import collection
from generator.capture import train as training
from generator.capture.request import Limits, Request
from generator.capture.supervisor import capture_all
from generator.capture.train import HELD_OUT, Trained, train
from generator.config import WeightsPolicy, load_project
from generator.pictures import all_digits, sample_digits
from generator.records import ModelRecord, ModelSpec, Origin
from generator.zoo.families import zoo_entries

SHAPE = (1, 8, 8)  # scikit-learn's own size: nothing is resized, so that it can be computed anew

LENETS = {spec.slug: spec for spec in zoo_entries() if spec.training is not None}


class Classifier(nn.Module):
    """One layer, the smallest net that learns digits."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.layer = nn.Linear(64, 10)
        self.drop = nn.Dropout(0.1)
        self.frozen = nn.Parameter(torch.ones(1), requires_grad=False)

    def forward(self, digits: Tensor) -> Tensor:
        return self.layer(self.drop(digits.flatten(1))) * self.frozen


class Distances(Classifier):
    """Minus squared distances to a code per class, as LeNet-5 gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 84)
        self.register_buffer("codes", torch.sign(torch.randn(10, 84)))

    def forward(self, digits: Tensor) -> Tensor:
        features = torch.tanh(super().forward(digits))
        return -(features.unsqueeze(1) - self.codes).square().sum(dim=2)


class Stubborn(Classifier):
    """Learns nothing."""

    def forward(self, digits: Tensor) -> Tensor:
        return super().forward(digits) * 0


def spec(**facts: object) -> ModelSpec:
    """Describe a net that is trained."""
    told = {
        "slug": "net",
        "title": "Net",
        "family": "Toys",
        "origin": Origin.USER,
        "factory": "nets:Classifier",
        "training": "digits",
    }
    return ModelSpec.model_validate({**told, **facts})


def trained(module: nn.Module, cache: Path, seed: int = 0, **facts: object) -> Trained:
    """Train a net, or load what was trained before."""
    return train(module.eval(), spec(**facts), SHAPE, seed, cache)


@pytest.fixture
def untaught(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count trainings instead of running them."""
    ran: list[str] = []
    monkeypatch.setattr(training, "_learn", lambda *_given: ran.append("trained") or 5)
    return ran


def test_a_net_learns_digits_it_has_never_seen(tmp_path: Path) -> None:
    """The accuracy is what scikit-learn's own table gives, computed another way."""
    net = Classifier()

    run = trained(net, tmp_path).run

    table = load_digits()
    digits = np.round(table.data[:HELD_OUT] / 16 * 255) / 255
    weights, bias = (p.detach().numpy() for p in net.layer.parameters())
    right = (digits @ weights.T + bias).argmax(axis=1) == table.target[:HELD_OUT]
    assert run.held_out_accuracy == pytest.approx(right.mean(), abs=1 / HELD_OUT)
    assert run.held_out_accuracy > 0.8
    assert (run.examples, run.held_out) == (len(table.data) - HELD_OUT, HELD_OUT)
    assert 0 < run.epochs <= 30


def test_training_leaves_a_net_as_a_build_does(tmp_path: Path) -> None:
    """Evaluation mode, no gradients, and frozen what was frozen."""
    net = Classifier()

    trained(net, tmp_path)

    assert not any(part.training for part in net.modules())
    assert all(parameter.grad is None for parameter in net.parameters())
    assert net.frozen.tolist() == [1.0]


def test_training_repeats_itself_bit_by_bit(tmp_path: Path) -> None:
    """Neither the threads nor the random numbers drawn before decide anything."""
    first = trained(Classifier(), tmp_path / "first")
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    net = Classifier()
    torch.rand(100)
    again = trained(net, tmp_path / "again")
    is_restored = torch.get_num_threads() == 2
    torch.set_num_threads(threads)

    assert first == again
    assert is_restored


def test_trained_weights_are_trained_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second capture loads them and measures anew."""
    net, loaded = Classifier(), Classifier()
    first = trained(net, tmp_path)
    monkeypatch.setattr(training, "_learn", lambda *_given: pytest.fail("trained again"))

    again = trained(loaded, tmp_path)

    assert first == again
    assert all(map(torch.equal, net.state_dict().values(), loaded.state_dict().values()))
    assert len(list(tmp_path.iterdir())) == 1


def test_interrupted_training_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-trained weights are never kept, nor is half a file of trained ones."""
    monkeypatch.setattr(training, "_MOST_EPOCHS", 1)
    monkeypatch.setattr(training, "_run_epoch", lambda *_given: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        trained(Classifier(), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_random_numbers_afterwards_do_not_tell_training_from_loading(tmp_path: Path) -> None:
    """What is drawn later in a capture is the same for both."""
    drawn = []
    for _ in range(2):
        net = Classifier()
        torch.manual_seed(8)
        trained(net, tmp_path)
        drawn.append(float(torch.rand(1)))

    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("damage", [b"", b"half an archive"])
def test_a_damaged_cache_is_trained_anew(damage: bytes, tmp_path: Path) -> None:
    """A kill or a full disk costs seconds, not a site."""
    first = trained(Classifier(), tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage)

    assert trained(Classifier(), tmp_path) == first


@pytest.mark.parametrize(
    "facts", [{"seed": 1}, {"kwargs": {"width": 2}}, {"factory": "nets:Other"}], ids=str
)
def test_what_decides_about_training_is_trained_apart(
    facts: dict[str, object], tmp_path: Path, untaught: list[str]
) -> None:
    """Another seed, another argument, another factory: other weights."""
    trained(Classifier(), tmp_path)
    trained(Classifier(), tmp_path, **facts)

    assert len(untaught) == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_an_edited_net_or_start_is_trained_apart(
    tmp_path: Path, untaught: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest covers the source of every class and the weights before training."""
    source = tmp_path / "source.py"
    source.write_text("a = 1")
    monkeypatch.setattr(sys.modules[__name__], "__file__", str(source))
    trained(Classifier(), tmp_path / "cache")
    trained(Classifier(), tmp_path / "cache")
    source.write_text("a = 2")
    trained(Classifier(), tmp_path / "cache")
    other = Classifier()
    nn.init.zeros_(other.layer.weight)
    trained(other, tmp_path / "cache")

    assert len(untaught) == 3


def test_squared_distances_are_learned_too(tmp_path: Path) -> None:
    """They are softened first, or the softmax would see nothing but zeros and ones."""
    assert trained(Distances(), tmp_path).run.held_out_accuracy > 0.8


def test_a_net_that_does_not_learn_is_reported_as_it_is(tmp_path: Path) -> None:
    """The accuracy is measured; nobody promises one."""
    run = trained(Stubborn(), tmp_path).run

    zeros = float((load_digits().target[:HELD_OUT] == 0).mean())
    assert (run.held_out_accuracy, run.epochs) == (zeros, 30)


def test_digits_on_the_pages_are_never_learned_from() -> None:
    """Neither they nor a twin of theirs is among the examples."""
    contents = [digit.source.content for digit in all_digits()]
    shown = {source.content for source in sample_digits()}

    assert shown <= set(contents[:HELD_OUT])
    assert shown.isdisjoint(contents[HELD_OUT:])


def test_all_digits_are_those_of_scikit_learn() -> None:
    """Values and grey levels, row by row."""
    table = load_digits()
    digits = all_digits()

    assert [digit.value for digit in digits] == table.target.tolist()
    for row in (0, 900, 1796):
        grey = np.asarray(digits[row].source.load())
        assert np.array_equal(grey, np.round(table.images[row] / 16 * 255))


def test_the_three_lenets_are_trained() -> None:
    """So that a site has learned filters even without a network."""
    assert LENETS.keys() == {"lenet5", "lenet_sigmoid", "lenet_relu"}


def test_asking_for_training_asks_for_another_capture(tmp_path: Path) -> None:
    """A stored capture with random weights is no capture of the trained net."""
    project = load_project(folder=tmp_path)
    keys = {collection._key(project, spec(training=how), (), {}) for how in ("digits", None)}

    assert len(keys) == 2


@pytest.mark.slow
@pytest.mark.parametrize("slug", sorted(LENETS))
def test_every_lenet_learns_within_its_process(slug: str, tmp_path: Path) -> None:
    """Nine of ten digits at least, as a build does it: in a process that is watched."""
    first, again = (_captured(LENETS[slug], tmp_path, name) for name in ("first", "again"))

    assert first.training is not None
    assert first.training.held_out_accuracy >= 0.9
    assert first.provenance is not None
    assert first.provenance.weights == "trained here on scikit-learn's digits (seed 0)"
    assert not first.provenance.weights_are_random
    assert len(first.provenance.weights_sha256 or "") == 16
    assert not first.failures
    assert again == first


def _request(spec: ModelSpec, root: Path, name: str) -> Request:
    (root / name).mkdir()
    return Request(spec, (), WeightsPolicy.CACHED, 0, root, root / name)


def _captured(spec: ModelSpec, root: Path, name: str) -> ModelRecord:
    (outcome,) = capture_all([_request(spec, root, name)], 1, Limits(300), lambda *_news: None)
    return outcome.done.record
