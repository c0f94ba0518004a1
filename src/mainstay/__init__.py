"""Mainstay turns one file into a running distributed web infrastructure, and then operates it."""

__version__ = "0.1.0"
