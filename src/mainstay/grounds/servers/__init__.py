"""Machines that exist, reached over SSH."""
