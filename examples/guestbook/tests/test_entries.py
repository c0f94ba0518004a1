"""Entries are written to the primary and read from a replica."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from guestbook.database import Database
from sentences import messages_in, replicate, write_into

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_an_entry_is_written_to_the_primary_only(client: FlaskClient, database: Database) -> None:
    answer = client.post("/entries", json={"author": "Ada", "message": "hello"})
    assert (answer.status_code, answer.json) == (201, {"id": 1})
    assert answer.headers["Location"] == "/entries/1"
    assert messages_in(database.primary) == ["hello"]
    assert messages_in(database.replica) == []


def test_an_entry_is_read_from_the_replica(client: FlaskClient, database: Database) -> None:
    client.post("/entries", json={"author": "Ada", "message": "hello"})
    assert client.get("/entries/1").status_code == 404
    replicate(database)
    answer = client.get("/entries/1")
    entry = dict(answer.json or {})
    written = datetime.fromisoformat(entry.pop("created_at"))
    assert (answer.status_code, entry) == (200, {"id": 1, "author": "Ada", "message": "hello"})
    assert timedelta(0) <= datetime.now(UTC) - written < timedelta(seconds=60)


def test_the_page_shows_the_latest_fifty_of_the_replica(client: FlaskClient, database: Database) -> None:
    write_into(database.primary, "only the primary has this")
    write_into(database.replica, *(f"message {number:02}" for number in range(1, 52)))
    page = client.get("/").text
    shown = [line.split(">")[1].split("<")[0] for line in page.splitlines() if 'class="message"' in line]
    assert shown == [f"message {number:02}" for number in range(51, 1, -1)]


def test_an_empty_book_says_so(client: FlaskClient) -> None:
    assert "Nobody has signed yet." in client.get("/").text


def test_what_visitors_write_is_escaped(client: FlaskClient, database: Database) -> None:
    write_into(database.replica, "<script>alert(1)</script>", author='"><b>')
    page = client.get("/").text
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_form_sent_by_curl_is_answered_like_json(client: FlaskClient, database: Database) -> None:
    answer = client.post("/entries", data={"author": " Ada ", "message": " hello "}, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.json) == (201, {"id": 1})
    assert messages_in(database.primary) == ["hello"]


def test_a_form_sent_by_a_browser_leads_back_to_the_page(client: FlaskClient, database: Database) -> None:
    answer = client.post("/entries", data={"author": "Ada", "message": "hello"}, headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert messages_in(database.primary) == ["hello"]


def test_the_longest_entry_is_taken(client: FlaskClient) -> None:
    assert client.post("/entries", json={"author": "a" * 80, "message": "m" * 1000}).status_code == 201


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ({}, {"author": "The author is missing.", "message": "The message is missing."}),
        (["not", "an", "object"], {"author": "The author is missing.", "message": "The message is missing."}),
        ({"author": "Ada", "message": " \n"}, {"message": "The message is missing."}),
        ({"author": "Ada", "message": 7}, {"message": "The message is missing."}),
        ({"author": "a" * 81, "message": "m"}, {"author": "The author is longer than 80 characters."}),
        ({"author": "a", "message": "m" * 1001}, {"message": "The message is longer than 1000 characters."}),
        ({"author": "a", "message": "\ud800"}, {"message": "The message is not valid text."}),
    ],
)
def test_a_bad_entry_is_refused(
    client: FlaskClient, database: Database, sent: object, problems: dict[str, str]
) -> None:
    answer = client.post("/entries", json=sent)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json == {
        "title": "The entry was not written",
        "status": 400,
        "detail": " ".join(problems.values()),
        "problems": problems,
    }
    assert messages_in(database.primary) == []


def test_a_browser_is_shown_the_problem_as_a_page(client: FlaskClient) -> None:
    answer = client.post("/entries", data={"author": "Ada"}, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "The message is missing." in answer.text


@pytest.mark.parametrize(("body", "status"), [("{", 400), ("1" * 70_000, 413)])
def test_a_body_that_is_no_entry_is_refused(client: FlaskClient, body: str, status: int) -> None:
    assert client.post("/entries", data=body, content_type="application/json").status_code == status


@pytest.mark.parametrize("path", ["/entries/7", "/entries/99999999999999999999", "/entries/x", "/nowhere"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_the_number_of_entries_is_a_figure(client: FlaskClient, database: Database) -> None:
    client.post("/entries", json={"author": "Ada", "message": "Hello"})
    replicate(database)
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text.splitlines()[-1] == "guestbook_entries 1"
