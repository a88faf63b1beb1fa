"""How long tests wait for what takes milliseconds."""

PATIENCE = 60.0
"""Seconds that only a fault lasts: a busy machine, or one that stops for a moment, does not."""
