"""A record followed live: what is new in it, for those who may see it, as it comes."""
