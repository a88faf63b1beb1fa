"""The Bluetooth room, over a virtual radio that the real bleak client speaks to."""
