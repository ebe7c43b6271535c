"""Claims about times: how often a pass runs, what stands for all, and what a failure leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from generator.capture.latency.machine import machine, processor_name
from generator.capture.latency.request import Timed, TimingRequest
from generator.capture.latency.stopwatch import MOST_RUNS, TIMED_S, WARM_UP_S, time_batch
from generator.capture.latency.worker import measure
from generator.config import Device, WeightsPolicy
from generator.records import BatchTiming, ModelSpec, Origin

NETS = """
import torch
from torch import nn


class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)

    def forward(self, pictures):
        return self.convolve(pictures).mean((2, 3))


class Single(Good):
    def forward(self, pictures):
        if len(pictures) != 1:
            raise ValueError("one at a time")
        return super().forward(pictures)


class Meddles(Good):
    def __init__(self):
        super().__init__()
        torch.set_num_threads(1 if torch.get_num_threads() > 1 else 2)


class Broken(Good):
    def __init__(self):
        raise RuntimeError("no weights today")


class Two(nn.Module):
    def forward(self, pictures, rows):
        assert pictures.dtype is torch.int64
        return pictures.float().mean((2, 3)) + rows


def two():
    return {"rows": torch.rand(1, 3), "pictures": torch.ones(1, 3, 4, 4, dtype=torch.int64)}


class Half(Good):
    def __init__(self):
        super().__init__()
        self.to(torch.bfloat16)
"""


class Clock:
    """A clock that only moves while a pass runs."""

    def __init__(self, *seconds: float) -> None:
        self.now = 0.0
        self.seconds = list(seconds)
        self.runs = 0

    def read(self) -> float:
        return self.now

    def run(self) -> None:
        self.runs += 1
        self.now += self.seconds[min(self.runs, len(self.seconds)) - 1]


def test_the_median_of_the_timed_passes_counts() -> None:
    """The warm-up leaves no trace, and neither does one slow pass."""
    clock = Clock(0.19, 0.1, 0.1, 0.35, 0.1)
    timing = time_batch(clock.run, 4, clock.read)
    assert timing == BatchTiming(batch=4, median_ms=100.0, runs=5)
    assert timing.throughput == pytest.approx(40.0)


def test_a_slow_pass_is_timed_once() -> None:
    """After one that warms up: what takes long cannot be repeated within a second."""
    clock = Clock(7.0)
    assert time_batch(clock.run, 1, clock.read).runs == 1
    assert clock.runs == 2


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.03, 0.3])
def test_a_batch_takes_about_a_second(seconds: float) -> None:
    """Never more than what is granted, whatever a pass takes."""
    clock = Clock(seconds)
    timing = time_batch(clock.run, 1, clock.read)
    assert clock.now <= WARM_UP_S + TIMED_S + 0.2 + 1e-9
    assert 1 <= timing.runs <= MOST_RUNS


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Write the nets; put back what they meddle with."""
    threads = torch.get_num_threads()
    (tmp_path / "nets.py").write_text(NETS)
    yield tmp_path
    torch.set_num_threads(threads)


def asked(root: Path, name: str, device: str = "cpu", batches: tuple[int, ...] = (1, 3)) -> Timed:
    """Measure one of the nets in this process."""
    spec = ModelSpec(
        slug=name.lower(),
        title=name,
        family="Toys",
        origin=Origin.USER,
        factory=f"./nets.py:{name}",
        input_shape=(3, 9, 9),
    )
    request = TimingRequest(spec, WeightsPolicy.RANDOM, 0, root, device, batches)
    return measure(request, "Abacus 3000", lambda _step: None)


def test_every_batch_size_is_timed_with_what_it_ran_on(root: Path) -> None:
    """The processor's name comes from outside; threads, torch and kind of numbers from here."""
    timed = asked(root, "Good")
    assert [one.batch for one in timed.batches] == [1, 3]
    assert all(one.median_ms > 0 and one.runs >= 1 for one in timed.batches)
    assert timed.failures == ()
    found = timed.surroundings
    assert (found.device, found.name, found.dtype) == ("cpu", "Abacus 3000", "float32")
    assert (found.threads, found.torch) == (torch.get_num_threads(), torch.__version__)


def test_a_net_with_inputs_of_its_own_is_timed_with_them(root: Path) -> None:
    """Several times in a batch."""
    spec = ModelSpec(
        slug="two",
        title="Two",
        family="Toys",
        origin=Origin.USER,
        factory="./nets.py:Two",
        inputs="./nets.py:two",
    )
    request = TimingRequest(spec, WeightsPolicy.RANDOM, 0, root, "cpu", (1, 3))
    timed = measure(request, "Abacus 3000", lambda _step: None)
    assert timed.failures == ()
    assert [one.batch for one in timed.batches] == [1, 3]


def test_one_batch_size_may_fail_alone(root: Path) -> None:
    """What it said is kept; the other is timed."""
    timed = asked(root, "Single", batches=(3, 1))
    assert [one.batch for one in timed.batches] == [1]
    (failure,) = timed.failures
    assert (failure.kind, failure.message) == ("batch of 3", "one at a time")


def test_a_model_that_cannot_be_built_has_no_times(root: Path) -> None:
    """A failure instead of an exception."""
    timed = asked(root, "Broken")
    assert (timed.surroundings, timed.batches) == (None, ())
    assert timed.failures[0].message == "no weights today"


def test_a_model_that_changes_threads_is_timed_with_the_usual_ones(root: Path) -> None:
    """Or its times could not be held against the others'."""
    before = torch.get_num_threads()
    assert asked(root, "Meddles").surroundings.threads == before


def test_a_model_in_half_precision_gets_inputs_like_its_weights(root: Path) -> None:
    """And the page can say so."""
    timed = asked(root, "Half")
    assert timed.failures == ()
    assert timed.surroundings.dtype == "bfloat16"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_without_an_accelerator_auto_takes_the_processor_and_cuda_says_so(root: Path) -> None:
    """One is a wish, the other a demand."""
    assert asked(root, "Good", "auto", (1,)).surroundings.device == "cpu"
    (failure,) = asked(root, "Good", "cuda", (1,)).failures
    assert "set device = 'auto' or 'cpu'" in failure.message


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO CUDA DEVICE: nothing timed on one")
def test_an_accelerator_is_named_and_waited_for(root: Path) -> None:
    """The time is that of the work, not of the telling."""
    timed = asked(root, "Good", "cuda")
    assert timed.surroundings.device == "cuda"
    assert timed.surroundings.name == torch.cuda.get_device_name()
    assert len(timed.batches) == 2


def test_a_processor_is_named_without_its_trade_marks(tmp_path: Path) -> None:
    """By the first entry of the kernel's list; by its kind where there is no list."""
    listing = tmp_path / "cpuinfo"
    listing.write_text("processor\t: 0\nmodel name\t: Abacus(R)  Bead(TM) 9\nmodel name\t: Other\n")
    assert processor_name(listing) == "Abacus Bead 9"
    assert processor_name(tmp_path / "nothing") != ""


def test_accelerators_matter_only_where_one_may_be_used() -> None:
    """A new one makes no time of a processor out of date."""
    assert machine(Device.CPU).keys() < machine(Device.AUTO).keys()
