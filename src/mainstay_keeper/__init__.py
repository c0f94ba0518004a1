"""The database's failover agent: one on every database machine."""
