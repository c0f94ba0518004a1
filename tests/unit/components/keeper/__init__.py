"""The component keeper."""
