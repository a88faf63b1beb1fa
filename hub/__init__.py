"""The quiet centre: the vocabulary of measurement and the person's record. Imports nothing of ours."""
