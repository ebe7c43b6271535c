"""Decides how a page says what it does not show, and why."""

from dataclasses import dataclass

from generator.analysis.message import Message
from generator.records import ModelRecord, Reason, Skipped

REASONS = {
    Reason.NO_MAPS: Message("the output is no stack of maps (C×H×W)"),
    Reason.ONE_POSITION: Message("the maps have a single position"),
    Reason.NO_NUMBERS: Message("the values are no floating-point numbers"),
    Reason.NOT_FINITE: Message("the values are not finite"),
    Reason.CONSTANT: Message("every channel is constant"),
    Reason.NO_OPERATION: Message("no single operation makes the output"),
    Reason.NO_GRAPH: Message("the model could not be traced"),
    Reason.NO_EXPORT: Message("torch.export refuses the model"),
    Reason.NO_PICTURES: Message("the model takes no pictures"),
    Reason.UNKNOWN_TYPE: Message("torchinfo does not know the type of the output"),
    Reason.UNMEASURED: Message("torchinfo cannot run this model"),
    Reason.NO_CLASSES: Message("the output is no row of class scores"),
    Reason.NO_GRADIENT: Message("no place of the picture speaks for the class"),
    Reason.ERROR: Message("it raised an error"),
}


@dataclass(frozen=True)
class Place:
    """What a reason is about: a module, a picture, or both; with its shape or error."""

    path: str
    picture: str
    """Title; empty where it is about every picture."""
    detail: str


@dataclass(frozen=True)
class Note:
    """Everything that is left out for one reason."""

    reason: Message
    places: tuple[Place, ...]


def notes(record: ModelRecord, kind: str) -> tuple[Note, ...]:
    """Gather what was skipped of a kind (features, attribution or predictions) by reason."""
    titles = {picture.id: picture.title for picture in record.pictures}
    found: dict[Reason, list[Place]] = {}
    for skipped in record.skipped:
        if skipped.kind == kind:
            found.setdefault(skipped.reason, []).append(_place(skipped, titles))
    return tuple(Note(REASONS[reason], tuple(places)) for reason, places in found.items())


def _place(skipped: Skipped, titles: dict[str, str]) -> Place:
    return Place(skipped.path, titles.get(skipped.image, skipped.image), skipped.detail)
