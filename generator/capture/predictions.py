"""Decides what is said of a model's output: the five likeliest classes of each picture."""

from collections.abc import Sequence

import torch

from generator.records import Picture, Prediction, Score

TOP = 5
_SCORES_DIMENSIONS = 2


def predict(
    scores: torch.Tensor | None, pictures: Sequence[Picture], labels: Sequence[str]
) -> tuple[Prediction, ...]:
    """Return the softmax's top five per picture; nothing when the output is not (N, classes)."""
    if scores is None or scores.dim() != _SCORES_DIMENSIONS or len(scores) != len(pictures):
        return ()
    probabilities = scores.double().softmax(dim=1)
    return tuple(
        Prediction(image=picture.id, top=_top(row, labels), probability_sum=float(row.sum()))
        for picture, row in zip(pictures, probabilities, strict=True)
    )


def _top(probabilities: torch.Tensor, labels: Sequence[str]) -> tuple[Score, ...]:
    values, classes = probabilities.topk(min(TOP, len(probabilities)))
    named = len(labels) == len(probabilities)
    return tuple(
        Score(label=labels[number] if named else f"class {number}", probability=float(value))
        for value, number in zip(values.tolist(), classes.tolist(), strict=True)
    )
