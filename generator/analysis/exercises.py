"""Decides which exercises a network's own numbers make, and in which order they stand."""

from collections.abc import Callable

from generator.analysis import layer_questions, net_questions
from generator.analysis.asking import Context, Exercise, Level
from generator.analysis.layers import layers
from generator.records import ModelRecord

_MAKERS: tuple[Callable[[Context], Exercise | None], ...] = (
    layer_questions.rows_of_maps,
    layer_questions.kernels,
    layer_questions.features,
    layer_questions.work,
    net_questions.branch,
    layer_questions.sight,
    layer_questions.groups,
    net_questions.share,
    net_questions.bottleneck,
    net_questions.doubled,
)


def exercises(record: ModelRecord) -> tuple[Exercise, ...]:
    """Return what can be asked of a network, easy questions first; nothing if it never ran."""
    if not record.is_captured:
        return ()
    context = Context(record, layers(record), {p.name: p for p in record.parameters})
    made = (one for make in _MAKERS for one in [make(context)] if one is not None)
    return tuple(sorted(made, key=lambda one: list(Level).index(one.level)))
