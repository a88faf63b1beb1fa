"""Prevention and the forecast at work: over the API and once a day, on a real database."""
