"""Weights files of the user's own: read without running anything, and fitted or refused."""

import os
import pickle
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import safetensors.torch
import torch
import torchvision
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from generator.capture.checkpoint import place, read_state
from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Origin

STATE = {"layer.weight": torch.ones(2, 3), "layer.bias": torch.zeros(2)}


class Net(nn.Module):
    """Three inputs, some classes."""

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.layer = nn.Linear(3, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.layer(inputs)


class Deep(nn.Module):
    """A stem, a norm and a classifier."""

    def __init__(self, channels: int = 3, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.classifier = nn.Conv2d(4, classes, 1)


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.path),))


def load(module: nn.Module, path: Path) -> None:
    """Read a file and put it into a model, as a build does."""
    place(module, read_state(path, path.name), path.name)


def said_of(module: nn.Module, state: object, folder: Path) -> str:
    """Return why a saved state does not get into a model."""
    torch.save(state, folder / "own.pth")
    with pytest.raises(CaptureError) as said:
        load(module, folder / "own.pth")
    return str(said.value)


@pytest.mark.parametrize("name", ["own.pt", "own.pth", "own.bin", "own", "own.safetensors"])
def test_every_usual_format_is_read(name: str, tmp_path: Path) -> None:
    """Whatever it is called, it is torch's format, but for safetensors."""
    save = safetensors.torch.save_file if name.endswith(".safetensors") else torch.save
    save(STATE, tmp_path / name)
    net = Net()

    load(net, tmp_path / name)

    assert torch.equal(net.layer.weight, STATE["layer.weight"])
    assert torch.equal(net.layer.bias, STATE["layer.bias"])


def prefixed(prefix: str) -> dict[str, Tensor]:
    """Return the weights as a wrapper around the model would save them."""
    return {f"{prefix}{key}": value for key, value in STATE.items()}


@pytest.mark.parametrize(
    "content",
    [
        {"state_dict": STATE, "epoch": 3, "optimizer": {"lr": 0.1}},
        {"model_state_dict": STATE, "loss": 0.5},
        {"model": STATE},
        prefixed("module."),
        prefixed("_orig_mod."),
        prefixed("module._orig_mod."),
        {"state_dict": prefixed("model."), "epoch": 3},
        OrderedDict(STATE),
        {key: nn.Parameter(value) for key, value in STATE.items()},
    ],
    ids=["lightning", "tutorial", "model", "parallel", "compiled", "both", "inner", "plain", "own"],
)
def test_usual_wrappings_are_taken_off(content: object, tmp_path: Path) -> None:
    """Training frameworks wrap what is meant, and everybody means the same."""
    torch.save(content, tmp_path / "own.pth")
    net = Net()

    load(net, tmp_path / "own.pth")

    assert torch.equal(net.layer.weight, STATE["layer.weight"])


def test_a_model_whose_own_names_look_wrapped_keeps_them(tmp_path: Path) -> None:
    """DataParallel's prefix is no prefix where the model has it too."""
    net = nn.ModuleDict({"module": Net()})
    torch.save(prefixed("module."), tmp_path / "own.pth")

    load(net, tmp_path / "own.pth")

    assert torch.equal(net["module"].layer.weight, STATE["layer.weight"])


def test_half_precision_is_taken_as_the_models_own(tmp_path: Path) -> None:
    """A smaller file is no other architecture."""
    torch.save({key: value.half() for key, value in STATE.items()}, tmp_path / "own.pth")
    net = Net()

    load(net, tmp_path / "own.pth")

    assert net.layer.weight.dtype is torch.float32


def test_counts_of_batches_may_be_missing(tmp_path: Path) -> None:
    """Old files have none, and evaluation reads none."""
    state = {k: v for k, v in Deep().state_dict().items() if "num_batches" not in k}
    torch.save(state, tmp_path / "own.pth")
    safetensors.torch.save_file(state, tmp_path / "own.safetensors")

    for name in ("own.pth", "own.safetensors"):
        net = Deep()
        load(net, tmp_path / name)
        assert torch.equal(net.stem.weight, state["stem.weight"])


def test_nets_with_versions_are_loaded_from_formats_that_know_none(tmp_path: Path) -> None:
    """MNASNet asks which version of it was saved; safetensors cannot say."""
    state = torchvision.models.mnasnet0_5().state_dict()
    safetensors.torch.save_file(state, tmp_path / "own.safetensors")
    net = torchvision.models.mnasnet0_5()

    load(net, tmp_path / "own.safetensors")

    assert all(torch.equal(state[key], now) for key, now in net.state_dict().items())


def plainly_pickled(content: object, path: Path) -> None:
    """Save by Python's own means, in the protocol that torch uses too."""
    path.write_bytes(pickle.dumps(content, protocol=2))


def formerly_saved(content: object, path: Path) -> None:
    """Save as torch did before 1.6."""
    torch.save(content, path, _use_new_zipfile_serialization=False)


@pytest.mark.parametrize("save", [torch.save, plainly_pickled, formerly_saved])
@pytest.mark.parametrize("wrap", [lambda bomb: bomb, lambda bomb: {**STATE, "more": bomb}])
def test_code_in_a_file_is_refused_and_not_run(
    save: Callable[..., None], wrap: Callable[[object], object], tmp_path: Path
) -> None:
    """The message names what it refused first, and says what to save instead."""
    save(wrap(Bomb(tmp_path / "exploded")), tmp_path / "evil.pth")

    with pytest.raises(CaptureError) as said:
        load(Net(), tmp_path / "evil.pth")

    assert not (tmp_path / "exploded").exists()
    told = str(said.value)
    refused = "torch.storage._load_from_bytes" if save is plainly_pickled else f"{os.name}.mkdir"
    assert told.startswith("evil.pth holds more than tensors (")
    assert refused in told or f"{os.name}.mkdir" in told
    assert told.endswith("was not run; save tensors alone with torch.save(net.state_dict(), …)")


def test_a_pickle_of_todays_protocol_is_not_even_looked_into(tmp_path: Path) -> None:
    """Torch writes an older one, so this is none of its files."""
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))

    with pytest.raises(CaptureError, match=r"evil\.pth is damaged, cut short or no state dict"):
        load(Net(), tmp_path / "evil.pth")

    assert not (tmp_path / "exploded").exists()


def test_a_bomb_would_explode_if_it_were_run(tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing."""
    torch.save(Bomb(tmp_path / "exploded"), tmp_path / "evil.pth")

    torch.load(tmp_path / "evil.pth", weights_only=False)

    assert (tmp_path / "exploded").is_dir()


def test_a_whole_model_is_refused_like_any_code(tmp_path: Path) -> None:
    """torch.save(net) pickles its class; its state dict is what is wanted."""
    assert "own.pth holds more than tensors (test_checkpoint.Net" in said_of(Net(), Net(), tmp_path)


@pytest.mark.parametrize("name", ["own.pth", "own.safetensors"])
@pytest.mark.parametrize("content", [b"", b"no weights at all", b"PK\x03\x04 half an archive"])
def test_a_file_that_is_no_checkpoint_is_refused(content: bytes, name: str, tmp_path: Path) -> None:
    """Whatever the library makes of it, the message names the file and what to do."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CaptureError, match=rf"{name} is damaged, cut short or no state dict; copy"):
        load(Net(), tmp_path / name)


SAVED = {"own.pth": torch.save, "old.pth": formerly_saved, "own.safetensors": None}


@given(name=st.sampled_from(sorted(SAVED)), where=st.floats(0, 1, exclude_max=True), by=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_ends_in_anything_but_a_clear_error(
    name: str, where: float, by: st.DataObject, tmp_path: Path
) -> None:
    """Cut anywhere or with any byte changed, a file is refused by name or still fits."""
    path = tmp_path / name
    (SAVED[name] or safetensors.torch.save_file)(STATE, path)
    content = bytearray(path.read_bytes())
    position = int(where * len(content))
    if by.draw(st.booleans()):
        del content[position:]
    else:
        content[position] = by.draw(st.integers(0, 255))
    path.write_bytes(content)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch wonders about pickles of the future
        try:
            load(Net(), path)
        except CaptureError as error:
            assert str(error).startswith(name)  # noqa: PT017 - not raising is as good


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (torch.ones(3), "a Tensor"),
        ([torch.ones(3)], "a list"),
        ({}, "an empty dict"),
        ({"model": {}}, "an empty dict"),
        ({"epoch": 3, "best": 0.9, "name": "x", "arch": "y"}, "a dict of epoch, best, name and 1"),
        ({0: torch.ones(3)}, "a dict of 0"),
        ({**STATE, "epoch": 3}, "a dict of layer.weight, layer.bias, epoch"),
    ],
    ids=["tensor", "list", "empty", "wrapped", "facts", "numbers", "mixed"],
)
def test_what_is_no_state_dict_is_described(content: object, kind: str, tmp_path: Path) -> None:
    """The user sees which of their files this is."""
    assert said_of(Net(), content, tmp_path).startswith(f"own.pth is no state dict but {kind}")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stem.weight": None, "norm.bias": None}, "missing keys stem.weight, norm.bias; correct"),
        ({"extra": (1,), "b": (2,)}, "unexpected keys extra, b; correct 'factory' and 'kwargs'"),
        (
            {"stem.weight": (4, 1, 3, 3)},
            "other shapes: stem.weight (4, 1, 3, 3) in the file, (4, 3, 3, 3) in the model; ",
        ),
        (
            {"classifier.bias": None, "stem.bias": (7,), "head.bias": (1000,)},
            "missing keys classifier.bias; unexpected keys head.bias; other shapes: stem.bias (7,)",
        ),
        ({f"extra{n}": (1,) for n in range(9)}, "extra0, extra1, extra2 and 6 more; correct"),
    ],
    ids=["missing", "unexpected", "shape", "all", "many"],
)
def test_what_does_not_fit_is_named_with_both_shapes(
    changes: Mapping[str, tuple[int, ...] | None], said: str, tmp_path: Path
) -> None:
    """Keys in the order of the net, a few of each kind and the count of the others."""
    state = dict(Deep().state_dict())
    for key, shape in changes.items():
        state.pop(key, None)
        if shape is not None:
            state[key] = torch.ones(shape)

    told = said_of(Deep(), state, tmp_path)

    assert told.startswith("own.pth does not fit: ")
    assert said in told


def test_a_net_that_does_not_fit_at_all_is_told_within_a_page(tmp_path: Path) -> None:
    """Hundreds of keys of another net leave room for what to do."""
    other = torchvision.models.resnet50().state_dict()

    told = said_of(torchvision.models.densenet121(), other, tmp_path)

    assert len(told) < 600
    assert "correct 'factory' and 'kwargs'" in told


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(Deep(classes=10), Deep()), (Net(7), Net()), (Deep(classes=1000), Deep(classes=10))],
    ids=["convolution", "linear", "larger"],
)
def test_a_replaced_classifier_is_recognised(
    theirs: nn.Module, ours: nn.Module, tmp_path: Path
) -> None:
    """Where only the number of outputs differs, the message says which argument makes it fit."""
    theirs_last, ours_last = (list(net.parameters())[-1].shape[0] for net in (theirs, ours))

    told = said_of(ours, theirs.state_dict(), tmp_path)

    assert told == (
        f"own.pth does not fit: its classifier has {theirs_last} outputs and the model's has "
        f"{ours_last}; pass kwargs = {{num_classes = {theirs_last}}}, or whatever its factory "
        "calls them"
    )


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "mobilenet_v2"])
def test_the_advice_for_a_replaced_classifier_makes_it_fit(name: str, tmp_path: Path) -> None:
    """What the message says to pass is what torchvision's builders take."""
    ours = torchvision.models.get_model(name)
    theirs = torchvision.models.get_model(name, num_classes=10).state_dict()
    torch.save(theirs, tmp_path / "own.pth")

    with pytest.raises(CaptureError, match=r"pass kwargs = {num_classes = 10}"):
        load(ours, tmp_path / "own.pth")

    load(torchvision.models.get_model(name, num_classes=10), tmp_path / "own.pth")


def test_a_wider_net_is_not_mistaken_for_a_replaced_classifier(tmp_path: Path) -> None:
    """A hidden layer of another width is another architecture."""
    state = dict(Deep().state_dict()) | {"norm.weight": torch.ones(8)}

    assert "classifier has" not in said_of(Deep(), state, tmp_path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """The disk's own words, and the name as the user wrote it."""
    with pytest.raises(CaptureError, match=r"mine\.pth cannot be read \(Is a directory\); check"):
        read_state(tmp_path, "mine.pth")


def test_weights_that_do_not_fit_are_that_models_failure(tmp_path: Path) -> None:
    """Its record holds the message and no path of this machine; nothing half-made lies around."""
    torch.save({"a": torch.ones(1)}, tmp_path / "own.pth")
    spec = ModelSpec(
        slug="net",
        title="Net",
        family="Toys",
        origin=Origin.USER,
        factory=f"{__name__}:Net",
        input_shape=(3,),
        weights="own.pth",
    )
    folder = tmp_path / "folder"
    folder.mkdir()
    request = Request(spec, (), WeightsPolicy.CACHED, 0, tmp_path, folder)

    record, _ = capture(request, lambda _step: None)

    (failure,) = record.failures
    assert (failure.kind, failure.error) == ("build", "CaptureError")
    assert failure.message.startswith("net: own.pth does not fit: missing keys layer.weight, ")
    assert str(tmp_path) not in failure.message
    assert not record.is_captured
    assert list(folder.iterdir()) == []
