"""The id that the balancer gives each request: also in the statements that the request sends to the database."""

import re
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Engine, event

HEADER = "X-Request-ID"

# It is copied into logs and statements, and whoever reaches the application past the balancer may send anything.
VALID = re.compile(r"[A-Za-z0-9-]{1,64}")


def request_id() -> str:
    """The id of the request that is being answered; "" outside of a request, or if it has no valid one."""
    given = request.headers.get(HEADER, "") if has_request_context() else ""
    return given if VALID.fullmatch(given) else ""


def name_requests(engine: Engine) -> None:
    """Begin each statement with the id of its request: MySQL's slow-query log and process list show it."""
    event.listen(engine, "before_cursor_execute", _with_request_id, retval=True)


def _with_request_id(
    _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, executemany: bool
) -> tuple[str, Any]:
    # Many rows at once stay as they are: PyMySQL sends them together only if the statement begins with INSERT.
    found = "" if executemany else request_id()
    return (f"/* request_id={found} */ {statement}" if found else statement), parameters
