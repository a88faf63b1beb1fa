"""Lows seen coming: a forecast learnt from the person's own readings, and a gate that keeps score of it.

The order: `evidence` (what the last hour says) · `model` (learnt sums, the general model as their beginning) ·
`prediction` (value and spread 20 or 30 minutes ahead, or None) · `record` (what came true) · `gate` (who may speak) ·
`replay` (the same over past readings, so that a person's score is known before anything rings).
"""
