"""Decides how fast a captured model runs; no part of its capture, which has to be reproducible."""
