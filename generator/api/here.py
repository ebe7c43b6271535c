"""Decides how this process is found again after a capture in it."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from generator.capture.request import Request
from generator.capture.session import capture
from generator.records import ModelRecord

_OWN_WEIGHTS = "as given"


def captured_here(
    request: Request, say: Callable[[str], None], *, keeps_weights: bool
) -> ModelRecord:
    """Capture in this process, and put everything back that a capture changes.

    Args:
        request: what to capture.
        say: called with each step that begins.
        keeps_weights: whether the model came with weights that nobody here made.
    """
    with _as_before():
        record, _ = capture(request, say)
    record = ModelRecord.model_validate_json(record.model_dump_json())
    if keeps_weights and record.provenance is not None and request.spec.weights is None:
        own = {"weights": _OWN_WEIGHTS, "weights_are_random": False}
        made = record.provenance.model_copy(update=own)
        return record.model_copy(update={"provenance": made})
    return record


@contextmanager
def _as_before() -> Iterator[None]:
    """Put back what the caller's own work may depend on: seeds, threads, modes, search paths."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the one in use
    threads, path, writes = torch.get_num_threads(), sys.path[:], sys.dont_write_bytecode
    is_strict = torch.are_deterministic_algorithms_enabled()
    only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
    dtype = torch.get_default_dtype()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.use_deterministic_algorithms(is_strict, warn_only=only_warns)
        torch.set_num_threads(threads)
        sys.path[:], sys.dont_write_bytecode = path, writes
        np.random.set_state(numpy)  # noqa: NPY002
        random.setstate(python)
