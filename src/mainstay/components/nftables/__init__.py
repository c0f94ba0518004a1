"""nftables: every machine's firewall, derived from what all components expose."""
