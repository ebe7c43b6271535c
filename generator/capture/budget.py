"""Decides which picture files of a model are kept: what comes first, while the limit allows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Ledger:
    """What has been spent of a model's limit for pictures, and what was not bought."""

    folder: Path
    limit_bytes: int
    used_bytes: int = 0
    left_out: list[str] = field(default_factory=list)

    @property
    def room_bytes(self) -> int:
        """What is left to spend; never less than nothing."""
        return max(0, self.limit_bytes - self.used_bytes)

    def note(self, files: Iterable[str]) -> None:
        """Count files that are there already, whatever they weigh."""
        self.used_bytes += sum((self.folder / file).stat().st_size for file in files)

    def take(self, names: Iterable[str], files: Mapping[str, bytes]) -> bool:
        """Write files if all of them fit; else write none, and note what they would have shown."""
        needed = weight_bytes(files)
        if needed > self.room_bytes:
            self.left_out.extend(names)
            return False
        for file, content in files.items():
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.used_bytes += needed
        return True


def weight_bytes(files: Mapping[str, bytes]) -> int:
    """Return what files weigh together."""
    return sum(map(len, files.values()))
