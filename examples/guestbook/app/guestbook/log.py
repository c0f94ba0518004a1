"""The log, on standard error: one line of JSON a record, with the id of the request that it is about."""

import json
import logging
import time

from flask import Flask, Response, current_app, g, request
from flask.logging import default_handler

from guestbook.request_id import request_id

HEALTH = "pages.up"  # asked for every half second by each balancer: not worth a line each


class OneLine(logging.Formatter):
    """A record as one line, its traceback included: whoever searches for a request's id finds all of it."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"level": record.levelname, "request_id": request_id(), "message": record.getMessage()}
        said |= getattr(record, "answered", {})
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)


def register(app: Flask) -> None:
    """Log what the application says, and each request that it has answered."""
    default_handler.setFormatter(OneLine())
    app.logger.addHandler(default_handler)
    app.logger.setLevel(logging.INFO)
    app.before_request(_begin)
    app.after_request(_log_request)


def _begin() -> None:
    g.began = time.monotonic()


def _log_request(response: Response) -> Response:
    if request.endpoint != HEALTH:
        answered = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "milliseconds": round((time.monotonic() - g.began) * 1000),
        }
        current_app.logger.info("answered", extra={"answered": answered})
    return response
