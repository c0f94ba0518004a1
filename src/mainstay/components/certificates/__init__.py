"""Until when a machine's certificates are good."""
