"""From the journal to whoever is to be told: planned once, sent until taken, and to nobody who may not know."""
