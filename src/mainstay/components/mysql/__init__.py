"""MySQL: one primary, replicas that follow it, and who may log in."""
