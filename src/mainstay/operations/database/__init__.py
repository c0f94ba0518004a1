"""The database's roles: who is primary is found, never declared."""
