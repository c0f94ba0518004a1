"""A guestbook: a small Flask application that writes to a primary and reads from a replica."""

import os

from guestbook.application import create_app

app = create_app(os.environ)
