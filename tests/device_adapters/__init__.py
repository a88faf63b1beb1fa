"""Message shapes and devices, from their captures."""
