"""Projects of any number of models: a few records, again and again under other names."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from generator import store
from generator.records import ModelRecord, Reference
from generator.render.mkdocs import standard_mkdocs

FAMILIES = 25


def many_models(
    folder: Path, records: Sequence[ModelRecord], number: int, settings: str = ""
) -> Path:
    """Write a project of so many models, all captured: their pages are all that is missing."""
    tables = "\n".join(_tables(number))
    (folder / "archatlas.toml").write_text(f'title = "Many"\nmodels = []\n{settings}\n{tables}')
    (folder / "mkdocs.yml").write_bytes(standard_mkdocs())
    (folder / "nets.py").write_text("")
    for at in range(number):
        record = records[at % len(records)]
        accuracy = round(50 + 40 * ((at * 0.618) % 1), 2)
        reference = Reference(source="nobody", weights_tag="MADE_UP", top1=accuracy, crop=32)
        made = record.model_copy(update={"slug": f"net{at:04}", "reference": reference})
        state = folder / ".archatlas"
        store.finish(state, store.begin(state), made, "made up", ())
    return folder


def _tables(number: int) -> Iterator[str]:
    for at in range(number):
        yield (
            f'[[model]]\nslug = "net{at:04}"\nfactory = "./nets.py:Net"\ntitle = "Net {at:04}"\n'
            f'family = "Family {at % FAMILIES}"\nyear = {1990 + at % 35}\n'
        )
