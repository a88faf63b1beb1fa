"""One small file a device or message shape; found by being in this folder."""
