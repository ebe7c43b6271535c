"""Decides what readers call things that the code knows by one word."""

from generator.analysis.kinds import Kind
from generator.analysis.message import Message, marked

KINDS = {
    Kind.INPUT: Message("input"),
    Kind.OUTPUT: Message("output"),
    Kind.CONV: Message("convolution"),
    Kind.LINEAR: Message("linear"),
    Kind.POOL: Message("pooling"),
    Kind.NORM: Message("normalisation"),
    Kind.ACTIVATION: Message("activation"),
    Kind.DROPOUT: Message("dropout"),
    Kind.MERGE: Message("merge"),
    Kind.RESHAPE: Message("reshape"),
    Kind.ATTENTION: Message("attention"),
    Kind.BLOCK: Message("block"),
    Kind.OTHER: Message("other"),
}

KNOWN = (
    # titles of the sample pictures
    *(marked("Cat"), marked("Coffee"), marked("Rocket")),
    *(marked("Digit 3"), marked("Digit 5"), marked("Digit 8")),
    # the family of a net that names none
    marked("Own models"),
    # verdicts on a number, its name and its source
    *(marked("yes"), marked("no"), marked("explained"), marked("differs")),
    *(marked("below"), marked("rounded"), marked("cut off")),
    *(marked("layers"), marked("connections"), marked("sum over all layers")),
)
"""Words that records carry in English, and that are looked up when they are said."""
