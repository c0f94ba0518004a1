"""Which database server stands behind each connection, as the server itself reports it."""

import socket
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from guestbook.database import DATABASE_ERRORS, Database


def write_host(database: Database) -> str | None:
    """The name of the host that takes the writes, or None if it does not answer."""
    return _or_none(lambda: database.write(_hostname, patience=0))


def read_host(database: Database) -> str | None:
    """The name of the host that answers the reads, or None if it does not answer."""
    return _or_none(lambda: database.read(_hostname))


def _hostname(session: Session) -> str:
    if session.get_bind().dialect.name == "mysql":
        return str(session.scalar(text("SELECT @@hostname")))
    session.execute(text("SELECT 1"))
    return socket.gethostname()


def _or_none(ask: Callable[[], str]) -> str | None:
    try:
        return ask()
    except DATABASE_ERRORS:
        return None
