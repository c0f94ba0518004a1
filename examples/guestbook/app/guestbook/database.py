"""Two ways to the database: the primary takes the writes, the replicas answer the reads."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from flask import current_app
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from guestbook.request_id import name_requests

T = TypeVar("T")

CONNECT_SECONDS = 2
READ_SECONDS = 3  # the rows of a page come within milliseconds, or not at all
WRITE_SECONDS = 10  # a commit may wait until a replica has it too
RECYCLE_SECONDS = 300

# While the database changes its primary, a write waits and tries again. Each that waits holds a thread: half of
# the threads of a process are left for the reads and for the health check. Nor do they wait long for their turn.
PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 0.01
KEPT_SECONDS = 0.25
MOST_WRITES = 20
TURN_SECONDS = 0.05

# MySQL answers these when it has stopped being the primary or is going down: shutdown in progress, read-only
# by option, read-only transaction, read-only mode. The connection works, but it leads to the wrong server,
# so it is thrown away and the next request is led to the new primary.
NO_LONGER_PRIMARY = {1053, 1290, 1792, 1836}

# The client's own: it could not connect, or lost the connection.
NO_CONNECTION = {2003, 2006, 2013}

# Said in answer to COMMIT, these mean that nothing was written: the server is read-only.
REFUSED = {1290, 1792, 1836}

# The transaction was undone for the sake of another: deadlock, waited too long for a lock.
GAVE_WAY = {1205, 1213}


class UnsureError(Exception):
    """COMMIT was sent, and no answer came: the write may have been carried out, or may not."""


class TooManyError(Exception):
    """Too many writes wait for the database already: this one was not begun."""


class Scout:
    """Of all the writes of a process that wait for a primary, one looks for it, and the others wait for its word.

    A connection to MySQL costs both sides some milliseconds of processor time. If each write that waits looked by
    itself, the new primary would be late because of them. Nor is each look worth one: whoever routes the writes cuts
    the connections to a former primary once there is another, and one to the next may only be early. So a connection
    is asked again and again, until it is cut; where nobody cuts it, a new one is tried after a while.
    """

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._found_at = float("-inf")

    def wait(self, primary: Engine, until: float) -> None:
        """Return when somebody was found who takes writes, or at `until` (seconds of the monotonic clock)."""
        since = time.monotonic()
        if not self._looking.acquire(timeout=max(0.0, until - since)):
            return
        try:
            while self._found_at < since and time.monotonic() + PAUSE_SECONDS < until:
                time.sleep(PAUSE_SECONDS)
                if _leads_to_a_primary(primary, until):
                    self._found_at = time.monotonic()
        finally:
            self._looking.release()


@dataclass(frozen=True)
class Database:
    """The pools of connections to the primary and to the replicas."""

    primary: Engine
    replica: Engine
    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_WRITES))
    scout: Scout = field(default_factory=Scout)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Database":
        """Use DATABASE_URL, DATABASE_REPLICA_URL, DATABASE_CA; without them a file `guestbook.db`, for development."""
        primary = environment.get("DATABASE_URL") or f"sqlite:///{Path('guestbook.db').absolute()}"
        replica = environment.get("DATABASE_REPLICA_URL") or primary
        authority = environment.get("DATABASE_CA")
        return cls(_engine(primary, WRITE_SECONDS, authority), _engine(replica, READ_SECONDS, authority))

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a replica, once more on a fresh connection if its connection has just died."""
        try:
            return _run(self.replica, work)
        except DBAPIError as error:
            if not _is_cut(error):
                raise
        return _run(self.replica, work)

    def write(self, work: Callable[[Session], T], patience: float = PATIENCE_SECONDS) -> T:
        """Run `work` on the primary and commit it; try again for `patience` seconds what was certainly not written.

        What failed before COMMIT was sent was not written: the whole of it is done anew, with whoever is primary
        by then. When the connection dies after COMMIT was sent nobody can know whether the server carried it out,
        and a second try could write the entry twice: that is never tried again, the visitor is told instead.

        Raises:
            UnsureError: it may be written, or may not.
            DBAPIError: it was not written.
            TooManyError: it was not written, as too many others are waiting already.
        """
        until = time.monotonic() + patience
        with self._turn():
            while True:
                try:
                    return self._write_once(work)
                except DBAPIError as error:
                    if not _is_worth_another_try(error) or time.monotonic() + PAUSE_SECONDS >= until:
                        raise
                self.scout.wait(self.primary, until)

    def _write_once(self, work: Callable[[Session], T]) -> T:
        with Session(self.primary, expire_on_commit=False) as session:
            done = work(session)
            session.flush()
            try:
                session.commit()
            except DBAPIError as error:
                if _number(error) in REFUSED | GAVE_WAY:
                    raise
                raise UnsureError from error
            return done

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.turns.acquire(timeout=TURN_SECONDS):
            raise TooManyError
        try:
            yield
        finally:
            self.turns.release()


# What "the database does not answer" looks like from here.
DATABASE_ERRORS = (DBAPIError, PoolTimeout, UnsureError, TooManyError)


def database() -> Database:
    """The database of the application that serves the current request."""
    found = current_app.extensions["database"]
    assert isinstance(found, Database)
    return found


def _run(engine: Engine, work: Callable[[Session], T]) -> T:
    with Session(engine) as session:
        return work(session)


def _leads_to_a_primary(primary: Engine, until: float) -> bool:
    until = min(until, time.monotonic() + KEPT_SECONDS)
    try:
        with primary.connect() as connection:
            while not _takes_writes(connection):
                if time.monotonic() + PAUSE_SECONDS >= until:
                    connection.invalidate()  # the next one may lead to another
                    return False
                time.sleep(PAUSE_SECONDS)
            return True
    except (DBAPIError, PoolTimeout):
        return False


def _takes_writes(connection: Connection) -> bool:
    return connection.dialect.name != "mysql" or not connection.scalar(text("SELECT @@GLOBAL.read_only"))


def _is_cut(error: DBAPIError) -> bool:
    # A connection that was cut says so at once, and a new one leads to a server that lives. One that timed
    # out has used up the visitor's patience already.
    timed_out = isinstance(getattr(error.orig, "__context__", None), TimeoutError)
    return error.connection_invalidated and not timed_out


def _is_worth_another_try(error: DBAPIError) -> bool:
    return error.connection_invalidated or _number(error) in NO_LONGER_PRIMARY | GAVE_WAY | NO_CONNECTION


def _number(error: DBAPIError) -> int | None:
    """MySQL's number of the error, None if it is not MySQL's."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


def _engine(address: str, answer_seconds: int, authority: str | None) -> Engine:
    url = make_url(address)
    is_mysql = url.get_backend_name() == "mysql"
    engine = _mysql_engine(url, answer_seconds, authority) if is_mysql else create_engine(url, hide_parameters=True)
    name_requests(engine)
    return engine


def _mysql_engine(url: URL, answer_seconds: int, authority: str | None) -> Engine:
    engine = create_engine(
        url.set(drivername="mysql+pymysql"),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        pool_timeout=CONNECT_SECONDS,
        connect_args={
            "ssl": _encryption(authority),
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": answer_seconds,
            "write_timeout": answer_seconds,
        },
    )
    event.listen(engine, "handle_error", _discard_if_no_longer_primary)
    return engine


def _encryption(authority: str | None) -> ssl.SSLContext:
    # Every server shows a certificate of the site's own authority, in which the address stands by which it is
    # reached from here. Where nobody says who that authority is, as on a developer's own computer, the password
    # and the rows are encrypted, but somebody who stands in between and answers as the server is believed.
    context = ssl.create_default_context(cafile=authority)
    if authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _discard_if_no_longer_primary(context: ExceptionContext) -> None:
    arguments = getattr(context.original_exception, "args", ())
    if arguments and arguments[0] in NO_LONGER_PRIMARY:
        context.is_disconnect = True
