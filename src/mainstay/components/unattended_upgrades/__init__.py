"""unattended-upgrades: security updates of a server's system, by night, one server at a time."""
