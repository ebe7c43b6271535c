"""Decides how records of many models are read: each when it is asked for, so that few are held."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from generator import store
from generator.errors import StoreError
from generator.records import ModelRecord


class StoredRecords(Mapping[str, ModelRecord]):
    """The records of those models that have a whole capture, by slug."""

    def __init__(self, state: Path, slugs: Sequence[str]) -> None:
        self._state = state
        self._slugs = dict.fromkeys(slugs)

    def __getitem__(self, slug: str) -> ModelRecord:
        if slug not in self._slugs:
            raise KeyError(slug)
        try:
            return store.load(self._state, slug).record
        except StoreError as error:
            raise KeyError(slug) from error

    def __contains__(self, slug: object) -> bool:
        if slug not in self._slugs:
            return False
        with suppress(StoreError):
            store.whole(self._state, str(slug))
            return True
        return False

    def __iter__(self) -> Iterator[str]:
        for slug in self._slugs:
            with suppress(StoreError):
                store.whole(self._state, slug)
                yield slug

    def __len__(self) -> int:
        return sum(1 for _ in self)
