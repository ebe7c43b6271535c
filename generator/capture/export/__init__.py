"""Decides how one model becomes a file for other programs: a file of code a kind."""
