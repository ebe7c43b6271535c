"""What stands beside a picture, and which weights it is said to come from."""

import pytest
from conftest import RecordOf

from generator.records import ModelRecord, Reason, Skipped, Text, TrainingRun
from generator.render.prediction_section import prediction_section
from generator.render.reasons import REASONS
from generator.render.weight_words import weights_words

RUN = TrainingRun(
    dataset="digits",
    examples=10,
    held_out=4,
    epochs=2,
    held_out_accuracy=0.75,
    recipe=Text(en="Adam", zh="Adam"),
)


def test_answers_and_evidence_follow_the_pictures(record_of: RecordOf) -> None:
    """Each belongs to its own."""
    record = record_of("Plain")
    section = prediction_section(record)
    order = [picture.id for picture in record.pictures]
    assert [answer.picture.id for answer in section.answers] == order
    assert [answer.prediction.image for answer in section.answers] == order
    for evidence in section.evidence:
        found = [one for one in record.attributions if one.image == evidence.picture.id]
        assert [overlay.file for overlay in evidence.overlays] == [one.file for one in found]
        assert {one.label for one in found} == {evidence.label}


def test_what_is_missing_is_said_of_its_picture(record_of: RecordOf) -> None:
    """With the picture's title and the method."""
    record = record_of("Plain")
    picture = record.pictures[0]
    lost = Skipped(
        kind="attribution", image=picture.id, reason=Reason.NO_GRADIENT, detail="Grad-CAM"
    )
    section = prediction_section(record.model_copy(update={"skipped": (lost,)}))
    (note,) = section.evidence_notes
    assert [(place.picture, place.detail) for place in note.places] == [(picture.title, "Grad-CAM")]
    assert section.notes == ()


def test_every_reason_has_words() -> None:
    """A new one cannot be forgotten."""
    assert set(REASONS) == set(Reason)


@pytest.mark.parametrize(
    ("training", "words"),
    [
        (None, "random weights (seed 0)"),
        (RUN, "trained here on digits, held-out accuracy 75.0\u202f%"),
    ],
)
def test_weights_are_named(record_of: RecordOf, training: TrainingRun | None, words: str) -> None:
    """Random ones, and those that were trained here."""
    assert weights_words(record_of("Plain").model_copy(update={"training": training})) == words


def test_without_weights_there_are_no_words() -> None:
    """Of a model that could not be built."""
    assert weights_words(ModelRecord(slug="x", input_shape=())) is None
