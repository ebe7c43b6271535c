"""Decides how structure is drawn: DOT from analysis, SVG from DOT."""
