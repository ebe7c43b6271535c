"""Decides what stands beside each picture: the model's answer, and what speaks for it."""

from dataclasses import dataclass

from generator.records import Attribution, ModelRecord, Picture, Prediction
from generator.render.reasons import Note, notes


@dataclass(frozen=True)
class Answer:
    """What the model says to one picture."""

    picture: Picture
    prediction: Prediction


@dataclass(frozen=True)
class Evidence:
    """A picture, and what speaks for its likeliest class there."""

    picture: Picture
    label: str
    overlays: tuple[Attribution, ...]


@dataclass(frozen=True)
class PredictionSection:
    """Answers, evidence, and what could not be had."""

    answers: tuple[Answer, ...]
    evidence: tuple[Evidence, ...]
    notes: tuple[Note, ...]
    """Of answers that are missing."""
    evidence_notes: tuple[Note, ...]


def prediction_section(record: ModelRecord) -> PredictionSection:
    """Pair answers and evidence with their pictures, in the pictures' order."""
    answers = {prediction.image: prediction for prediction in record.predictions}
    overlays: dict[str, list[Attribution]] = {}
    for attribution in record.attributions:
        overlays.setdefault(attribution.image, []).append(attribution)
    shown = record.pictures
    return PredictionSection(
        answers=tuple(Answer(p, answers[p.id]) for p in shown if p.id in answers),
        evidence=tuple(
            Evidence(p, overlays[p.id][0].label, tuple(overlays[p.id]))
            for p in shown
            if p.id in overlays
        ),
        notes=notes(record, "predictions"),
        evidence_notes=notes(record, "attribution"),
    )
