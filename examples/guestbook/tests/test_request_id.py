"""One id finds a request in the log and in the statements that it sent."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from guestbook.database import Database
from sentences import take_away
from sqlalchemy import event, text
from sqlalchemy.orm import Session

ID = "73cd246c-0a6c-4d43-9a8f-6f2ce8a1f3b5"
NAMED = f"/* request_id={ID} */ "
UNFIT = [
    pytest.param("", id="none"),
    pytest.param("*/ DROP TABLE entries /*", id="would end the comment"),
    pytest.param("a b", id="a space"),
    pytest.param("a%sb", id="a placeholder"),
    pytest.param("\u0661", id="a digit, but not ours"),
    pytest.param("a" * 65, id="too long"),
]


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """What both databases are sent."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    for engine in (database.primary, database.replica):
        event.listen(engine, "after_cursor_execute", note)
    yield sent
    for engine in (database.primary, database.replica):
        event.remove(engine, "after_cursor_execute", note)


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines of the log, without the times."""
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert all(line.pop("milliseconds", 0) >= 0 for line in lines)
    return lines


def test_every_statement_begins_with_the_id_of_its_request(client: FlaskClient, statements: list[str]) -> None:
    client.post("/entries", json={"author": "Ada", "message": "hello"}, headers={"X-Request-ID": ID})
    client.get("/", headers={"X-Request-ID": ID})
    assert [statement.removeprefix(NAMED).split()[0] for statement in statements] == ["INSERT", "SELECT"]
    assert all(statement.startswith(NAMED) for statement in statements)


@pytest.mark.parametrize("unfit", UNFIT)
def test_what_is_no_id_is_copied_nowhere(
    client: FlaskClient, statements: list[str], capsys: pytest.CaptureFixture[str], unfit: str
) -> None:
    client.get("/", environ_overrides={"HTTP_X_REQUEST_ID": unfit})
    assert [statement.split()[0] for statement in statements] == ["SELECT"]
    assert [line["request_id"] for line in logged(capsys)] == [""]


def test_many_rows_at_once_are_left_as_pymysql_knows_them(
    app: Flask, database: Database, statements: list[str]
) -> None:
    rows = [{"a": 1}, {"a": 2}]
    with app.test_request_context(headers={"X-Request-ID": ID}), Session(database.primary) as session:
        session.execute(text("DELETE FROM entries WHERE id = :a"), rows)
        session.execute(text("DELETE FROM entries WHERE id = :a"), rows[0])
    assert statements == ["DELETE FROM entries WHERE id = ?", f"{NAMED}DELETE FROM entries WHERE id = ?"]


def test_outside_of_a_request_statements_stay_as_they_are(database: Database, statements: list[str]) -> None:
    database.read(lambda session: session.execute(text("SELECT 1")))
    assert statements == ["SELECT 1"]


def test_a_request_is_one_line_of_the_log(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/entries/7?secret=1", headers={"X-Request-ID": ID})
    answered = {"method": "GET", "path": "/entries/7", "status": 404}
    assert logged(capsys) == [{"level": "INFO", "request_id": ID, "message": "answered", **answered}]


def test_a_path_cannot_make_a_line_of_its_own(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/nowhere%0A%7B%22level%22%3A%22FORGED%22%7D")
    assert [(line["level"], line["path"]) for line in logged(capsys)] == [("INFO", '/nowhere\n{"level":"FORGED"}')]


def test_the_health_check_is_not_logged(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/up", headers={"X-Request-ID": ID})
    assert logged(capsys) == []


def test_a_database_that_is_away_is_logged_with_the_request(
    client: FlaskClient, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    take_away(database.replica)
    client.get("/", headers={"X-Request-ID": ID})
    error, answered = logged(capsys)
    assert (error["level"], error["request_id"], answered["status"]) == ("ERROR", ID, 503)
    assert error["message"].startswith("The database does not answer: ")


def test_a_traceback_is_on_the_line_of_its_request(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    app.add_url_rule("/broken", view_func=lambda: str(1 / 0))
    app.test_client().get("/broken", headers={"X-Request-ID": ID})
    error, answered = logged(capsys)
    assert (error["request_id"], answered["status"]) == (ID, 500)
    assert re.match(r"Traceback .*\nZeroDivisionError: ", error["traceback"], re.DOTALL)
