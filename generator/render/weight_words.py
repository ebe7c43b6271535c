"""Decides how a page says which weights made what it shows."""

from generator.analysis.message import Message
from generator.records import ModelRecord
from generator.render import formats


def weights_words(record: ModelRecord) -> Message | None:
    """Name the weights in a few words, for every picture and figure that depends on them."""
    made, trained = record.provenance, record.training
    if made is None:
        return None
    if trained is not None:
        return Message(
            "trained here on {dataset}, held-out accuracy {accuracy}",
            dataset=trained.dataset,
            accuracy=formats.percent(trained.held_out_accuracy),
        )
    if made.weights_are_random:
        return Message("random weights (seed {seed})", seed=made.seed)
    return Message("weights: {weights}", weights=made.weights)
