"""Decides what is said of a model's output: the five likeliest classes of each picture."""

from collections.abc import Iterable, Sequence

import torch

from generator.records import Picture, Prediction, Score

TOP = 5


def predict(
    outputs: Iterable[torch.Tensor | None], pictures: Iterable[Picture], labels: Sequence[str]
) -> tuple[Prediction, ...]:
    """Return the softmax's top five per picture, each output being what one picture gave.

    Nothing is said of outputs that are not (1, classes), or that hold NaN.
    """
    predictions = []
    # A net that takes no pictures has an output nonetheless, and nothing to pair it with.
    for picture, scores in zip(pictures, outputs, strict=False):
        if scores is None or scores.dim() != 2 or len(scores) != 1 or scores.shape[1] < 2:  # noqa: PLR2004
            continue
        row = scores[0].double().softmax(dim=0)
        if bool(row.isfinite().all()):
            total = float(row.sum())
            predictions.append(
                Prediction(image=picture.id, top=_top(row, labels), probability_sum=total)
            )
    return tuple(predictions)


def _top(probabilities: torch.Tensor, labels: Sequence[str]) -> tuple[Score, ...]:
    values, classes = probabilities.topk(min(TOP, len(probabilities)))
    named = len(labels) == len(probabilities)
    return tuple(
        Score(label=labels[number] if named else f"class {number}", probability=float(value))
        for value, number in zip(values.tolist(), classes.tolist(), strict=True)
    )
