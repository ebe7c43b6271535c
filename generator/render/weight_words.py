"""Decides how a page says which weights made what it shows."""

from generator.analysis.message import Message
from generator.records import ModelRecord, TrainingRun
from generator.render import formats

_DIGITS = Message("scikit-learn's digits")
"""What the three LeNets learn; another data set has its own name in every language."""


def weights_words(record: ModelRecord) -> Message | None:
    """Name the weights in a few words, for every picture and figure that depends on them."""
    made, trained = record.provenance, record.training
    if made is None:
        return None
    if trained is not None:
        return Message(
            "trained here on {dataset}, held-out accuracy {accuracy}",
            dataset=dataset_words(trained),
            accuracy=formats.percent(trained.held_out_accuracy),
        )
    if made.weights_are_random:
        return Message("random weights (seed {seed})", seed=made.seed)
    return Message("weights: {weights}", weights=made.weights)


def weights_used(record: ModelRecord) -> str | None:
    """Name the weights that pictures were made with; none where nothing was made."""
    made, trained = record.provenance, record.training
    if made is None:
        return None
    if trained is not None:
        words = dataset_words(trained)
        return Message("trained here on {dataset} (seed {seed})", dataset=words, seed=made.seed)
    if made.weights_are_random:
        return Message("random (seed {seed})", seed=made.seed)
    return made.weights


def dataset_words(trained: TrainingRun) -> str:
    """Name what a model learned from."""
    return _DIGITS if trained.dataset == _DIGITS else trained.dataset
