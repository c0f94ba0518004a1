"""What a keeper says over HTTP, in the words of Patroni's interface; the routers ask it who takes writes.

GET /primary        200 if MySQL takes writes here and the session lives
GET /replica?lag=S  200 if it follows, both threads run, and it is at most S seconds behind
GET /readable       200 if it can be read at all (a replica whose primary is gone, too)
GET /health         200 if MySQL answers
GET /liveness       200 if the keeper's cycle runs
GET /readiness      200 if it is primary or follows
GET /cluster        the members, who leads, who may be promoted
else 503 (404 for what nobody knows). The body is JSON.
"""

import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mainstay_keeper import clock
from mainstay_keeper.cycle import Told
from mainstay_keeper.nouns import Mysql

STALE_AFTER = 2.5
"""A cycle may be held up by a store or a MySQL that does not answer; one that has said nothing for longer stands."""

Query = dict[str, list[str]]


def is_primary(told: Told, now: float) -> bool:
    """Whether writes are taken here, by right: asked anew each time, since the right ends by the clock."""
    seen = told.seen
    leads = seen.cluster.leader is not None and seen.cluster.leader.name == seen.me
    return leads and seen.mysql.is_running and seen.mysql.is_writable and not told.is_closed and now < seen.deadline


def is_replica(told: Told, lag: float) -> bool:
    """Whether it follows, and is not further behind than this."""
    mysql = told.seen.mysql
    follows = _answers(mysql) and mysql.is_connected and mysql.is_applying and not mysql.is_writable
    return follows and mysql.lag is not None and mysql.lag <= lag


def _answers(mysql: Mysql) -> bool:
    """Whether it can be read now: who reads can go elsewhere, so one that is late once is not waited for."""
    return mysql.is_running and not mysql.is_late


def holds(path: str, query: Query, told: Told, now: float) -> bool | None:
    """Whether the question put by a path is answered with yes; None if nobody knows the question."""
    is_fresh = now - told.seen.now < STALE_AFTER
    mysql = told.seen.mysql
    match path:
        case "/primary" | "/leader" | "/read-write":
            return is_primary(told, now)
        case "/replica":
            return is_fresh and is_replica(told, float(query.get("lag", ["inf"])[0]))
        case "/readable":
            return is_fresh and _answers(mysql) and bool(mysql.source or mysql.is_writable)
        case "/health":
            return is_fresh and mysql.is_running
        case "/liveness":
            return is_fresh
        case "/readiness":
            return is_primary(told, now) or (is_fresh and is_replica(told, float("inf")))
        case "/cluster":
            return True
        case _:
            return None


def described(told: Told, now: float) -> dict[str, Any]:
    """What stands in every answer."""
    seen = told.seen
    role = "primary" if is_primary(told, now) else "replica" if seen.mysql.source else "none"
    return {
        "role": role, "state": seen.mysql.state, "lag_seconds": seen.mysql.lag, "source": seen.mysql.source,
        "epoch": seen.cluster.leader.epoch if seen.cluster.leader else 0, "sentence": told.sentence,
        "session_seconds": round(seen.deadline - now, 3) if seen.deadline > now else 0,
    }  # fmt: skip


def cluster(told: Told) -> dict[str, Any]:
    """The site's databases as this keeper last read them, for people and for `mainstay db status`."""
    seen = told.seen
    found, sync = seen.cluster, seen.cluster.sync
    members = [
        {
            "name": m.name, "address": m.address, "state": m.mysql.state, "is_writable": m.mysql.is_writable,
            "source": m.mysql.source, "lag_seconds": m.mysql.lag, "executed": str(m.mysql.executed),
            "is_acking": m.mysql.is_acking, "is_waiting": m.mysql.is_waiting,
            "is_sync": sync is not None and m.name in sync.replicas,
        }
        for m in found.members.values()
    ]  # fmt: skip
    return {
        "leader": found.leader.name if found.leader else None,
        "last_leader": sync.leader if sync else None,
        "sync": sorted(sync.replicas) if sync else [],
        "is_paused": found.is_paused,
        "recent": found.recent,
        "is_store_heard": seen.is_store_heard,
        "members": members,
        "sentence": told.sentence,
    }


class Server(ThreadingHTTPServer):
    """HAProxy ends its checks by a reset: not worth a traceback each."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent on a connection that broke; say everything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Answering(BaseHTTPRequestHandler):
    """Answers in JSON. Without a delay: else the body would wait 40 ms, until the headers are acknowledged."""

    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    timeout = 10

    def answer(self, is_so: bool | None, body: Any, refusal: int = 503) -> None:
        """Yes, no, or (None) that nobody knows the question."""
        self.send(404 if is_so is None else 200 if is_so else refusal, "application/json", json.dumps(body))

    def send(self, status: int, kind: str, text: str) -> None:
        """A whole answer, of this content type."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Several questions a second: not worth a line each."""


def handler(told: Callable[[], Told]) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a keeper."""

    class Handler(Answering):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query, now = parse_qs(asked.query), clock.now()
            said = told()
            body = cluster(said) if asked.path == "/cluster" else described(said, now)
            self.answer(holds(asked.path, query, said, now), body)

    return Handler
