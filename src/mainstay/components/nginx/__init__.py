"""Nginx: static files, and the reverse proxy before the application."""
