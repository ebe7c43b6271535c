"""Decides how long the files of a capture are there that nobody saved: as long as it is."""

import shutil
import tempfile
import weakref
from pathlib import Path


class Temporary:
    """A folder that goes when nobody holds this any more, at the latest when Python ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="archatlas-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
