"""The application tells who it is, and stays on its feet when a database does not."""

import re
import socket
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from guestbook.application import create_app
from guestbook.database import Database
from sentences import take_away
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

NOBODY = "mysql://shop:secret@127.0.0.1:1/shop"  # nothing listens on port 1


@pytest.fixture
def alone() -> FlaskClient:
    """A visitor of an application none of whose databases answers."""
    return create_app({"DATABASE_URL": NOBODY, "MAINSTAY_SERVER": "srv-02"}).test_client()


def test_whoami_tells_the_server_the_release_and_both_hosts(client: FlaskClient) -> None:
    here = socket.gethostname()
    assert client.get("/whoami").json == {
        "server": "srv-01",
        "release": "2026-01-31",
        "write_host": here,
        "read_host": here,
    }


def test_whoami_answers_without_databases(alone: FlaskClient) -> None:
    answer = alone.get("/whoami")
    assert answer.status_code == 200
    assert answer.json == {
        "server": "srv-02",
        "release": "development",
        "write_host": None,
        "read_host": None,
    }


def test_the_health_check_does_not_ask_the_database(alone: FlaskClient) -> None:
    answer = alone.get("/up")
    assert (answer.status_code, answer.text) == (200, "ok")


@pytest.mark.parametrize("path", ["/", "/entries/1"])
def test_a_read_without_a_database_is_answered_503(alone: FlaskClient, path: str) -> None:
    answer = alone.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json == {
        "title": "The guestbook is closed for a moment",
        "status": 503,
        "detail": "The database does not answer at the moment. Nothing was written. Please try again.",
    }


def test_a_write_without_a_database_is_answered_503(alone: FlaskClient) -> None:
    answer = alone.post("/entries", data={"author": "a", "message": "m"}, headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "Nothing was written. Please try again." in answer.text
    assert "secret" not in answer.text


def test_a_write_whose_commit_got_no_answer_is_not_called_failed(client: FlaskClient) -> None:
    def lose(_session: Session) -> None:
        raise OperationalError("COMMIT", {}, OSError(2013, "lost connection"))

    event.listen(Session, "before_commit", lose)
    try:
        answer = client.post("/entries", json={"author": "a", "message": "m"})
    finally:
        event.remove(Session, "before_commit", lose)
    assert (answer.status_code, "Retry-After" in answer.headers) == (500, False)
    assert "look whether your entry is there" in answer.text


def test_the_pages_live_while_only_the_primary_is_away(client: FlaskClient, database: Database) -> None:
    take_away(database.primary)
    assert client.get("/").status_code == 200
    assert client.post("/entries", json={"author": "a", "message": "m"}).status_code == 503


@pytest.mark.parametrize("path", ["/", "/up", "/whoami", "/entries/1", "/nowhere", "/static/style.css"])
def test_every_response_says_who_served_it(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    assert headers["X-Served-By"] == "srv-01"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")


def test_the_page_asks_only_for_files_that_are_there(client: FlaskClient) -> None:
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text)
    assert files == ["/static/favicon.svg", "/static/style.css", "/static/harbour.svg"]
    for file in files:
        with client.get(file) as answer:
            assert answer.status_code == 200


def test_without_an_environment_it_runs_on_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = create_app({})
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    assert app.test_client().post("/entries", json={"author": "a", "message": "m"}).json == {"id": 1}
    assert app.test_client().get("/entries/1").status_code == 200
    assert app.test_client().get("/up").headers["X-Served-By"] == socket.gethostname()
