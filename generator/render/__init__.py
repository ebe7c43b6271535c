"""Decides what the site looks like: records in, pages out."""
