"""The five likeliest classes: right probabilities, right names, nothing where there are none."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from generator.capture import predictions
from generator.capture.predictions import TOP
from generator.records import Picture, Prediction, Reason

CAT = Picture(id="cat", title="Cat", credit="", file="inputs/cat.webp")
DOG = Picture(id="dog", title="Dog", credit="", file="inputs/dog.webp")
LABELS = ("a", "b", "c", "d", "e", "f", "g")
SCORES = torch.tensor([[0.0, 3.0, -1.0, 2.0, 1.0, 0.5, -2.0]])


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of scores are written where a test may look for them."""
    monkeypatch.chdir(tmp_path)


def predict(
    outputs: Sequence[Tensor | None], pictures: Sequence[Picture], labels: Sequence[str]
) -> tuple[Prediction, ...]:
    """Return predictions alone."""
    return predictions.predict(outputs, pictures, labels, Path())[0]


def test_the_five_likeliest_are_named_in_order() -> None:
    """Labels belong to output positions; probabilities fall."""
    (prediction,) = predict([SCORES], [CAT], LABELS)

    assert prediction.image == "cat"
    assert [score.label for score in prediction.top] == ["b", "d", "e", "f", "a"]
    assert len(prediction.top) == TOP


def test_probabilities_are_the_softmax() -> None:
    """Held against the definition, in double precision."""
    (prediction,) = predict([SCORES], [CAT], LABELS)

    powers = SCORES[0].double().exp()
    expected = (powers / powers.sum()).sort(descending=True).values[:TOP]
    assert [score.probability for score in prediction.top] == pytest.approx(expected.tolist())
    assert prediction.probability_sum == pytest.approx(1, abs=1e-12)


def test_each_picture_has_its_own_answer() -> None:
    """Outputs and pictures come in the same order."""
    cat, dog = predict([SCORES, -SCORES], [CAT, DOG], LABELS)

    assert (cat.image, cat.top[0].label) == ("cat", "b")
    assert (dog.image, dog.top[0].label) == ("dog", "g")


@pytest.mark.parametrize("labels", [(), LABELS[:-1], (*LABELS, "h")])
def test_labels_of_another_count_are_not_used(labels: tuple[str, ...]) -> None:
    """A wrong name is worse than a number."""
    (prediction,) = predict([SCORES], [CAT], labels)

    assert prediction.top[0].label == "class 1"


def test_fewer_than_five_classes_are_all_named() -> None:
    """Three classes give three lines."""
    (prediction,) = predict([torch.tensor([[1.0, 3.0, 2.0]])], [CAT], ())

    assert [score.label for score in prediction.top] == ["class 1", "class 2", "class 0"]


@pytest.mark.parametrize(
    "output",
    [
        None,
        torch.zeros(()),
        torch.zeros(4),
        torch.zeros(2, 4),
        torch.zeros(1, 1),
        torch.zeros(1, 0),
        torch.zeros(1, 4, 2, 2),
        torch.tensor([[1.0, float("nan"), 0.0]]),
        torch.tensor([[1.0, float("inf"), 0.0]]),
    ],
    ids=["none", "0-d", "1-d", "2 rows", "1 class", "0 classes", "maps", "nan", "inf"],
)
def test_an_output_that_is_no_classification_is_passed_over(output: torch.Tensor | None) -> None:
    """Segmentation maps, embeddings of one number and NaN have no likeliest class."""
    found, skipped = predictions.predict([output, SCORES], [CAT, DOG], LABELS, Path())

    assert [prediction.image for prediction in found] == ["dog"]
    (reason,) = skipped
    is_odd = output is not None and output.shape == (1, 3)
    assert (reason.kind, reason.image) == ("predictions", "cat")
    assert reason.reason is (Reason.NOT_FINITE if is_odd else Reason.NO_CLASSES)


def test_an_excluded_class_is_allowed() -> None:
    """Minus infinity is how a net rules a class out."""
    (prediction,) = predict([torch.tensor([[0.0, float("-inf")]])], [CAT], ("yes", "no"))

    assert [(s.label, s.probability) for s in prediction.top] == [("yes", 1.0), ("no", 0.0)]


def test_a_net_without_pictures_says_nothing() -> None:
    """Its one output belongs to a random input that nobody sees."""
    assert predict([SCORES], [], LABELS) == ()


def test_every_score_is_kept_to_nine_digits() -> None:
    """From the file, pages compute the same probabilities at any temperature."""
    scores = torch.randn(1, 1000, generator=torch.Generator().manual_seed(6)) * 5

    (prediction,) = predict([scores], [CAT], ())

    assert prediction.logits == "predictions/cat.json"
    kept = torch.tensor(json.loads(Path(prediction.logits).read_text("utf-8")))
    torch.testing.assert_close(kept, scores[0], rtol=5e-6, atol=0)
    for temperature in (0.5, 1, 4):
        expected = (scores[0].double() / temperature).softmax(0)
        torch.testing.assert_close(
            (kept.double() / temperature).softmax(0), expected, rtol=1e-3, atol=1e-9
        )


def test_an_excluded_class_is_null_in_the_file() -> None:
    """JSON has no word for minus infinity."""
    (prediction,) = predict([torch.tensor([[0.0, float("-inf")]])], [CAT], ("yes", "no"))

    assert Path(prediction.logits or "").read_text("utf-8") == "[0.0,null]"
