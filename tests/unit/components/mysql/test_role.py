"""The program that says whether a MySQL is primary or replica."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from math import inf
from typing import Any

import pytest

from tests.unit.components.templates import as_module

NOTHING = {"role": None, "lag_seconds": None, "io_running": None, "sql_running": None, "source": None}
PRIMARY = {**NOTHING, "role": "primary"}
NEITHER = {**NOTHING, "role": "none"}
REPLICA = {"role": "replica", "lag_seconds": 2, "io_running": "Yes", "sql_running": "Yes", "source": "10.77.0.1"}
FORMER = {**NOTHING, "role": "former primary"}
NOBODY = "127.0.0.1:1"
LATE = {**REPLICA, "lag_seconds": 6}
CUT_OFF = {**REPLICA, "lag_seconds": None, "io_running": "Connecting"}
STUCK = {**REPLICA, "lag_seconds": None, "sql_running": "No"}
FULL = "Waiting for disk space"
STOPPED = {**REPLICA, "lag_seconds": 0, "io_running": "No", "sql_running": "No"}


class Cursor:
    """Answers the two questions that the program puts."""

    def __init__(self, answers: dict[str, object]) -> None:
        self.answers = answers
        self.asked = ""

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(self, *_: object) -> None:
        self.asked = "closed"

    def execute(self, statement: str) -> None:
        self.asked = statement

    def fetchone(self) -> object:
        return self.answers[self.asked]


class Connection:
    """A MySQL that is read-only or not, and follows or does not."""

    def __init__(self, is_read_only: int, replica: dict[str, object] | None) -> None:
        read_only = "SELECT @@GLOBAL.super_read_only AS read_only"
        self.answers: dict[str, object] = {read_only: {"read_only": is_read_only}, "SHOW REPLICA STATUS": replica}

    def cursor(self, kind: object) -> Cursor:
        return Cursor(self.answers)


class Visitor:
    """The connection of one who asks by HTTP."""

    def __init__(self, path: str) -> None:
        self.asks = f"GET {path} HTTP/1.1\r\nHost: db\r\nConnection: close\r\n\r\n".encode()
        self.heard = b""

    def settimeout(self, seconds: float) -> None:
        assert seconds == 10

    def setsockopt(self, *option: object) -> None:
        assert option == (socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def makefile(self, mode: str, size: int) -> BytesIO:
        return BytesIO(self.asks)

    def sendall(self, data: bytes) -> None:
        self.heard += bytes(data)


@pytest.fixture(scope="module")
def program() -> Any:
    """The program as a module, as it lies in the component's templates."""
    return as_module("mysql", "role.py")


@pytest.mark.parametrize(
    ("word", "yes"),
    [
        (NOTHING, []),
        (NEITHER, ["/health"]),
        (PRIMARY, ["/health", "/primary", "/readable"]),
        (FORMER, ["/health"]),
        (REPLICA, ["/health", "/readable", "/replica", "/replica?lag=2", "/replica?lag=5.0"]),
        (LATE, ["/health", "/readable", "/replica"]),
        (CUT_OFF, ["/health", "/readable"]),
        (STUCK, ["/health", "/readable"]),
        (STOPPED, ["/health", "/readable"]),
    ],
    ids=["silent", "neither", "primary", "former primary", "replica", "late", "cut off", "stuck", "stopped"],
)
def test_each_question_is_answered_from_the_last_word(program: Any, word: dict[str, object], yes: list[str]) -> None:
    asked = [
        "/",
        "/health",
        "/primary",
        "/readable",
        "/replica",
        "/replica?lag=1.5",
        "/replica?lag=2",
        "/replica?lag=5.0",
    ]
    assert [path for path in asked if answer(program, path, word)[0] == 200] == yes


def test_the_answer_says_all_that_is_known(program: Any) -> None:
    assert answer(program, "/primary", LATE) == (503, LATE)


@pytest.mark.parametrize(
    ("connection", "word"),
    [
        (Connection(0, None), PRIMARY),
        (Connection(1, None), NEITHER),
        (Connection(1, {"io": "Yes", "sql": "Yes", "lag": 2}), REPLICA),
        (Connection(1, {"io": "Connecting", "sql": "Yes", "lag": None}), CUT_OFF),
        (Connection(0, {"io": "Yes", "sql": "No", "lag": None}), STUCK),
        (Connection(1, {"io": "Yes", "sql": "Yes", "lag": 2, "io_state": FULL}), {**REPLICA, "io_running": FULL}),
        (Connection(1, {"io": "Yes", "sql": "Yes", "lag": 2, "sql_state": FULL}), {**REPLICA, "sql_running": FULL}),
    ],
    ids=["primary", "neither", "replica", "cut off", "stuck, and writable", "no room", "no room to apply"],
)
def test_mysql_is_described_by_what_it_says(program: Any, connection: Connection, word: dict[str, object]) -> None:
    connection.answers["SHOW REPLICA STATUS"] = in_mysqls_words(connection.answers["SHOW REPLICA STATUS"])
    assert program.describe(connection) == word


@pytest.mark.parametrize(
    ("path", "seconds_ago", "word"),
    [
        ("/primary", -inf, NOTHING),
        ("/primary", -2.1, NOTHING),
        ("/primary", -1.2, PRIMARY),
        ("/primary", 0, PRIMARY),
        ("/replica", -1.2, NOTHING),
        ("/replica", -0.5, PRIMARY),
    ],
)
def test_an_old_word_counts_for_nothing(program: Any, path: str, seconds_ago: float, word: dict[str, object]) -> None:
    watch = program.Watch([])
    watch.said, watch.at = PRIMARY, program.time.monotonic() + seconds_ago
    assert watch.word(path) == word


def test_before_its_first_word_nothing_is_known(program: Any) -> None:
    assert program.Watch([]).word("/primary") == NOTHING


@contextmanager
def another_that_says(program: Any, word: Mapping[str, object]) -> Iterator[str]:
    """While the block runs, another machine's answerer says this; gives where it is asked."""
    watch = program.Watch([])
    watch.said, watch.at = word, inf
    with program.Server(("127.0.0.1", 0), program.handler(watch)) as server:
        answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        answering.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        answering.join()


@pytest.mark.parametrize(
    ("other", "role"),
    [(PRIMARY, "former primary"), (REPLICA, "primary"), (FORMER, "primary"), (NOTHING, "primary")],
    ids=["primary", "replica", "former primary", "silent"],
)
def test_one_that_takes_writes_is_primary_unless_another_is(program: Any, other: dict[str, object], role: str) -> None:
    with another_that_says(program, other) as peer:
        assert program.Watch([NOBODY, peer])._claimed(PRIMARY) == {**NOTHING, "role": role}


def test_one_that_takes_no_writes_asks_nobody(program: Any) -> None:
    watch = program.Watch(["no address at all"])
    assert [watch._claimed(word) for word in (REPLICA, NEITHER)] == [REPLICA, NEITHER]


def test_a_primary_stays_one_whoever_comes(program: Any) -> None:
    with another_that_says(program, PRIMARY) as peer:
        watch = program.Watch([])
        assert watch._claimed(PRIMARY) == PRIMARY
        watch.peers = [peer]
        assert watch._claimed(PRIMARY) == PRIMARY


def test_a_primary_that_became_a_replica_asks_again_before_it_says_primary(program: Any) -> None:
    with another_that_says(program, PRIMARY) as peer:
        watch = program.Watch([])
        watch._claimed(PRIMARY)
        watch.peers = [peer]
        assert [watch._claimed(word) for word in (REPLICA, PRIMARY)] == [REPLICA, FORMER]


def test_a_former_primary_does_not_return_when_the_primary_falls_silent(program: Any) -> None:
    with another_that_says(program, PRIMARY) as peer:
        watch = program.Watch([peer])
        assert watch._claimed(PRIMARY) == FORMER
    assert watch._claimed(PRIMARY) == FORMER


def answer(program: Any, path: str, word: dict[str, object]) -> tuple[int, object]:
    """The status and the body with which a question is answered."""
    watch, visitor = program.Watch([]), Visitor(path)
    watch.said, watch.at = word, program.time.monotonic()
    program.handler(watch)(visitor, ("10.77.0.9", 4711), None)
    head, _, body = visitor.heard.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    return int(head.split()[1]), json.loads(body)


def in_mysqls_words(replica: Any) -> dict[str, object] | None:
    if replica is None:
        return None
    return {
        "Seconds_Behind_Source": replica["lag"],
        "Replica_IO_Running": replica["io"],
        "Replica_SQL_Running": replica["sql"],
        "Replica_IO_State": replica.get("io_state", ""),
        "Replica_SQL_Running_State": replica.get("sql_state", ""),
        "Source_Host": "10.77.0.1",
    }
