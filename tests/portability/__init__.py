"""Leaving, and taking everything along."""
