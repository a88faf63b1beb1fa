"""Readings in time: stored once, read back by person, kind and time."""
