"""From a series to an alert."""
