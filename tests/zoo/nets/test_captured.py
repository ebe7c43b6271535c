"""Every net of our own goes through the capture, and its numbers agree with each other."""

from pathlib import Path

import onnx
import pytest

from generator.analysis.checks import checks
from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import WeightsPolicy
from generator.records import ModelRecord, ModelSpec, Origin, TraceMethod

PICTURE = (3, 224, 224)
SMALL = {
    "lenet:lenet5": (1, 32, 32),
    "lenet:lenet_sigmoid": (1, 28, 28),
    "lenet:lenet_relu": (1, 28, 28),
}
LARGE = dict.fromkeys(
    (
        *("alexnet:alexnet_2012", "alexnet:alexnet_single", "zfnet:zfnet", "vgg:vgg16_c"),
        *("nin:nin", "nin:nin_imagenet", "googlenet:googlenet_2014"),
        *("densenet:densenet121_inception", "shufflenet:shufflenet_v1", "mobilenet:mobilenet_v1"),
    ),
    PICTURE,
)
NETS = [
    *(pytest.param(*net, id=net[0].partition(":")[2]) for net in SMALL.items()),
    *(
        pytest.param(*net, id=net[0].partition(":")[2], marks=pytest.mark.slow)
        for net in LARGE.items()
    ),
]


def _captured(factory: str, shape: tuple[int, ...], folder: Path, **kwargs: bool) -> ModelRecord:
    spec = ModelSpec(
        slug="net",
        title="Net",
        family="Nets",
        year=2026,
        origin=Origin.OWN,
        factory=f"generator.zoo.nets.{factory}",
        kwargs=kwargs,
        input_shape=shape,
        labels=(),
    )
    request = Request(spec, (), WeightsPolicy.RANDOM, 0, folder, folder)
    record, _ = capture(request, lambda _step: None)
    return record


@pytest.mark.parametrize(("factory", "shape"), NETS)
def test_a_net_is_traced_and_its_numbers_agree(
    factory: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    """torch.export takes it, nothing fails, ONNX is readable with a free batch, checks agree."""
    record = _captured(factory, shape, tmp_path)
    assert record.failures == ()
    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.EXPORT
    batch = onnx.load(tmp_path / "model.onnx").graph.input[0].type.tensor_type.shape.dim[0]
    assert batch.dim_param == "batch"
    assert [check for check in checks(record) if check.is_binding and not check.agrees] == []


@pytest.mark.slow
def test_heads_are_shown_as_not_called(tmp_path: Path) -> None:
    """With the heads on, parameters count and MACs do not, and the sums still hold."""
    record = _captured("googlenet:googlenet_2014", PICTURE, tmp_path, auxiliary=True)
    assert record.failures == ()
    assert [check for check in checks(record) if check.is_binding and not check.agrees] == []
