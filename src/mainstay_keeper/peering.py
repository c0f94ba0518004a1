"""What a keeper answers to its peers, and to monitoring: who asks shows a certificate of the site's authority.

GET /clock          {"now"}: what its clock says, which a question has to name
GET /applied?gtid=  200 once MySQL has executed this set; waits for it half a second at most
POST /failsafe      200 if the leader that asks may go on without the store (see `failsafe`)
else 503, 403 for who is no keeper, 404 for what nobody knows. The body is JSON.

GET /metrics        what `metrics` says, to whoever shows any certificate of that authority: monitoring is no keeper
"""

import json
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mainstay_keeper import clock, metrics
from mainstay_keeper.failsafe import Question
from mainstay_keeper.rest import Answering, Server
from mainstay_keeper.sql import Connect, Line, MysqlError

PURPOSE = "keeper"
"""The common name in a keeper's certificate; the organizational unit is its machine."""

APPLIED = "SELECT WAIT_FOR_EXECUTED_GTID_SET(%s, 0.5) = 0 AS is_so"
MOST_BYTES = 4096
ANYBODY = ""


@dataclass(frozen=True)
class Answers:
    """What is asked, and who knows; `is_applied` as `has_applied`, `measured` as `metrics.text`."""

    agree: Callable[[Question], bool]
    is_applied: Callable[[str], bool]
    measured: Callable[[], str]

    def to(self, peer: str, path: str, body: bytes) -> bool | None:
        """Yes, no, or None if nobody knows the question; `peer` is the machine that asks, ANYBODY without TLS.

        Raises:
            ValueError, TypeError, KeyError: what was sent is no question.
        """
        asked = urlsplit(path)
        match asked.path:
            case "/clock":
                return True
            case "/applied":
                return self.is_applied(parse_qs(asked.query)["gtid"][0])
            case "/failsafe":
                question = Question(**json.loads(body))
                return peer in (ANYBODY, question.leader) and self.agree(question)
            case _:
                return None


class PeerServer(Server):
    """With TLS, which begins in the thread of a connection: one that is silent holds nobody else up."""

    def __init__(self, address: tuple[str, int], answers: Answers, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(address, handler(answers))

    def get_request(self) -> tuple[Any, Any]:
        """A connection, not yet spoken on."""
        line, where = super().get_request()
        if self._context is not None:
            line = self._context.wrap_socket(line, server_side=True, do_handshake_on_connect=False)
        return line, where

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever breaks off, or shows no certificate, is not worth a traceback; say everything else."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def handler(answers: Answers) -> type[BaseHTTPRequestHandler]:
    """The HTTP side."""

    class Handler(Answering):
        def do_GET(self) -> None:
            if urlsplit(self.path).path == "/metrics":
                self.send(200, metrics.CONTENT_TYPE, answers.measured())
            else:
                self._judge(b"")

        def do_POST(self) -> None:
            self._judge(self.rfile.read(min(MOST_BYTES, int(self.headers.get("Content-Length", 0)))))

        def _judge(self, body: bytes) -> None:
            peer = machine_of(self.connection)
            try:
                is_so = peer is not None and answers.to(peer, self.path, body)
            except (ValueError, TypeError, KeyError):
                is_so = None
            self.answer(is_so, {"now": clock.now()}, refusal=403 if peer is None else 503)

    return Handler


def machine_of(connection: object) -> str | None:
    """Which machine's keeper is at the other end; None if it is no keeper. Its certificate has been verified."""
    if not isinstance(connection, ssl.SSLSocket):
        return ANYBODY
    found: Mapping[str, Any] = connection.getpeercert() or {}
    names = {key: value for part in found.get("subject", ()) for key, value in part}
    return str(names.get("organizationalUnitName")) if names.get("commonName") == PURPOSE else None


def server_context(authority: str, identity: str, key: str) -> ssl.SSLContext:
    """TLS in which both sides show a certificate of the site's own authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(identity, key)
    return context


def has_applied(gtid: str, connect: Connect = Line) -> bool:
    """Asked of MySQL itself, on a connection of its own, since what the cycle last saw may be a second old."""
    line = connect(2.0)
    try:
        return bool(line.ask(APPLIED, (gtid,))[0]["is_so"])
    except MysqlError:
        return False
    finally:
        line.hang_up()
