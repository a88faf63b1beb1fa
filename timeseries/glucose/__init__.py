"""What a person's sensor readings amount to: pure functions over a series, each citing its definition."""
