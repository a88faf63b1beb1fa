"""How fast Vigie is, as ratios to floors measured in the same run on the same machine. Run: `make bench`."""
