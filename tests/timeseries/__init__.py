"""Readings in time."""
