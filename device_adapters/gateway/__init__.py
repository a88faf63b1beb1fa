"""The home gateway: what devices say is kept on its own disk until the hub has it."""
