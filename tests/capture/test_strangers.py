"""Nets of every kind are captured: what pictures would show is left out, with a reason."""

from pathlib import Path

import pytest

from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import WeightsPolicy
from generator.records import ModelRecord, ModelSpec, Origin, Reason, TraceMethod

PICTURE = (3, 16, 16)
LEFT_OUT = {"features", "attribution", "predictions", "sizes"}


def captured(name: str, folder: Path, **facts: object) -> ModelRecord:
    """Capture a net of tests/strangers.py; facts that no spec knows are its arguments."""
    known = {key: facts.pop(key) for key in ("inputs", "input_shape") if key in facts}
    spec = ModelSpec.model_validate(
        {
            "slug": "net",
            "title": "Net",
            "family": "Toys",
            "origin": Origin.USER,
            "factory": f"strangers:{name}",
            "kwargs": facts,
            **known,
        }
    )
    root = Path(__file__).parent.parent
    record, _ = capture(
        Request(spec, (), WeightsPolicy.RANDOM, 0, root, folder), lambda _step: None
    )
    assert ModelRecord.model_validate_json(record.model_dump_json()) == record
    return record


def reasons(record: ModelRecord, reason: Reason) -> set[str]:
    """Return the kinds that are left out for a reason."""
    return {skipped.kind for skipped in record.skipped if skipped.reason is reason}


@pytest.mark.parametrize(
    ("name", "facts", "shape", "macs"),
    [
        ("Tokens", {"inputs": "strangers:tokens"}, (7,), None),
        ("Pair", {"inputs": "strangers:pair"}, (3, 9, 9), 4 * 27 * 49 + 20),
        ("Pair", {"inputs": "strangers:named_pair"}, (5,), 4 * 27 * 49 + 20),
        ("Series", {"input_shape": (2, 32)}, (2, 32), 4 * 10 * 14 + 12),
        ("Volume", {"input_shape": (1, 6, 8, 8)}, (1, 6, 8, 8), 3 * 27 * 4 * 36 + 6),
        ("Table", {"input_shape": (5,)}, (5,), 48),
        ("Cells", {"input_shape": (4, 5)}, (4, 5), 4 * 3 * 7 * 12),
        ("LazyTable", {"input_shape": (9,)}, (9,), 36),
    ],
)
def test_a_net_that_takes_no_picture_is_captured(
    name: str, facts: dict[str, object], shape: tuple[int, ...], macs: int | None, tmp_path: Path
) -> None:
    """Graph, costs, ONNX and weights do not need one; the rest says why it is missing."""
    record = captured(name, tmp_path, **facts)

    assert not record.failures
    assert record.input_shape == shape
    assert record.total_macs == (macs or record.total_macs)
    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.EXPORT
    assert {"onnx", "torchinfo"} <= {artifact.kind for artifact in record.artifacts}
    assert reasons(record, Reason.NO_PICTURES) == LEFT_OUT
    assert (record.pictures, record.features, record.predictions) == ((), (), ())
    assert record.other_sizes == ()


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_recurrent_layers_are_counted_step_by_step(kind: str, gates: int, tmp_path: Path) -> None:
    """Each of 4 steps multiplies 5 inputs and 7 memories for 7 places of every gate."""
    record = captured("Reader", tmp_path, kind=kind, input_shape=(4, 5))

    assert not record.failures
    assert [call.macs for call in record.calls if call.path == "remember"] == [
        4 * gates * 7 * (5 + 7)
    ]


@pytest.mark.parametrize("how", ["dict", "dataclass", "tuple", "nested", "object"])
def test_scores_are_found_in_whatever_is_returned(how: str, tmp_path: Path) -> None:
    """Predictions, features, attribution and ONNX are as if they had been returned bare."""
    record = captured("Wrapping", tmp_path, how=how, input_shape=PICTURE)

    assert not record.failures
    assert len(record.predictions) == len(record.pictures) == 3
    assert record.attributions
    assert "onnx" in {artifact.kind for artifact in record.artifacts}
    unknown = reasons(record, Reason.UNKNOWN_TYPE)
    assert unknown == ({"torchinfo"} if how in {"dataclass", "object"} else set())
    assert (record.torchinfo_macs is None) == bool(unknown)


@pytest.mark.parametrize("answer", [None, "a cat"])
def test_a_net_may_return_no_tensor(answer: str | None, tmp_path: Path) -> None:
    """There is nothing to predict from, and everything else to see."""
    record = captured("Silent", tmp_path, answer=answer, input_shape=PICTURE)

    assert not record.failures
    assert record.features
    assert reasons(record, Reason.NO_CLASSES) == {"attribution", "predictions"}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_numbers_of_every_width_are_computed_with(dtype: str, tmp_path: Path) -> None:
    """Pictures are converted to what the weights are."""
    record = captured("Precise", tmp_path, dtype=dtype, input_shape=PICTURE)

    assert not record.failures
    width = {"float16": 2, "bfloat16": 2, "float64": 8}[dtype]
    assert {stats.bytes for stats in record.parameters} == {
        stats.numel * width for stats in record.parameters
    }
    assert record.features
    assert record.attributions
    assert all(abs(p.probability_sum - 1) < 1e-6 for p in record.predictions)


@pytest.mark.parametrize("name", ["Listed", "Overwriting", "Lazy", "Recomputing"])
def test_loops_overwriting_and_late_sizes_are_no_trouble(name: str, tmp_path: Path) -> None:
    """One graph from torch.export, ONNX, and grids for every picture."""
    record = captured(name, tmp_path, input_shape=PICTURE)

    assert not record.failures
    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.EXPORT
    assert {grid.image for grid in record.features} == {p.id for p in record.pictures}


def test_attention_with_a_bias_becomes_onnx(tmp_path: Path) -> None:
    """Torch's first translation is refused for the layout of its result; the second is not."""
    record = captured("Attending", tmp_path, input_shape=PICTURE)

    assert not record.failures
    assert "onnx" in {artifact.kind for artifact in record.artifacts}
    assert all(node.onnx for node in record.nodes if node.op in {"conv2d", "linear"})


def test_modules_that_are_never_called_are_listed_uncalled(tmp_path: Path) -> None:
    """Their weights count, their costs do not."""
    record = captured("Listed", tmp_path, input_shape=PICTURE)

    idle = {m.path for m in record.modules if m.is_leaf} - {call.path for call in record.calls}
    assert idle == {"steps.2", "heads.unused"}
    assert {"steps.2.weight", "heads.unused.weight"} <= {p.name for p in record.parameters}


def test_a_layer_that_never_learns_its_size_is_listed_and_counts_nothing(tmp_path: Path) -> None:
    """Lazy and uncalled: it has no weights, which is no reason to know nothing of the others."""
    record = captured("Unreached", tmp_path, input_shape=PICTURE)

    assert not record.failures
    assert "spare" in {module.path for module in record.modules}
    assert sum(stats.numel for stats in record.parameters) == 4 * (27 + 1)


def test_weights_of_eight_bits_are_counted_and_fed_with_more(tmp_path: Path) -> None:
    """Pictures are not converted to numbers that torch cannot add."""
    record = captured("Stored", tmp_path, input_shape=PICTURE)

    assert not record.failures
    assert [stats.bytes for stats in record.parameters] == [6]
    assert len(record.predictions) == 3


@pytest.mark.parametrize(
    ("name", "facts", "said"),
    [
        ("Moody", {"inputs": "strangers:mood"}, "called like the model's: mode"),
        ("Nested", {"input_shape": PICTURE}, "modules inside of modules"),
        ("exported", {"input_shape": PICTURE}, "not supported"),
    ],
)
def test_what_torchinfo_cannot_run_is_captured_without_it(
    name: str, facts: dict[str, object], said: str, tmp_path: Path
) -> None:
    """Its shortfall is no failure of the model's; the record says why there is no table."""
    record = captured(name, tmp_path, **facts)

    assert not record.failures
    (skipped,) = [one for one in record.skipped if one.kind == "torchinfo"]
    assert skipped.reason is Reason.UNMEASURED
    assert said in skipped.detail
    assert record.total_macs


@pytest.mark.parametrize("name", ["compiled", "parallel"])
def test_wrappers_of_torch_are_taken_off(name: str, tmp_path: Path) -> None:
    """Layers are called as the net itself calls them."""
    record = captured(name, tmp_path, input_shape=PICTURE)

    assert not record.failures
    assert [module.path for module in record.modules] == ["", "convolve"]
    assert record.other_sizes


@pytest.mark.parametrize("name", ["Decides", "Detour", "Scripted", "scripted", "quantised"])
def test_what_export_refuses_is_followed(name: str, tmp_path: Path) -> None:
    """No failure: a graph of torch.fx, and why there is no better one, no ONNX, no attribution."""
    record = captured(name, tmp_path, input_shape=(3, 8, 8))

    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.FX
    assert not [failure for failure in record.failures if failure.kind != "torchinfo"]
    assert reasons(record, Reason.NO_EXPORT) == {"trace", "onnx", "attribution"}
    assert len(record.predictions) == 3
    ids = {node.id for node in record.nodes}
    assert all(set(sheet.nodes) <= ids for sheet in record.thumbnails)


def test_one_request_gives_one_record_by_every_way(tmp_path: Path) -> None:
    """What a net decides by values, it decides again the same."""
    first, second = (
        captured("Decides", tmp_path / place, input_shape=PICTURE) for place in ("one", "two")
    )

    assert first.model_dump_json() == second.model_dump_json()


def test_what_nobody_may_trace_is_shown_by_its_calls(tmp_path: Path) -> None:
    """And that is a shortfall, which the record says in the net's own words."""
    record = captured("Unseen", tmp_path, input_shape=PICTURE)

    assert record.provenance is not None
    assert record.provenance.trace is TraceMethod.HOOKS
    assert [(f.kind, f.message) for f in record.failures] == [("trace", "not while I am watched")]
    assert [node.op for node in record.nodes] == ["input", "Conv2d", "BatchNorm2d"]
    assert {sheet.nodes for sheet in record.thumbnails} == {("call_0", "call_1")}
