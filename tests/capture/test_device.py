"""Which device a model runs on, tested without a GPU."""

import shutil
from pathlib import Path

import pytest
import torch

from generator.capture import needs
from generator.capture.device import device_for, name_of
from generator.capture.needs import check_needs, has_gpu, packages_of
from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import Device, WeightsPolicy
from generator.errors import CaptureError, RequestError
from generator.records import ModelRecord, ModelSpec, Origin


def spec(factory: str) -> ModelSpec:
    """Describe a toy net."""
    return ModelSpec(
        slug="net",
        title="Net",
        family="Toys",
        origin=Origin.USER,
        factory=factory,
        input_shape=(3, 17, 17),
    )


def captured(device: Device, folder: Path) -> ModelRecord:
    """Capture a toy net on a device."""
    root = Path(__file__).parent.parent
    request = Request(spec("toys:Plain"), (), WeightsPolicy.RANDOM, 0, root, folder, device=device)
    return capture(request, lambda _step: None)[0]


@pytest.fixture
def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch and the driver find no device, whatever this machine has."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(needs, "_DRIVERS", ())


def test_the_default_never_asks_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting CUDA takes seconds and memory."""

    def fail() -> bool:
        raise AssertionError

    monkeypatch.setattr(torch.cuda, "is_available", fail)

    assert device_for(Device.CPU).type == "cpu"


@pytest.mark.usefixtures("without_gpu")
def test_auto_takes_what_there_is(tmp_path: Path) -> None:
    """Without a GPU it is the CPU in every respect, the record says so, and no byte differs."""
    assert device_for(Device.AUTO) == device_for(Device.CPU)
    cpu, auto = captured(Device.CPU, tmp_path / "a"), captured(Device.AUTO, tmp_path / "b")

    assert cpu.provenance is not None
    assert cpu.provenance.device == name_of(torch.device("cpu")) == "cpu"
    assert cpu.model_dump_json() == auto.model_dump_json()


@pytest.mark.usefixtures("without_gpu")
def test_a_gpu_that_is_missing_is_said(tmp_path: Path) -> None:
    """Before anything runs, as a wrong request; in a process that finds out late, as a failure."""
    with pytest.raises(RequestError, match=r'device = "cuda": there is no GPU here; set') as said:
        check_needs([], Device.CUDA)
    assert said.value.exit_code == 2
    with pytest.raises(CaptureError, match="torch finds no GPU here"):
        device_for(Device.CUDA)
    (failure,) = captured(Device.CUDA, tmp_path).failures
    assert (failure.kind, failure.error) == ("build", "CaptureError")


@pytest.mark.usefixtures("without_gpu")
def test_nobody_else_needs_one() -> None:
    """A GPU is looked for only where one is asked for."""
    check_needs([spec("toys:Plain")], Device.CPU)
    check_needs([spec("toys:Plain")], Device.AUTO)

    assert not has_gpu()


def test_a_package_that_is_missing_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that brings it along; models without it are no trouble."""
    monkeypatch.setattr(needs.importlib.util, "find_spec", lambda _name: None)

    check_needs([spec("torchvision:resnet18")], Device.CPU)
    with pytest.raises(RequestError) as said:
        check_needs([spec("timm:resnet18d")], Device.CPU)

    assert str(said.value) == (
        "'timm:resnet18d' needs the package 'timm', which is not installed; install it, or "
        "archatlas[timm], which brings it along"
    )


def test_only_models_of_a_package_need_it() -> None:
    """Everything else runs on what is always installed."""
    assert packages_of(spec("torchvision:resnet18")) == ()
    assert packages_of(spec("timm:resnet18d")) == ("timm",)


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="NO GPU: results are not compared with it"
)
def test_a_gpu_computes_what_a_cpu_does(tmp_path: Path) -> None:
    """The same graph, costs and classes; values to four digits."""
    assert shutil.which("nvidia-smi")
    cpu, gpu = captured(Device.CPU, tmp_path / "a"), captured(Device.CUDA, tmp_path / "b")

    assert gpu.provenance is not None
    assert gpu.provenance.device == torch.cuda.get_device_name()
    assert (gpu.nodes, gpu.calls, gpu.parameters) == (cpu.nodes, cpu.calls, cpu.parameters)
    for ours, theirs in zip(gpu.predictions, cpu.predictions, strict=True):
        for one, other in zip(ours.top, theirs.top, strict=True):
            assert one.label == other.label
            assert one.probability == pytest.approx(other.probability, rel=1e-4)
