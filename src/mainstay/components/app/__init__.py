"""The user's application: its releases, its environment, its service."""
