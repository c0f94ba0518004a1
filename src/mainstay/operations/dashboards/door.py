"""A door on this computer to a server that only answers whoever shows a certificate: it shows it for the browser."""

import http.client
import ssl
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOPBACK = "127.0.0.1"
ANSWER_SECONDS = 60.0
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers that are about one connection (RFC 9110, 7.6.1); we make two."""


class Door(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only, and hands on what comes to another port there, by TLS."""

    daemon_threads = True

    def __init__(self, port: int, beyond: int, context: ssl.SSLContext) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.beyond, self.context = beyond, context
        self.names = {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}


class Handler(BaseHTTPRequestHandler):
    """One connection of a browser."""

    server: Door
    protocol_version = "HTTP/1.1"
    timeout = ANSWER_SECONDS

    def do_GET(self) -> None:
        """Hand it on. A page of somebody else's that leads its own name here gets nothing (DNS rebinding)."""
        if self.headers.get("Host") not in self.server.names:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = http.client.HTTPSConnection(
            LOOPBACK, self.server.beyond, timeout=ANSWER_SECONDS, context=self.server.context
        )
        try:
            there.request(self.command, self.path, given or None, _kept(self.headers.items(), but={"host"}))
            answer = there.getresponse()
            self._answer(answer, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.send_error(HTTPStatus.BAD_GATEWAY, explain=f"It does not answer: {error}.")
        finally:
            there.close()

    do_POST = do_GET

    def _answer(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response_only(answer.status)
        for name, value in _kept(answer.getheaders(), but={"content-length"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads along."""


def _kept(headers: "list[tuple[str, str]]", but: set[str]) -> dict[str, str]:
    """The headers that go on to the other side."""
    return {name: value for name, value in headers if name.lower() not in HOP_BY_HOP | but}
