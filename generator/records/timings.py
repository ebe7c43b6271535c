"""Decides what is recorded of a model's speed: apart from its capture, for it is never the same."""

from generator.records.base import Frozen
from generator.records.models import Failure


class Surroundings(Frozen):
    """What a time was measured on."""

    device: str
    """The kind of device: cpu or cuda."""
    name: str
    """What the processor or accelerator calls itself."""
    threads: int
    """Threads that torch works with on the processor."""
    torch: str
    dtype: str
    """Of the values inside: float32, bfloat16 …"""


class BatchTiming(Frozen):
    """How long one forward pass of a whole batch takes."""

    batch: int
    """Inputs that pass through at once."""
    median_ms: float
    runs: int
    """Passes that were timed, after those that only warm up."""

    @property
    def throughput(self) -> float:
        """Return inputs a second."""
        return 1000 * self.batch / self.median_ms


class Timing(Frozen):
    """The speed of one model, as it was measured last."""

    slug: str
    capture: str
    """The capture that the model had then; the times of another are not shown."""
    key: str
    """Digest of everything known beforehand that decides about the times."""
    surroundings: Surroundings | None = None
    """None where nothing could be measured."""
    batches: tuple[BatchTiming, ...] = ()
    failures: tuple[Failure, ...] = ()

    def of_batch(self, batch: int) -> BatchTiming | None:
        """Return what was measured with this many inputs at once."""
        return next((one for one in self.batches if one.batch == batch), None)
