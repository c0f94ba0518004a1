"""Alertmanager, who is told."""
