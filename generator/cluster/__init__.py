"""Decides how models are captured on other machines: handed out, carried by the store."""
