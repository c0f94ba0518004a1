"""Errors as a visitor sees them: a short page or a short document, never a traceback."""

from collections.abc import Mapping

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from guestbook.database import DATABASE_ERRORS, UnsureError
from guestbook.drafts import BadDraftError
from guestbook.negotiation import wants_page

RETRY_SECONDS = "5"
AWAY = "The database does not answer at the moment. Nothing was written. Please try again."
UNSURE = "The database stopped answering. Please look whether your entry is there before you send it again."


def register(app: Flask) -> None:
    """Answer for everything that can go wrong in a view."""
    app.register_error_handler(BadDraftError, _bad_draft)
    app.register_error_handler(HTTPException, _http_error)
    for error in DATABASE_ERRORS:
        app.register_error_handler(error, _database_is_away)


def _bad_draft(error: BadDraftError) -> ResponseReturnValue:
    return _answer(400, "The entry was not written", str(error), problems=error.problems)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    return _answer(error.code, error.name, error.description or "")


def _database_is_away(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("The database does not answer: %s", error)
    if isinstance(error, UnsureError):
        # Not 503: that would say that nothing was done, and invite to send it again.
        return _answer(500, "Your entry may have been written, or may not", UNSURE)
    response = _answer(503, "The guestbook is closed for a moment", AWAY)
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _answer(status: int, title: str, why: str, problems: Mapping[str, str] | None = None) -> Response:
    if wants_page(request):
        return make_response(render_template("problem.html", title=title, why=why), status)
    document = {"title": title, "status": status, "detail": why}
    response = jsonify(document | ({"problems": problems} if problems else {}))
    response.status_code = status
    response.content_type = "application/problem+json"
    return response
