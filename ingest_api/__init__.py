"""The one door in, and the API out."""
