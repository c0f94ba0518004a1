"""Keepalived: the addresses that move between the balancers."""
