"""The program that systemd asks before it upgrades a machine, run for real."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from importlib import resources
from socketserver import TCPServer

import pytest

PROGRAM = resources.files("mainstay.components.unattended_upgrades").joinpath("templates", "may_upgrade.py")
WHAT = "MySQL here is a replica"
UNLESS = f"This machine is not upgraded now: it is not known that {WHAT}. Asked at "


@contextmanager
def serving(status: int, body: bytes = b"") -> Iterator[str]:
    """The URL of a server that gives every question this answer, if it is put to the right path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/replica" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/replica"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """A door that nobody has opened yet."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door, f"http://127.0.0.1:{door.getsockname()[1]}/replica"


def asked(url: str) -> tuple[int, str]:
    """How the program ends, and what it says."""
    done = subprocess.run((sys.executable, str(PROGRAM), WHAT, url), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_yes_is_yes() -> None:
    with serving(200, b'{"role": "replica"}') as url:
        assert asked(url) == (0, "")


def test_a_primary_is_left_alone_and_the_journal_says_why() -> None:
    with serving(503, b'{"role": "primary"}\n') as url:
        assert asked(url) == (1, f'{UNLESS}{url}, it answers 503 {{"role": "primary"}}.\n')


@pytest.mark.parametrize("status", [204, 302, 404, 500])
def test_only_200_is_yes(status: int) -> None:
    with serving(status) as url:
        assert asked(url) == (1, f"{UNLESS}{url}, it answers {status}.\n")


def test_a_long_answer_is_cut_off() -> None:
    with serving(503, b"<html>\n" + b"x" * 100_000) as url:
        assert asked(url) == (1, f"{UNLESS}{url}, it answers 503 <html> {'x' * 53}.\n")


def test_nobody_there_is_no() -> None:
    with listening() as (_, url):
        pass
    assert asked(url) == (1, f"{UNLESS}{url}, nobody answers: [Errno 111] Connection refused.\n")


def test_something_else_there_is_no() -> None:
    with listening() as (door, url):
        thread = threading.Thread(target=_greet_and_leave, args=(door,))
        thread.start()
        status, said = asked(url)
        thread.join()
    assert (status, said.partition(", nobody answers")[0]) == (1, f"{UNLESS}{url}")


def test_one_that_is_frozen_is_no_within_seconds() -> None:
    began = time.monotonic()
    with listening() as (_, url):
        assert asked(url) == (1, f"{UNLESS}{url}, nobody answers: timed out.\n")
    assert time.monotonic() - began < 5


def _greet_and_leave(door: socket.socket) -> None:
    connection, _ = door.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"220 mail.example.org ready\r\n")
