"""Decides what stands beside each picture: the model's answer, and what speaks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from generator.analysis.message import Message
from generator.records import Attribution, AttributionMethod, ModelRecord, Picture, Prediction
from generator.render.reasons import Note, notes

METHODS = {
    AttributionMethod.GRAD_CAM: Message("Grad-CAM"),
    AttributionMethod.SALIENCY: Message("input gradient"),
}


@dataclass(frozen=True)
class Answer:
    """What the model says to one picture."""

    picture: Picture
    prediction: Prediction


@dataclass(frozen=True)
class Overlay:
    """What lies over a picture, and how it was found."""

    method: Message
    file: str


@dataclass(frozen=True)
class Evidence:
    """A picture, and what speaks for its likeliest class there."""

    picture: Picture
    label: str
    overlays: tuple[Overlay, ...]


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
            _evidence(picture, overlays[picture.id]) for picture in shown if picture.id in overlays
        ),
        notes=notes(record, "predictions"),
        evidence_notes=notes(record, "attribution"),
    )


def _evidence(picture: Picture, found: Sequence[Attribution]) -> Evidence:
    overlays = (Overlay(METHODS[one.method], one.file) for one in found)
    return Evidence(picture, found[0].label, tuple(overlays))
