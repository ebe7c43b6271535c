"""Decides how one errand is run: captured in a process of its own, uploaded, and forgotten here.

Started by a worker of the cluster as `python -m generator.cluster.node`: the errand comes on stdin,
news and at last the receipt go to stdout, pickled. Workers may not have children that are Python's
own, as captures are; a program of its own may, and it takes them along when its worker is gone.
"""

import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Thread

from generator import remote, store
from generator.capture.processes import usual_memory_bytes
from generator.capture.request import Limits, Request
from generator.capture.supervisor import Outcome, capture_all
from generator.cluster.bundle import name_of, unpack
from generator.cluster.errand import Begun, Errand, Receipt
from generator.config import STATE_FOLDER
from generator.errors import ArchatlasError
from generator.outcomes import keep
from generator.pictures import read_pictures

BUNDLES = "bundles"
"""Where the store keeps what belongs to projects."""

Tell = Callable[[Begun | Receipt], None]


def main() -> int:
    """Run the errand on stdin."""
    news = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed must not be taken for news
    errand = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own worker wrote it
    folder = Path(tempfile.mkdtemp(prefix="archatlas-"))

    def tell(message: Begun | Receipt) -> None:
        pickle.dump(message, news)
        news.flush()

    Thread(target=_outlive_nobody, args=(folder,), daemon=True).start()
    try:
        tell(run(errand, folder, tell))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def run(errand: Errand, folder: Path, tell: Tell) -> Receipt:
    """Capture a model below a folder, and upload it; what kept it from that is in the receipt."""
    slug = errand.request.spec.slug
    try:
        at = remote.connect(errand.store, folder)
        unpack(remote.fetch(at, BUNDLES, errand.bundle, name_of), folder)
        outcome = _captured(errand, folder, tell)
        keep(folder / STATE_FOLDER, outcome, errand.key)
        tell(Begun(slug, "upload", outcome.seconds))
        remote.push(at, folder / STATE_FOLDER, slug)
    except (ArchatlasError, OSError) as error:
        return Receipt(slug, 0.0, str(error))
    return Receipt(slug, outcome.seconds)


def _captured(errand: Errand, folder: Path, tell: Tell) -> Outcome:
    request = replace(
        errand.request,
        root=folder,
        folder=store.begin(folder / STATE_FOLDER),
        own_pictures=read_pictures(folder, errand.images),
    )
    memory_bytes = errand.memory_bytes or usual_memory_bytes()
    limits = Limits(errand.time_s, memory_bytes)

    def on_step(request: Request, step: str, seconds: float) -> None:
        tell(Begun(request.spec.slug, step, seconds))

    with closing(capture_all([request], 1, limits, on_step)) as outcomes:
        return next(outcomes)


def _outlive_nobody(folder: Path) -> None:
    """End, with the capture, once the worker at the other end of stdin is gone."""
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
