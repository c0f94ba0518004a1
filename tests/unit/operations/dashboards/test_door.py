"""What comes by the door goes on by TLS, with a certificate; and nothing else comes in."""

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mainstay.operations.dashboards.door import LOOPBACK, Door
from mainstay.vault.authority import Leaf, found_authority, issue

NOW = datetime.now(UTC)


class Echo(BaseHTTPRequestHandler):
    """Says who asked, and for what."""

    def do_GET(self) -> None:
        given = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        name = dict(pair[0] for pair in self.connection.getpeercert()["subject"])["commonName"]
        self.send_response(203)
        self.send_header("X-Kind", "echo")
        self.end_headers()
        self.wfile.write(f"{name} {self.command} {self.path} {given}".encode())

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(server: HTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shown(folder: Path, purpose: str, side: ssl._SSLMethod, authority: Path) -> ssl.SSLContext:
    """A context that shows a certificate of the authority for a purpose, and wants to see another."""
    context = ssl.SSLContext(side)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / f"{purpose}.pem")
    return context


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A door, and behind it a server that wants a certificate."""
    ours, authority = found_authority(NOW), tmp_path / "authority.pem"
    authority.write_text(ours.certificate)
    for purpose in ("prometheus", "server"):
        pair = issue(ours, Leaf(purpose, "mon-01", "10.77.0.1"), NOW)
        (tmp_path / f"{purpose}.pem").write_text(f"{pair.certificate}\n{pair.key}\n")
    beyond = HTTPServer((LOOPBACK, 0), Echo)
    beyond.socket = shown(tmp_path, "server", ssl.PROTOCOL_TLS_SERVER, authority).wrap_socket(
        beyond.socket, server_side=True
    )
    context = shown(tmp_path, "prometheus", ssl.PROTOCOL_TLS_CLIENT, authority)
    with serving(beyond) as there, serving(Door(0, there, context)) as here:
        yield here


def asked(port: int, method: str, path: str, body: str | None = None, host: str = "") -> tuple[int, str, str | None]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    connection.request(method, path, body, {"Host": host or f"{LOOPBACK}:{port}"})
    answer = connection.getresponse()
    told = (answer.status, answer.read().decode(), answer.getheader("X-Kind"))
    connection.close()
    return told


def test_a_question_goes_on_with_a_certificate_and_its_answer_comes_back(port: int) -> None:
    assert asked(port, "GET", "/graph?g0=up") == (203, "prometheus GET /graph?g0=up ", "echo")
    assert asked(port, "POST", "/api/v1/query", "query=up") == (203, "prometheus POST /api/v1/query query=up", "echo")
    assert asked(port, "GET", "/", host=f"localhost:{port}")[0] == 203


def test_a_page_that_leads_its_own_name_here_gets_nothing(port: int) -> None:
    status, body, kind = asked(port, "GET", "/", host="evil.example:9090")
    assert (status, kind, "prometheus" in body) == (421, None, False)


def test_a_server_that_is_gone_is_said_so(tmp_path: Path) -> None:
    door = Door(0, 1, ssl.create_default_context())  # nothing listens on port 1
    with serving(door) as port:
        status, body, _ = asked(port, "GET", "/")
    assert (status, "It does not answer" in body) == (502, True)
