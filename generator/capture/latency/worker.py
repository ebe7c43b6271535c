"""Decides what happens inside the process that measures one model."""

import gc
from collections.abc import Callable
from multiprocessing.connection import Connection

import torch

from generator.capture.build import BuiltModel, build
from generator.capture.examples import Example, dtype_of
from generator.capture.latency.machine import processor_name
from generator.capture.latency.request import Timed, TimingRequest
from generator.capture.latency.stopwatch import time_batch
from generator.capture.request import Step
from generator.capture.session import Say, failure_of
from generator.errors import CaptureError
from generator.records import BatchTiming, Failure, Surroundings


def run(request: TimingRequest, pipe: Connection) -> None:
    """Measure one model and report over the pipe; whatever the model prints is dropped."""
    pipe.send(measure(request, processor_name(), lambda step: pipe.send(Step(step))))
    pipe.close()


def measure(request: TimingRequest, processor: str, say: Say) -> Timed:
    """Build a model exactly as its capture does, and time it batch by batch.

    One batch may fail, out of memory or because the net holds it to be of another size; the others
    are measured nevertheless.
    """
    threads = torch.get_num_threads()
    timings: list[BatchTiming] = []
    failures: list[Failure] = []
    surroundings = None
    step = "build"
    try:
        say(step)
        device = _device(request.device)
        built = build(request.spec, request.weights, request.seed, request.root)
        torch.set_num_threads(threads)  # whatever the model's code made of it
        built.module.to(device)
        surroundings = _surroundings(device, built, processor)
    except Exception as error:  # noqa: BLE001 - here a failure becomes an answer
        return Timed(failures=(failure_of(step, error, request.root),))
    for batch in request.batches:
        step = f"batch of {batch}"
        try:
            say(step)
            timings.append(_timed(built, batch, device))
        except Exception as error:  # noqa: BLE001 - and here
            failures.append(failure_of(step, error, request.root))
    return Timed(surroundings, tuple(timings), tuple(failures))


def _device(wanted: str) -> torch.device:
    is_there = torch.cuda.is_available()
    if wanted == "cuda" and not is_there:
        raise CaptureError("torch finds no CUDA device here; set device = 'auto' or 'cpu'")
    return torch.device("cuda" if is_there and wanted != "cpu" else "cpu")


def _timed(built: BuiltModel, batch: int, device: torch.device) -> BatchTiming:
    example = _example(built, batch).on(device)
    with torch.inference_mode():
        gc.disable()  # it would stop one pass, and not the next
        try:
            return time_batch(_pass(built.module, example, device), batch)
        finally:
            gc.enable()


def _example(built: BuiltModel, batch: int) -> Example:
    """Return a batch of what the model is called with: noise, or its own inputs several times."""
    if built.example is not None:
        return built.example.repeated(batch)
    return Example((torch.rand(batch, *built.input_shape, dtype=dtype_of(built.module)),))


def _pass(module: torch.nn.Module, example: Example, device: torch.device) -> Callable[[], None]:
    def run() -> None:
        example.run(module)
        if device.type == "cuda":  # which has only been told so far
            torch.cuda.synchronize(device)

    return run


def _surroundings(device: torch.device, built: BuiltModel, processor: str) -> Surroundings:
    is_cuda = device.type == "cuda"
    return Surroundings(
        device=device.type,
        name=torch.cuda.get_device_name(device) if is_cuda else processor,
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        dtype=str(dtype_of(built.module)).removeprefix("torch."),
    )
