"""Coverage-guided fuzzing of every decoder, off by default: `make fuzz`."""
