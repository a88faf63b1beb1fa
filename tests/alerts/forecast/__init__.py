"""Lows seen coming."""
