"""The door in, and the API."""
