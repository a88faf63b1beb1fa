"""A person's settings pages over the real application and database."""
