"""Decides the colours of drawings, tables and charts: by kind of work, and by share of it."""

from collections.abc import Iterable

from generator.analysis.kinds import Kind

# Fills are light enough for dark text on both a white and a dark page.
FILLS = {
    Kind.INPUT: "#e8eaee",
    Kind.OUTPUT: "#e8eaee",
    Kind.CONV: "#a9c7f5",
    Kind.LINEAR: "#f3c58b",
    Kind.POOL: "#a5dbc8",
    Kind.NORM: "#d5d0ef",
    Kind.ACTIVATION: "#f7e08a",
    Kind.DROPOUT: "#e3dcd2",
    Kind.MERGE: "#f2b1b1",
    Kind.RESHAPE: "#dfe4ea",
    Kind.ATTENTION: "#e3b5e6",
    Kind.BLOCK: "#b9b4f0",
    Kind.OTHER: "#d9dde3",
}
INK = "#16202c"
"""Text on a fill."""

QUIET = "#7a8699"
"""Lines and text outside of fills, readable on white and on a dark page."""
FONT = "Helvetica,Arial,sans-serif"

# One hue a family, in order of appearance; checked for contrast on white and on slate.
FAMILY_COLOURS = (
    "#3b6fd4", "#d9772b", "#2f9e77", "#c2497f", "#7a63d1", "#a08419", "#2e93b5", "#c4504b",
    "#5d8f2f", "#a457b8", "#8c6d5a", "#3f8f8b", "#b06a86", "#6b7d93",
)  # fmt: skip

# Of models side by side: apart in light and dark, and to the colour-blind (after Okabe and Ito).
# The style sheet hands them on to scripts.
SERIES_COLOURS = (
    "#3b7dd8", "#d9822b", "#2a9d74", "#c0507f", "#8a63c9", "#7a8a1e", "#4aa3c7", "#b4553a",
)  # fmt: skip

ACCENT = "#c2547d"
"""Edges that pass others by, readable on white and on a dark page."""

# From next to nothing to most of it; dark text keeps a contrast above 4.5 on every step.
HEAT = (
    (0.01, "#eef0f3"),
    (0.05, "#fdf0c4"),
    (0.10, "#fbd98f"),
    (0.20, "#f8b968"),
    (0.40, "#f2935a"),
    (1.00, "#ea7154"),
)
"""(upper limit of a share, fill): below 1 %, 5 %, 10 %, 20 %, 40 %, and all above."""


def heat_fill(share: float) -> str:
    """Return the fill for a share between 0 and 1."""
    return next((colour for limit, colour in HEAT if share < limit), HEAT[-1][1])


def family_colours(families: Iterable[str]) -> dict[str, str]:
    """Give each family a colour, in order of appearance; they begin again when they run out."""
    return {
        family: FAMILY_COLOURS[number % len(FAMILY_COLOURS)]
        for number, family in enumerate(dict.fromkeys(families))
    }


def tint(colour: str) -> str:
    """Return a colour mixed with three times as much white: a fill for dark text."""
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{(channel + 3 * 255) // 4:02x}" for channel in channels)
