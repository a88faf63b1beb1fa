"""Bluetooth on the wire: recorded and constructed frames, sessions, conversations."""
