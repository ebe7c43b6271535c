"""Decides what is observed of a model: the only room that runs torch."""
