"""The layer table of a record, laid out as its page does."""

from generator.analysis.blocks import block_groups
from generator.records import ModelRecord, ModelSpec, Origin
from generator.render.layer_table import LayerSection, layer_sections

SPEC = ModelSpec(slug="net", title="Net", family="Toys", origin=Origin.USER, factory="toys:Net")


def sections(record: ModelRecord, *, linked: bool = False) -> tuple[LayerSection, ...]:
    """Gather a record's rows by its blocks."""
    blocks = [path for group in block_groups(record) for path in group.paths]
    return layer_sections(SPEC, record, blocks, linked=linked)
