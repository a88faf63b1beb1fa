"""One small file a vendor's export; found by being in this folder."""
