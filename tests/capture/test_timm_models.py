"""What timm gives us: names, sizes, statistics, labels, and weights only from this machine."""

import sys
from pathlib import Path

import pytest
import torch

from generator.capture.build import Weights, build
from generator.capture.timm_models import TimmModel, timm_model
from generator.config import WeightsPolicy
from generator.errors import CaptureError
from generator.records import ModelSpec, Origin

pytest.importorskip("timm", reason="NO TIMM: none of its models is tested; pip install timm")


def spec(name: str, **facts: object) -> ModelSpec:
    """Describe a model of timm."""
    return ModelSpec.model_validate(
        {
            "slug": "net",
            "title": name,
            "family": "timm",
            "origin": Origin.TIMM,
            "factory": f"timm:{name}",
            **facts,
        }
    )


def known(name: str, **facts: object) -> TimmModel:
    """Return what timm knows of a model."""
    found = timm_model(spec(name, **facts))
    assert found is not None
    return found


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let both caches, torch.hub's and the hub's of timm, be empty folders."""
    import huggingface_hub  # noqa: PLC0415

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    find = huggingface_hub.try_to_load_from_cache
    monkeypatch.setattr(
        huggingface_hub,
        "try_to_load_from_cache",
        lambda repository, name: find(repository, name, cache_dir=tmp_path / "hub"),
    )
    return tmp_path


def test_only_timms_models_are_timms() -> None:
    """The same name elsewhere means something else."""
    assert (
        timm_model(spec("resnet18").model_copy(update={"factory": "torchvision:resnet18"})) is None
    )


def test_what_timm_says_of_a_model_is_used() -> None:
    """Crop, statistics, classes, and which weights they are of."""
    model = known("vit_tiny_patch16_224")

    assert model.input_shape == (3, 224, 224)
    assert model.statistics.mean == (0.5, 0.5, 0.5)
    assert (len(model.labels), model.labels[0]) == (1000, "tench")
    assert model.reference is not None
    assert model.reference.weights_tag == "augreg_in21k_ft_in1k"
    assert model.reference.source.startswith("timm 1.")
    assert model.reference.crop == 224


def test_classes_beyond_the_usual_thousand_have_names() -> None:
    """Timm knows the words of the larger ImageNets."""
    labels = known("vit_tiny_patch16_224.augreg_in21k").labels

    assert len(labels) == 21843
    assert all(labels)


def test_another_number_of_classes_has_no_names() -> None:
    """Neither the words nor the weights fit a net that was changed."""
    model = known("test_resnet", kwargs={"num_classes": 7})

    assert (model.labels, model.reference) == ((), None)
    assert model.construct()(torch.zeros(1, 3, 64, 64)).shape == (1, 7)


def test_a_net_for_one_size_is_built_for_the_one_asked_for() -> None:
    """Its position codes would not fit otherwise."""
    model = known("test_vit", input_shape=(3, 96, 96))

    assert model.construct().eval()(torch.zeros(1, 3, 96, 96)).shape == (1, 1000)


def test_weights_that_are_not_here_are_not_fetched(cache: Path, tmp_path: Path) -> None:
    """The seed draws them, and the file that a download would change is watched."""
    built = build(spec("test_resnet"), WeightsPolicy.CACHED, 4, tmp_path)

    awaited = cache / "hub" / "models--timm--test_resnet.r160_in1k" / "refs" / "main"
    assert built.weights == Weights("random (seed 4)", are_random=True, checkpoint=awaited)
    assert built.input_shape == (3, 160, 160)


def test_weights_that_are_here_are_used(cache: Path, tmp_path: Path) -> None:
    """From the hub's cache, by name and digest, without a request to anybody."""
    from safetensors.torch import save_file  # noqa: PLC0415

    state = known("test_resnet").construct().state_dict()
    state = {name: torch.full_like(values, 2) for name, values in state.items()}
    home = cache / "hub" / "models--timm--test_resnet.r160_in1k"
    (home / "snapshots" / "abc").mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc")
    save_file(state, home / "snapshots" / "abc" / "model.safetensors")

    built = build(spec("test_resnet"), WeightsPolicy.CACHED, 0, tmp_path)

    assert built.weights.said == "timm test_resnet.r160_in1k"
    assert not built.weights.are_random
    assert built.weights.sha256
    assert all(bool((values == 2).all()) for values in built.module.state_dict().values())


def test_damaged_weights_are_named(cache: Path, tmp_path: Path) -> None:
    """A file that was cut short is no reason to show random numbers."""
    home = cache / "torch" / "hub" / "checkpoints"
    home.mkdir(parents=True)
    (home / "resnet10t_176_c3-f3215ab1.pth").write_bytes(b"half of")

    with pytest.raises(CaptureError, match=r"resnet10t_176_c3-f3215ab1\.pth is damaged"):
        build(spec("resnet10t"), WeightsPolicy.CACHED, 0, tmp_path)


def test_without_timm_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a process finds out only then."""
    monkeypatch.setitem(sys.modules, "timm", None)
    for name in [name for name in sys.modules if name.startswith("timm.")]:
        monkeypatch.delitem(sys.modules, name)

    with pytest.raises(CaptureError, match=r"need the package 'timm'.*archatlas\[timm\]"):
        build(spec("test_resnet"), WeightsPolicy.RANDOM, 0, tmp_path)
