"""Decides how an exception becomes a recorded failure."""

import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from generator.records import Failure


@dataclass
class Failures:
    """Steps that failed without taking the model down."""

    root: Path
    found: list[Failure] = field(default_factory=list)

    @contextmanager
    def contain(self, step: str) -> Iterator[None]:
        """Note what a step raises, and go on after it."""
        before = len(self.found)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the one place where a failure becomes a fact
            # What failed on the way is no news once the whole step did.
            self.found[before:] = [failure_of(step, error, self.root)]


def failure_of(step: str, error: BaseException, root: Path) -> Failure:
    """Describe an exception by its first paragraph, without a path or address of this machine.

    One that says nothing is described by the line that raised it.
    """
    # What the failed code held may be all the memory there is; saying so takes some, too.
    traceback.clear_frames(error.__traceback__)
    lines = traceback.extract_tb(error.__traceback__)
    said = str(error).strip() or (lines[-1].line if lines else "") or ""
    message = re.sub(r" at 0x[0-9a-f]+", "", " ".join(said.partition("\n\n")[0].split()))
    folders = (root, Path.cwd(), Path(sys.prefix), Path("~").expanduser())
    for folder in sorted(map(str, folders), key=len, reverse=True):  # the innermost first
        if folder != os.sep:
            message = message.replace(folder, "…")
    return Failure(kind=step, error=type(error).__name__, message=message[:600])
