"""One file a channel; each is found by being here (see alerts.channel)."""
