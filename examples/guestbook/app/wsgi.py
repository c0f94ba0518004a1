"""Where the `flask` command and any WSGI server find the application."""

from guestbook import app

__all__ = ["app"]
