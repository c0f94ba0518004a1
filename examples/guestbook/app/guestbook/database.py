"""Two ways to the database: the primary takes the writes, the replicas answer the reads."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flask import current_app
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

T = TypeVar("T")

CONNECT_SECONDS = 2
READ_SECONDS = 3  # the rows of a page come within milliseconds, or not at all
WRITE_SECONDS = 10  # a commit may wait until a replica has it too
RECYCLE_SECONDS = 300

# What "the database does not answer" looks like from here.
DATABASE_ERRORS = (DBAPIError, PoolTimeout)

# MySQL answers these when it has stopped being the primary or is going down: shutdown in progress, read-only
# by option, read-only transaction, read-only mode. The connection works, but it leads to the wrong server,
# so it is thrown away and the next request is led to the new primary.
NO_LONGER_PRIMARY = {1053, 1290, 1792, 1836}


@dataclass(frozen=True)
class Database:
    """The pools of connections to the primary and to the replicas."""

    primary: Engine
    replica: Engine

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Database":
        """Use DATABASE_URL and DATABASE_REPLICA_URL; without them a file `guestbook.db`, for development."""
        primary = environment.get("DATABASE_URL") or f"sqlite:///{Path('guestbook.db').absolute()}"
        replica = environment.get("DATABASE_REPLICA_URL") or primary
        return cls(primary=_engine(primary, WRITE_SECONDS), replica=_engine(replica, READ_SECONDS))

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a replica, once more on a fresh connection if its connection has just died."""
        try:
            return _run(self.replica, work)
        except DBAPIError as error:
            if not _is_cut(error):
                raise
        return _run(self.replica, work)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` on the primary and commit it.

        It is never tried again: when the connection dies after COMMIT was sent nobody can know whether the
        server carried it out, and a second try could write the entry twice. The visitor is told instead.
        """
        with Session(self.primary, expire_on_commit=False) as session, session.begin():
            return work(session)


def database() -> Database:
    """The database of the application that serves the current request."""
    found = current_app.extensions["database"]
    assert isinstance(found, Database)
    return found


def _run(engine: Engine, work: Callable[[Session], T]) -> T:
    with Session(engine) as session:
        return work(session)


def _is_cut(error: DBAPIError) -> bool:
    # A connection that was cut says so at once, and a new one leads to a server that lives. One that timed
    # out has used up the visitor's patience already.
    timed_out = isinstance(getattr(error.orig, "__context__", None), TimeoutError)
    return error.connection_invalidated and not timed_out


def _engine(address: str, answer_seconds: int) -> Engine:
    url = make_url(address)
    if url.get_backend_name() != "mysql":
        return create_engine(url, hide_parameters=True)
    return _mysql_engine(url, answer_seconds)


def _mysql_engine(url: URL, answer_seconds: int) -> Engine:
    engine = create_engine(
        url.set(drivername="mysql+pymysql"),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        pool_timeout=CONNECT_SECONDS,
        connect_args={
            "ssl": _encryption(),
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": answer_seconds,
            "write_timeout": answer_seconds,
        },
    )
    event.listen(engine, "handle_error", _discard_if_no_longer_primary)
    return engine


def _encryption() -> ssl.SSLContext:
    # The server has signed its certificate itself, so there is nothing to verify it against. The password
    # and the rows are encrypted, which stops somebody who listens; it does not stop somebody who stands in
    # between and answers as the server. That is accepted because the peer is on the same private network.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _discard_if_no_longer_primary(context: ExceptionContext) -> None:
    arguments = getattr(context.original_exception, "args", ())
    if arguments and arguments[0] in NO_LONGER_PRIMARY:
        context.is_disconnect = True
