"""Prevention through the API, on a real database."""
