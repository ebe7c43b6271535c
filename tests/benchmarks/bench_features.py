"""How long it takes to look inside a model, and what its pictures weigh.

Run it by hand: `python tests/benchmarks/bench_features.py [MODEL …]`. It exits with 1 where a grid
costs more than 40 ms, or where the pictures exceed their limit.
"""

import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from generator.capture import session
from generator.capture.insides import Contain, Subject, look_inside
from generator.capture.request import Request
from generator.config import WeightsPolicy
from generator.records import ModelRecord
from generator.zoo.families import zoo_entries

MODELS = ("resnet18", "googlenet", "densenet201")
LIMIT_MS = 40


def main() -> int:
    """Print a line for each model."""
    entries = {entry.slug: entry for entry in zoo_entries()}
    is_slow = False
    print("model            grids  thumbnails  seconds  ms/grid  files       MB")  # noqa: T201 - run by hand
    for slug in sys.argv[1:] or MODELS:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            request = Request(entries[slug], (), WeightsPolicy.RANDOM, 0, home, home)
            record, seconds = timed(request)
        grids = len(record.features) + len(record.inner_features)
        tiles = sum(len(sheet.nodes) for sheet in record.thumbnails)
        budget = record.picture_budget
        assert budget is not None
        each = 1000 * seconds / grids
        is_slow |= each > LIMIT_MS or budget.used_bytes > budget.limit_bytes
        print(  # noqa: T201
            f"{slug:15} {grids:6} {tiles:11} {seconds:8.2f} {each:8.1f} "
            f"{len(record.artifacts):6} {budget.used_bytes / 1e6:8.2f}"
        )
    return int(is_slow)


def timed(request: Request) -> tuple[ModelRecord, float]:
    """Capture a model; return its record, and the CPU seconds that looking inside took."""
    spent = 0.0

    def stopwatch(
        subject: Subject, record: ModelRecord, folder: Path, limit_bytes: int, _contain: Contain
    ) -> ModelRecord:
        nonlocal spent
        began = time.process_time()
        found = look_inside(subject, record, folder, limit_bytes, uncontained)
        spent = time.process_time() - began
        return found

    session.look_inside = stopwatch
    record, _ = session.capture(request, lambda _step: None)
    return record, spent


def uncontained(_step: str) -> AbstractContextManager[None]:
    """Let errors through: a benchmark of nothing is none."""
    return nullcontext()


if __name__ == "__main__":
    sys.exit(main())
