"""Decides which models exist: one file per family, read without torch."""
