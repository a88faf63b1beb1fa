"""One file a rule; each is found by being here (see alerts.rule)."""
