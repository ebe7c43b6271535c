"""The glossary's small figures, each drawn by a function of its own."""
