"""Decides the colours of the kinds of work, the same in drawings, tables and charts."""

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
