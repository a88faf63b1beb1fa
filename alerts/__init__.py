"""From a series to an alert: pure rules, a pure lifecycle, and what they need to be replayed from a file."""
