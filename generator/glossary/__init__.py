"""Decides how the words of the field are explained, and where a text mentions them."""
