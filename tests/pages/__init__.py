"""The pages over the whole application and a real database."""
