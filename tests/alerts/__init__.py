"""Tests of the alert rules, by Prometheus' own program."""
