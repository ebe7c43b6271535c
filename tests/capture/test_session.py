"""One model's capture: steps in order, each of which may fail without the others."""

import sys
from pathlib import Path

import pytest
import torch
import torchinfo
from torch import Tensor, nn

from generator.capture import features, session
from generator.capture.request import Request
from generator.capture.session import capture, failure_of
from generator.config import WeightsPolicy
from generator.records import ModelRecord, ModelSpec, Origin, Reason


class OneAtATime(nn.Module):
    """Refuses more than one picture."""

    def forward(self, pictures: Tensor) -> Tensor:
        (picture,) = pictures
        return picture.mean((1, 2))[None]


class Scalar(nn.Module):
    """Returns a tensor without dimensions."""

    def forward(self, pictures: Tensor) -> Tensor:
        return pictures.sum()


class Answer:
    """A type torchinfo does not know."""

    def __init__(self, scores: Tensor) -> None:
        self.scores = scores


class Wrapped(nn.Module):
    """Returns an object of its own type."""

    def __init__(self) -> None:
        super().__init__()
        self.classify = nn.Linear(17, 3)

    def forward(self, pictures: Tensor) -> Answer:
        return Answer(self.classify(pictures.mean((1, 2))))


class Odd(nn.Module):
    """Gives NaN for everything."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)
        nn.init.constant_(self.convolve.weight, float("nan"))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.convolve(pictures).mean((2, 3))


class Silent(nn.Module):
    """Raises an error that says nothing."""

    def forward(self, _pictures: Tensor) -> Tensor:
        raise NotImplementedError


def captured(name: str, folder: Path) -> ModelRecord:
    """Capture a net of this file, or of tests/toys.py."""
    spec = ModelSpec(
        slug="net",
        title="Net",
        family="Toys",
        origin=Origin.USER,
        factory=name if ":" in name else f"{__name__}:{name}",
        input_shape=(3, 17, 17),
    )
    root = Path(__file__).parent
    steps: list[str] = []
    record, _ = capture(Request(spec, (), WeightsPolicy.RANDOM, 0, root, folder), steps.append)
    assert steps[0] == "build"
    return record


def test_every_file_is_listed_with_its_digest(tmp_path: Path) -> None:
    """The list is what the store checks and the page offers."""
    record = captured("toys:Plain", tmp_path)

    files = [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()]
    assert sorted(a.file for a in record.artifacts) == sorted(files)
    assert {a.kind for a in record.artifacts} == {
        *("onnx", "torchinfo", "inputs", "features", "thumbnails", "attribution"),
        *("kernels", "norms", "predictions"),
    }
    assert not record.failures


def test_a_net_for_one_picture_at_a_time_sees_all_of_them(tmp_path: Path) -> None:
    """Pictures are shown one after the other, so that nobody is asked for a batch."""
    record = captured("OneAtATime", tmp_path)

    assert not record.failures
    assert [p.image for p in record.predictions] == [p.id for p in record.pictures]
    assert len(record.pictures) == 3


def test_a_number_is_an_output_like_any_other(tmp_path: Path) -> None:
    """There is nothing to predict from it, and nothing to fail about."""
    record = captured("Scalar", tmp_path)

    assert record.is_captured
    assert record.predictions == ()
    assert record.calls[0].output_shape == ()


def test_torchinfo_may_fail_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it cannot read, the hooks still can; the page says what is missing."""

    def fail(*_arguments: object, **_settings: object) -> None:
        raise ZeroDivisionError("an empty table")

    monkeypatch.setattr(torchinfo, "summary", fail)

    record = captured("toys:Plain", tmp_path)

    assert record.is_captured
    assert record.torchinfo_macs is None
    assert [(f.kind, f.error) for f in record.failures] == [("torchinfo", "ZeroDivisionError")]


def test_what_fails_while_it_is_built_leaves_no_files_without_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels were drawn already, of a network that nothing else is known of."""

    def fail(*_arguments: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(session, "norm_stats", fail)

    record = captured("toys:Plain", tmp_path)

    assert [(f.kind, f.error) for f in record.failures] == [("build", "MemoryError")]
    assert record.artifacts == ()


def test_types_that_torchinfo_does_not_know_are_no_failure(tmp_path: Path) -> None:
    """The hooks see more than it does; the page says what is missing."""
    record = captured("Wrapped", tmp_path)

    assert record.failures == ()
    assert record.torchinfo_macs is None
    assert record.total_macs == 17 * 3
    assert [s.reason for s in record.skipped if s.kind == "torchinfo"] == [Reason.UNKNOWN_TYPE]


def test_features_may_fail_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and graph do not depend on pictures."""

    def fail(*_arguments: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(features, "draw_grids", fail)

    record = captured("toys:Plain", tmp_path)

    assert [(f.kind, f.error) for f in record.failures] == [("features", "MemoryError")]
    assert record.features == ()
    assert record.total_macs
    assert record.nodes


def test_a_net_that_raises_says_so_once(tmp_path: Path) -> None:
    """The error is the net's own; what follows from it is not listed."""
    record = captured("toys:Raises", tmp_path)

    assert [(f.kind, f.error, f.message) for f in record.failures] == [
        ("forward", "ValueError", "this net always breaks <b>here</b>")
    ]
    assert not record.is_captured
    assert record.parameters


def test_nan_everywhere_gives_a_record_that_can_be_read(tmp_path: Path) -> None:
    """JSON knows no NaN, so none may get into a record."""
    record = captured("Odd", tmp_path)

    assert ModelRecord.model_validate_json(record.model_dump_json()) == record
    assert record.is_captured
    assert record.predictions == ()


def test_one_request_gives_one_record(tmp_path: Path) -> None:
    """Neither time nor place shows in a record or a file."""
    first = captured("toys:ResidualNet", tmp_path / "one")
    second = captured("toys:ResidualNet", tmp_path / "two")

    assert first.model_dump_json() == second.model_dump_json()


def failure_message(error: Exception, root: Path = Path("/nowhere")) -> str:
    """Describe an error as a record would."""
    return failure_of("step", error, root).message


def test_a_message_ends_with_its_first_paragraph() -> None:
    """What torch adds below is for its own developers."""
    error = ValueError("  It failed\n  here.\n\nFor more information set TORCH_LOGS")

    assert failure_message(error) == "It failed here."


def test_a_message_holds_no_address() -> None:
    """Objects lie elsewhere in every run, and records must repeat."""
    assert failure_message(TypeError("no <net.Answer object at 0x7fab12>")) == (
        "no <net.Answer object>"
    )


@pytest.mark.parametrize("folder", [Path.cwd(), Path.home(), Path(sys.prefix), Path("/my/project")])
def test_a_message_names_no_folder_of_this_machine(folder: Path) -> None:
    """Records are published, and must not depend on where they were made."""
    error = OSError(f"{folder}/nets.py is strange")

    assert failure_message(error, Path("/my/project")) == "…/nets.py is strange"


def test_of_folders_in_each_other_the_innermost_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project reads the same wherever archatlas was started."""
    monkeypatch.chdir(tmp_path)

    assert failure_message(OSError(f"{tmp_path}/net/x.py"), tmp_path / "net") == "…/x.py"


def test_slashes_survive_a_home_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container the home may be the root folder itself."""
    monkeypatch.setenv("HOME", "/")

    assert failure_message(OSError("a/b/c")) == "a/b/c"


def test_an_error_without_words_is_described_by_its_line(tmp_path: Path) -> None:
    """Some messages are empty; the source still tells something."""
    record = captured("Silent", tmp_path)

    assert [f.message for f in record.failures] == ["raise NotImplementedError"]


def test_a_net_may_use_random_numbers(tmp_path: Path) -> None:
    """The seed decides them all, in any order of captures."""
    torch.manual_seed(12345)
    first = captured("toys:Branches", tmp_path / "one")
    torch.rand(99)
    second = captured("toys:Branches", tmp_path / "two")

    assert first == second
