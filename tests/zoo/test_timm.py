"""Models of timm are captured whole: convolutions, transformers, mixers, and what is in between.

Of each kind the smallest are captured here. `ARCHATLAS_TIMM=all` captures the whole list of
timm_models.toml, which takes an hour; TIMM.md tells how it went.
"""

import os
import tomllib
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import WeightsPolicy
from generator.pictures import sample_photos
from generator.records import ModelRecord, ModelSpec, Origin, TraceMethod

timm = pytest.importorskip("timm", reason="NO TIMM: none of its models is captured; install timm")

pytestmark = pytest.mark.slow

KINDS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("timm_models.toml").read_text(encoding="utf-8")
)
ALL = [name for names in KINDS.values() for name in names]
FEW = 1
SMALLEST = [
    name
    for names in KINDS.values()
    for name in [small for small in names if small.startswith("test_")][:FEW]
]
SMALLEST += ["resnest14d", "nest_tiny", "mixer_s32_224"]
MODELS = ALL if os.environ.get("ARCHATLAS_TIMM") == "all" else SMALLEST
ZEROED = {"mixer_s32_224", "gmlp_ti16_224", "resmlp_12_224", "hiera_tiny_224", "sequencer2d_s"}
"""Without trained weights their classifier is zero, so that no pixel decides about a class."""


@cache
def captured(name: str) -> ModelRecord:
    """Capture a model of timm with one picture, once."""
    spec = ModelSpec(
        slug=name, title=name, family="timm", origin=Origin.TIMM, factory=f"timm:{name}"
    )
    folder = Path(mkdtemp())
    request = Request(spec, sample_photos()[:1], WeightsPolicy.RANDOM, 0, folder, folder)
    record, _ = capture(request, lambda _step: None)
    return record


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_timm_is_captured_whole(name: str) -> None:
    """A graph by torch.export, ONNX, predictions with words, and pictures of its insides."""
    record = captured(name)

    assert not record.failures
    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.EXPORT
    assert {"onnx", "torchinfo", "predictions"} <= {a.kind for a in record.artifacts}
    assert [len(p.top) for p in record.predictions] == [5]
    assert not record.predictions[0].top[0].label.startswith("class ")
    assert record.total_macs
    assert bool(record.attributions) != (name in ZEROED)
    assert record.thumbnails


@pytest.mark.parametrize("name", MODELS)
def test_parameters_are_those_that_timm_builds(name: str) -> None:
    """Counted by another hand."""
    counted = sum(p.numel() for p in timm.create_model(name).parameters())

    assert sum(stats.numel for stats in captured(name).parameters) == counted


def test_the_list_has_every_kind_and_no_model_twice() -> None:
    """Sixty at least, and none that timm does not know."""
    assert KINDS.keys() == {"convolutions", "transformers", "mixers", "hybrids"}
    assert len(ALL) == len(set(ALL)) >= 60
    assert set(timm.list_models()) >= set(ALL)


def test_all_of_them_are_for_one_input_of_their_own_size() -> None:
    """The input that timm says its weights were evaluated with."""
    for name in MODELS:
        size = timm.models.get_pretrained_cfg(name).input_size
        assert captured(name).input_shape == size
        assert captured(name).calls[0].input_shape == (1, *size)
