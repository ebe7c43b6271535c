"""Weights that torchvision publishes: from the cache, by download, and what can be wrong with them.

Nothing here needs a network: checkpoints made on the spot lie where torch.hub keeps its own, or at
a file:// address for it to fetch.
"""

import hashlib
import http.client
import socket
import urllib.error
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torchvision
from torch import Tensor

from generator.capture.build import build
from generator.capture.request import Request
from generator.capture.session import capture
from generator.capture.torchvision_weights import cache_path
from generator.config import WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Origin

SMALL = "shufflenet_v2_x0_5"
NOWHERE = "https://download.invalid"


class Entry(SimpleNamespace):
    """Stands in for torchvision's entry: the real one's facts, another address."""

    def get_state_dict(self, **options: object) -> dict[str, Tensor]:
        """Load as torchvision's entries do."""
        return torchvision.models._api.load_state_dict_from_url(self.url, **options)

    def __str__(self) -> str:
        return self.shown


Offer = Callable[..., Path]
"""Let torchvision offer a state dict for a builder, and return where torch.hub keeps that file."""


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Return a function that publishes a state dict: cached already, or at an address."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    checkpoints = tmp_path / "torch" / "hub" / "checkpoints"

    def offered(state: object, builder: str = SMALL, address: str | None = None) -> Path:
        folder = checkpoints if address is None else tmp_path / "server"
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / "made.pth"
        torch.save(state, made)
        digest = hashlib.sha256(made.read_bytes()).hexdigest()[:8]
        file = made.replace(folder / f"small-{digest}.pth")
        real = torchvision.models.get_model_weights(builder).DEFAULT
        entry = Entry(
            url=f"{address or NOWHERE}/{file.name}",
            meta=real.meta,
            name=real.name,
            transforms=real.transforms,
            shown=str(real),
        )
        entries = SimpleNamespace(__members__={"DEFAULT": entry, real.name: entry})
        monkeypatch.setattr(torchvision.models, "get_model_weights", lambda _name: entries)
        return checkpoints / file.name

    return offered


@pytest.fixture
def published(offer: Offer) -> Path:
    """Put a checkpoint of torchvision's smallest classifier into the cache, and return its path."""
    return offer(state_of(SMALL))


def state_of(builder: str, **options: object) -> dict[str, Tensor]:
    """Return weights that no seed of these tests draws."""
    torch.manual_seed(99)
    return torchvision.models.get_model(builder, weights=None, **options).state_dict()


def spec(builder: str = SMALL, **facts: object) -> ModelSpec:
    """Describe one of torchvision's classifiers."""
    told = {
        "slug": "own",
        "title": "Own",
        "family": "Own",
        "origin": Origin.TORCHVISION,
        "factory": f"torchvision:{builder}",
    }
    return ModelSpec.model_validate({**told, **facts})


def holds(module: torch.nn.Module, expected: Mapping[str, Tensor]) -> bool:
    """Say whether every tensor of a model is the expected one."""
    return all(torch.equal(expected[key], now) for key, now in module.state_dict().items())


def test_cached_weights_are_loaded_and_labelled(published: Path) -> None:
    """What lies where torch.hub expects it is used, and the record says what it is."""
    built = build(spec(), WeightsPolicy.CACHED, 0, Path())

    assert holds(built.module, torch.load(published, weights_only=True))
    assert built.weights.said == "ShuffleNet_V2_X0_5_Weights.IMAGENET1K_V1"
    assert not built.weights.are_random
    assert built.weights.checkpoint == published
    assert built.weights.sha256 == hashlib.sha256(published.read_bytes()).hexdigest()


def test_facts_of_the_weights_come_with_them(published: Path) -> None:
    """Classes, crop and accuracy are torchvision's own, whether the file is there or not."""
    published.unlink()

    built = build(spec(), WeightsPolicy.CACHED, 0, Path())

    assert len(built.labels) == 1000
    assert built.input_shape == (3, 224, 224)
    assert built.reference is not None
    assert (built.reference.weights_tag, built.reference.crop) == ("IMAGENET1K_V1", 224)
    assert built.reference.top1 == 60.552


@pytest.mark.usefixtures("published")
def test_figures_of_another_net_are_not_compared() -> None:
    """A changed class count is another net; another input size has other MACs."""
    ten = build(spec(kwargs={"num_classes": 10}), WeightsPolicy.CACHED, 0, Path())
    smaller = build(spec(input_shape=(3, 96, 96)), WeightsPolicy.RANDOM, 0, Path())

    assert (ten.reference, ten.weights.are_random) == (None, True)
    assert smaller.reference is not None
    assert (smaller.reference.num_params, smaller.reference.gmacs) == (1366792, None)


def test_missing_weights_mean_random_ones_that_say_so(published: Path) -> None:
    """Nothing is downloaded unasked; the file that would change that is a dependency."""
    published.unlink()

    built = build(spec(), WeightsPolicy.CACHED, 7, Path())

    assert (built.weights.said, built.weights.are_random) == ("random (seed 7)", True)
    assert (built.weights.checkpoint, built.weights.sha256) == (published, None)


def test_random_weights_are_random_even_if_others_are_there(published: Path) -> None:
    """Who asks for random weights does not depend on any file."""
    built = build(spec(), WeightsPolicy.RANDOM, 0, Path())

    assert published.is_file()
    assert built.weights.are_random
    assert built.weights.checkpoint is None


def test_a_download_ends_in_the_cache(offer: Offer, tmp_path: Path) -> None:
    """It is fetched once, under the name that the next build looks for."""
    path = offer(state_of(SMALL), address=(tmp_path / "server").as_uri())

    fetched = build(spec(), WeightsPolicy.DOWNLOAD, 0, Path())
    (tmp_path / "server" / path.name).unlink()
    again = build(spec(), WeightsPolicy.DOWNLOAD, 0, Path())

    assert list(path.parent.iterdir()) == [path]
    assert holds(fetched.module, again.module.state_dict())
    assert fetched.weights == again.weights
    assert fetched.weights.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


UNREACHABLE = [
    urllib.error.URLError(socket.gaierror(-2, "Name or service not known")),
    urllib.error.HTTPError(NOWHERE, 404, "Not Found", http.client.HTTPMessage(), None),
    http.client.IncompleteRead(b""),
    TimeoutError("timed out"),
    ConnectionResetError(104, "Connection reset by peer"),
]


@pytest.mark.parametrize("error", UNREACHABLE, ids=lambda error: type(error).__name__)
def test_without_a_network_the_message_says_what_to_do(
    error: Exception, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which file belongs where, or which setting does without; no part of a file stays behind."""
    path = offer(state_of(SMALL), address=NOWHERE)
    patience = socket.getdefaulttimeout()

    def refuse(*_arguments: object) -> None:
        assert socket.getdefaulttimeout() is not None
        raise error

    monkeypatch.setattr(torch.hub, "urlopen", refuse)

    with pytest.raises(CaptureError) as said:
        build(spec(), WeightsPolicy.DOWNLOAD, 0, Path())

    assert f"IMAGENET1K_V1: {path.name} could not be downloaded (" in str(said.value)
    assert f"from {NOWHERE}/{path.name}, into $TORCH_HOME/hub/checkpoints" in str(said.value)
    assert str(said.value).endswith('or set weights = "cached" or "random"')
    assert list(path.parent.iterdir()) == []
    assert socket.getdefaulttimeout() == patience


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({}, ".cache/torch/hub/checkpoints in your home folder"),
        ({"XDG_CACHE_HOME": "caches"}, "$XDG_CACHE_HOME/torch/hub/checkpoints"),
        ({"XDG_CACHE_HOME": "caches", "TORCH_HOME": "t"}, "$TORCH_HOME/hub/checkpoints"),
    ],
    ids=["home", "xdg", "torch"],
)
def test_the_folder_that_is_named_is_the_one_that_is_read(
    variables: Mapping[str, str],
    folder: str,
    offer: Offer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever variable rules, a file put into the folder of the message is found."""
    name = offer(state_of(SMALL), address=(tmp_path / "gone").as_uri()).name
    for variable in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for variable, value in variables.items():
        monkeypatch.setenv(variable, str(tmp_path / value))

    with pytest.raises(CaptureError) as said:
        build(spec(), WeightsPolicy.DOWNLOAD, 0, Path())

    assert f", into {folder}, or set " in str(said.value)
    told = folder.removesuffix(" in your home folder")
    place = tmp_path / "home" / told if told != folder else tmp_path
    for variable, value in variables.items():
        told = told.replace(f"${variable}", value)
    place = place if place != tmp_path else tmp_path / told
    (place / name).write_bytes((tmp_path / "server" / name).read_bytes())
    assert not build(spec(), WeightsPolicy.DOWNLOAD, 0, Path()).weights.are_random


def test_a_failed_download_is_the_failure_of_that_model_alone(offer: Offer, tmp_path: Path) -> None:
    """Its record says so without a path of this machine, and its folder holds nothing half-made."""
    offer(state_of(SMALL), address=(tmp_path / "gone").as_uri())
    folder = tmp_path / "folder"
    folder.mkdir()
    request = Request(spec(), (), WeightsPolicy.DOWNLOAD, 0, tmp_path, folder)

    record, checkpoint = capture(request, lambda _step: None)

    (failure,) = record.failures
    assert (failure.kind, failure.error) == ("build", "CaptureError")
    assert 'set weights = "cached" or "random"' in failure.message
    assert str(tmp_path) not in failure.message
    assert not record.is_captured
    assert (checkpoint, list(folder.iterdir())) == (None, [])


def test_a_download_that_arrives_changed_is_not_kept(offer: Offer, tmp_path: Path) -> None:
    """The digest in its name decides before the file gets that name."""
    path = offer(state_of(SMALL), address=(tmp_path / "server").as_uri())
    sent = tmp_path / "server" / path.name
    sent.write_bytes(sent.read_bytes()[:-1])

    with pytest.raises(
        CaptureError, match="does not match the digest in its name and was not kept"
    ):
        build(spec(), WeightsPolicy.DOWNLOAD, 0, Path())

    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("policy", [WeightsPolicy.CACHED, WeightsPolicy.DOWNLOAD])
def test_a_damaged_checkpoint_is_refused_with_advice(
    published: Path, policy: WeightsPolicy
) -> None:
    """Its digest is in its name; half a download is not loaded."""
    published.write_bytes(published.read_bytes()[:-1])

    with pytest.raises(CaptureError, match=r"small-\w+\.pth: .*delete the file and download it"):
        build(spec(), policy, 0, Path())


def test_a_checkpoint_that_may_not_be_read_is_named(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder stands in for a file without permission, which root could read nonetheless."""
    published.unlink()
    published.mkdir()
    monkeypatch.setattr(Path, "is_file", Path.exists)

    with pytest.raises(CaptureError) as said:
        build(spec(), WeightsPolicy.CACHED, 0, Path())

    assert str(said.value) == f"{published.name} cannot be read (Is a directory); check the file"


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_a_checkpoint_with_code_is_never_run(offer: Offer, tmp_path: Path) -> None:
    """A digest of eight characters can be forged; what the file says is not executed."""
    offer(Bomb(tmp_path / "exploded"))

    with pytest.raises(CaptureError, match=r"small-\w+\.pth holds more than tensors"):
        build(spec(), WeightsPolicy.CACHED, 0, Path())

    assert not (tmp_path / "exploded").exists()


def test_a_checkpoint_of_another_net_is_refused(offer: Offer) -> None:
    """Missing and surplus keys are named, in the order of their nets."""
    state = state_of(SMALL)
    state["extra.z"] = state["extra.a"] = state.pop("fc.bias")
    offer(state)

    with pytest.raises(
        CaptureError, match=r"missing keys fc\.bias; unexpected keys extra\.z, extra\.a; "
    ):
        build(spec(), WeightsPolicy.CACHED, 0, Path())


def test_weights_with_auxiliary_heads_fit_a_net_without(offer: Offer) -> None:
    """GoogLeNet's heads are left over; inputs are scaled as where the weights came from."""
    state = state_of("googlenet", aux_logits=True, init_weights=False)
    offer(state, "googlenet")

    options = {"aux_logits": False, "init_weights": False}
    built = build(spec("googlenet", kwargs=options), WeightsPolicy.CACHED, 0, Path())

    assert holds(built.module, state)
    assert built.module.transform_input is True


def test_densenets_of_2017_are_renamed(offer: Offer) -> None:
    """The published files say norm.1 for norm1 and hold no count of batches."""
    now = state_of("densenet121")
    then = {
        key.replace("denselayer1.norm1.", "denselayer1.norm.1.").replace(
            ".conv2.", ".conv.2."
        ): value
        for key, value in now.items()
        if not key.endswith("num_batches_tracked")
    }
    assert then.keys() - now.keys()
    offer(then, "densenet121")

    built = build(spec("densenet121"), WeightsPolicy.CACHED, 0, Path())

    assert holds(built.module, now)


def test_nets_that_ask_for_their_version_get_it(offer: Offer) -> None:
    """MNASNet refuses a state dict that does not say which of its versions it is."""
    state = state_of("mnasnet0_5")
    offer(state, "mnasnet0_5")

    built = build(spec("mnasnet0_5"), WeightsPolicy.CACHED, 0, Path())

    assert holds(built.module, state)


def test_every_published_file_has_its_digest_in_its_name() -> None:
    """The check of a cached file relies on it, for all of torchvision's classifiers."""
    builders = torchvision.models.list_models(module=torchvision.models)
    entries = [e for name in builders for e in torchvision.models.get_model_weights(name)]
    digests = [cache_path(entry).stem.rpartition("-")[2] for entry in entries]

    assert len(entries) > 100
    assert all(len(digest) >= 8 and int(digest, 16) >= 0 for digest in digests)


def test_a_torchvision_net_takes_weights_of_the_users_own(published: Path, tmp_path: Path) -> None:
    """A path is a path for torchvision's nets too; what torchvision publishes does not apply."""
    (tmp_path / "mine.pth").write_bytes(published.read_bytes())

    built = build(spec(weights="mine.pth"), WeightsPolicy.CACHED, 0, tmp_path)

    assert (built.weights.said, built.weights.are_random) == ("mine.pth", False)
    assert built.reference is None


@pytest.mark.usefixtures("published")
def test_a_mistaken_tag_is_answered_with_those_there_are(tmp_path: Path) -> None:
    """What is no tag is read as a path; the message offers both."""
    with pytest.raises(
        CaptureError, match=r"own: no weights file IMAGENET1K_V9.*torchvision has .*IMAGENET1K_V1\)"
    ):
        build(spec(weights="IMAGENET1K_V9"), WeightsPolicy.CACHED, 0, tmp_path)


@pytest.mark.usefixtures("published")
def test_labels_of_the_request_win() -> None:
    """Who fine-tuned a net names its classes."""
    built = build(spec(labels=("cat", "dog")), WeightsPolicy.RANDOM, 0, Path())

    assert built.labels == ("cat", "dog")
