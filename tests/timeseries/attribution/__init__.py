"""Who stood on the scale."""
