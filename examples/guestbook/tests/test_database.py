"""Connections that die, servers that change their role, and tables that follow the models."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import cast

import pytest
from flask import Flask
from guestbook.database import MOST_WRITES, Database, Scout, TooManyError, UnsureError
from guestbook.models import Base
from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session


class Fails:
    """Work that fails the given number of times, by default because its connection died, then says "done"."""

    def __init__(self, times: int, why: Exception | None = None, connection_died: bool = True) -> None:
        self.times = times
        self.error = OperationalError("…", {}, why or OSError(), connection_invalidated=connection_died)
        self.calls = 0

    def __call__(self, _session: Session) -> str:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return "done"


def test_a_read_is_tried_once_more_when_its_connection_died(database: Database) -> None:
    work = Fails(1)
    assert (database.read(work), work.calls) == ("done", 2)


def test_a_read_is_not_tried_a_third_time(database: Database) -> None:
    work = Fails(2)
    with pytest.raises(OperationalError):
        database.read(work)
    assert work.calls == 2


def test_a_read_that_fails_on_a_living_connection_is_not_repeated(database: Database) -> None:
    work = Fails(1, connection_died=False)
    with pytest.raises(OperationalError):
        database.read(work)
    assert work.calls == 1


def test_a_read_that_has_waited_in_vain_is_not_repeated(database: Database) -> None:
    why = OSError("lost connection")
    why.__context__ = TimeoutError()
    work = Fails(1, why=why)
    with pytest.raises(OperationalError):
        database.read(work)
    assert work.calls == 1


def test_a_write_that_failed_before_its_commit_is_done_anew(database: Database) -> None:
    work = Fails(2)
    assert (database.write(work), work.calls) == ("done", 3)


def test_a_write_that_met_a_former_primary_is_done_anew(database: Database) -> None:
    work = Fails(1, why=OSError(1290, "running with --super-read-only"), connection_died=False)
    assert (database.write(work), work.calls) == ("done", 2)


def test_a_write_that_was_refused_for_its_own_sake_is_not_repeated(database: Database) -> None:
    work = Fails(1, why=OSError(1062, "duplicate entry"), connection_died=False)
    with pytest.raises(OperationalError):
        database.write(work)
    assert work.calls == 1


def test_patience_ends(database: Database) -> None:
    work = Fails(1000)
    with pytest.raises(OperationalError):
        database.write(work, patience=0.2)
    assert 1 < work.calls < 1000


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(OSError(2013, "lost connection"), UnsureError, id="silence after COMMIT may be a success"),
        pytest.param(OSError(1290, "read-only"), OperationalError, id="a refused COMMIT has written nothing"),
    ],
)
def test_a_commit_without_an_answer_is_never_repeated(
    database: Database, answer: OSError, expected: type[Exception]
) -> None:
    commits = []

    def refuse(_session: Session) -> None:
        commits.append(answer)
        raise OperationalError("COMMIT", {}, answer)

    event.listen(Session, "before_commit", refuse)
    try:
        with pytest.raises(expected):
            database.write(lambda session: "done", patience=0)
    finally:
        event.remove(Session, "before_commit", refuse)
    assert len(commits) == 1


def test_writes_that_wait_leave_threads_to_the_reads(database: Database) -> None:
    for _ in range(MOST_WRITES):
        database.turns.acquire()
    with pytest.raises(TooManyError):
        database.write(Fails(0))


def test_both_addresses_lead_to_mysql_by_pymysql() -> None:
    database = Database.from_environment(
        {
            "DATABASE_URL": "mysql://shop:p%40ss@127.0.0.1:3306/shop",
            "DATABASE_REPLICA_URL": "mysql://shop:p%40ss@127.0.0.1:3307/shop",
        }
    )
    assert database.primary.url == make_url("mysql+pymysql://shop:p%40ss@127.0.0.1:3306/shop")
    assert database.replica.url == make_url("mysql+pymysql://shop:p%40ss@127.0.0.1:3307/shop")


def test_without_a_replica_the_primary_answers_the_reads() -> None:
    database = Database.from_environment({"DATABASE_URL": "mysql://shop@127.0.0.1/shop"})
    assert database.replica.url == database.primary.url


def test_the_migrations_make_the_tables_of_the_models(app: Flask, database: Database) -> None:
    expected = create_engine("sqlite://")
    Base.metadata.create_all(expected)
    columns = [(column["name"], str(column["type"])) for column in inspect(expected).get_columns("entries")]
    made = inspect(database.primary).get_columns("entries")
    assert [(column["name"], str(column["type"])) for column in made] == columns
    again = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert (again.exit_code, again.output) == (0, "The tables are at the newest revision.\n")


def test_of_writes_that_wait_one_looks_and_all_go_on_by_its_word(database: Database) -> None:
    looks: list[float] = []

    @event.listens_for(database.primary, "engine_connect")
    def look(_connection: object) -> None:
        looks.append(time.monotonic())
        if len(looks) <= 3:
            raise OperationalError("connect", {}, OSError(2003, "nobody takes writes"))

    until = time.monotonic() + 5
    waiting = [threading.Thread(target=database.scout.wait, args=(database.primary, until)) for _ in range(8)]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join(timeout=10)
    assert len(looks) == 4
    assert time.monotonic() < until


def test_nobody_waits_for_a_primary_longer_than_it_may(database: Database) -> None:
    @event.listens_for(database.primary, "engine_connect")
    def look(_connection: object) -> None:
        raise OperationalError("connect", {}, OSError(2003, "nobody takes writes"))

    begun = time.monotonic()
    database.scout.wait(database.primary, begun + 0.2)
    assert time.monotonic() < begun + 1


class Lines:
    """An engine whose connections answer, one after the other, whether their server is read-only; None: it is cut."""

    def __init__(self, *answers: Sequence[int | None]) -> None:
        self.left = [list(of_one) for of_one in answers]
        self.invalidated = 0
        self.dialect = SimpleNamespace(name="mysql")

    @contextmanager
    def connect(self) -> Iterator["Lines"]:
        self.now = self.left.pop(0)
        yield self

    def scalar(self, _statement: object) -> int:
        answer = self.now.pop(0) if len(self.now) > 1 else self.now[0]
        if answer is None:
            raise OperationalError("SELECT", {}, OSError(2013, "lost connection"), connection_invalidated=True)
        return answer

    def invalidate(self) -> None:
        self.invalidated += 1


@pytest.mark.parametrize(
    ("lines", "invalidated"),
    [
        pytest.param(Lines([1, 1, 1, None], [1, 1, 0]), 0, id="it is cut once there is another"),
        pytest.param(Lines([1], [0]), 1, id="nobody cuts it"),
    ],
)
def test_a_connection_to_a_former_primary_is_asked_until_it_is_cut(lines: Lines, invalidated: int) -> None:
    begun = time.monotonic()
    Scout().wait(cast("Engine", lines), begun + 5)
    assert (lines.left, lines.invalidated) == ([], invalidated)
    assert time.monotonic() < begun + 2
