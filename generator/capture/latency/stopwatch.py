"""Decides how often a forward pass runs, and which of its times stands for all."""

import statistics
import time
from collections.abc import Callable

from generator.records import BatchTiming

WARM_UP_S = 0.2
"""Seconds for passes that nobody times: caches fill, kernels are chosen, clocks rise."""

TIMED_S = 0.8
"""Seconds for passes that are timed; there is always one, however long it takes."""

MOST_RUNS = 100


def time_batch(
    run: Callable[[], None], batch: int, clock: Callable[[], float] = time.perf_counter
) -> BatchTiming:
    """Run something again and again for about a second, and keep the median.

    The median, because other programs can only make a pass slower, now and then by much.

    Args:
        run: one pass; it returns when the work is done, not when it is queued.
        batch: how many inputs pass at once.
        clock: seconds since whenever.
    """
    _repeat(run, WARM_UP_S, clock)
    seconds = _repeat(run, TIMED_S, clock)
    median_ms = 1000 * statistics.median(seconds)
    return BatchTiming(batch=batch, median_ms=float(f"{median_ms:.4g}"), runs=len(seconds))


def _repeat(run: Callable[[], None], limit_s: float, clock: Callable[[], float]) -> list[float]:
    """Return the seconds of each run; none begins that would probably end beyond the limit."""
    seconds: list[float] = []
    began = clock()
    while len(seconds) < MOST_RUNS:
        before = clock()
        run()
        after = clock()
        seconds.append(after - before)
        if after - began + statistics.median(seconds) > limit_s:
            break
    return seconds
