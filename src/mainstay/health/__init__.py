"""Declared probes: is it up, and waiting until it is."""
