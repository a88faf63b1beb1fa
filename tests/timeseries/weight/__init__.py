"""Weight in time."""
