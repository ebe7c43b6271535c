"""Decides what follows from a record: pure functions, no torch."""
