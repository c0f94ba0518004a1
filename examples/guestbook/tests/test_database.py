"""Connections that die, servers that change their role, and tables that follow the models."""

import pytest
from flask import Flask
from guestbook.database import Database
from guestbook.models import Base
from sqlalchemy import create_engine, inspect
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


def test_a_write_is_never_repeated(database: Database) -> None:
    work = Fails(1)
    with pytest.raises(OperationalError):
        database.write(work)
    assert work.calls == 1


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
