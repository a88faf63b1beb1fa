"""One contract, every implementation: in memory and on PostgreSQL."""
