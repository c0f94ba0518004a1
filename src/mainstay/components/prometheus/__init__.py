"""Prometheus, all figures and what is wrong with them."""
