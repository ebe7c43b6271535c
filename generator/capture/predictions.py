"""Decides what is said of a model's output: the five likeliest classes of each picture."""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

from generator.capture.channels import significant
from generator.records import Picture, Prediction, Reason, Score, Skipped

TOP = 5


def predict(
    outputs: Iterable[torch.Tensor | None],
    pictures: Iterable[Picture],
    labels: Sequence[str],
    folder: Path,
) -> tuple[tuple[Prediction, ...], tuple[Skipped, ...]]:
    """Return the softmax's top five per picture, each output being what one picture gave.

    All of an output's values are written beside it. Nothing can be said of outputs that are not
    (1, classes), or that hold NaN.
    """
    predictions = []
    skipped = []
    # A net that takes no pictures has an output nonetheless, and nothing to pair it with.
    for picture, scores in zip(pictures, outputs, strict=False):
        reason = _unfit(scores)
        if scores is None or reason is not None:
            shape = "×".join(map(str, scores.shape)) if scores is not None else ""
            skipped.append(
                Skipped(
                    kind="predictions",
                    image=picture.id,
                    reason=reason or Reason.NO_CLASSES,
                    detail=shape,
                )
            )
            continue
        row = scores[0].double().softmax(dim=0)
        predictions.append(
            Prediction(
                image=picture.id,
                top=_top(row, labels),
                probability_sum=float(row.sum()),
                logits=_write_logits(scores[0], picture, folder),
            )
        )
    return tuple(predictions), tuple(skipped)


def _unfit(scores: torch.Tensor | None) -> Reason | None:
    if scores is None or scores.dim() != 2 or len(scores) != 1 or scores.shape[1] < 2:  # noqa: PLR2004
        return Reason.NO_CLASSES
    return None if bool(scores[0].double().softmax(dim=0).isfinite().all()) else Reason.NOT_FINITE


def _write_logits(scores: torch.Tensor, picture: Picture, folder: Path) -> str:
    """Write every class's score so that it reads back as the same float: pages need the softmax."""
    file = f"predictions/{picture.id}.json"
    # Minus infinity, which rules a class out, is the only one that JSON has no word for.
    values = [significant(v, 9) if math.isfinite(v) else None for v in scores.tolist()]
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(values, separators=(",", ":"))
    (folder / file).write_text(content, encoding="utf-8", newline="\n")
    return file


def _top(probabilities: torch.Tensor, labels: Sequence[str]) -> tuple[Score, ...]:
    values, classes = probabilities.topk(min(TOP, len(probabilities)))
    named = len(labels) == len(probabilities)
    return tuple(
        Score(label=labels[number] if named else f"class {number}", probability=float(value))
        for value, number in zip(values.tolist(), classes.tolist(), strict=True)
    )
