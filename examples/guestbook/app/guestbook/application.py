"""Puts the application together: settings from the environment, views, errors, commands, headers."""

import socket
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response

from guestbook import commands, errors, log, views
from guestbook.database import Database

SOURCE = Path(__file__).parent.parent
LARGEST_REQUEST = 64 * 1024

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(environment: Mapping[str, str]) -> Flask:
    """An application for the given environment variables. No database is contacted before it is needed."""
    app = Flask("guestbook", root_path=str(Path(__file__).parent), static_folder=str(SOURCE / "static"))
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["SERVER"] = environment.get("MAINSTAY_SERVER") or socket.gethostname()
    app.config["RELEASE"] = environment.get("MAINSTAY_RELEASE") or "development"
    app.extensions["database"] = Database.from_environment(environment)
    log.register(app)
    app.register_blueprint(views.pages)
    app.cli.add_command(commands.migrations)
    errors.register(app)
    _add_headers(app)
    return app


def _add_headers(app: Flask) -> None:
    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers["X-Served-By"] = app.config["SERVER"]
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response
