"""The home gateway: nothing lost, nothing doubled, whatever is killed, cut or full."""
