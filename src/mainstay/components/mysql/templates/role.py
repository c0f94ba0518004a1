#!/usr/bin/env python3
"""Says over HTTP what this machine's MySQL is; HAProxy on the application's machines asks it.

    mysql-role ADDRESS PORT [PEER_ADDRESS:PORT...]

GET /primary        200 if it takes writes
GET /replica?lag=S  200 if it follows, both threads run, and it is at most S seconds behind
GET /readable       200 if it can be read at all (a replica whose primary is gone, too)
GET /health         200 if it answers
else 503. The body is JSON: {"role", "lag_seconds", "io_running", "sql_running", "source"}.

One thread asks MySQL twice a second by the local socket; the answers to HTTP come from its last word, and a word
older than two seconds (one, for a replica) counts for nothing, so that a MySQL that hangs is not routed to.
"""

import http.client
import json
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pymysql
import pymysql.cursors

SOCKET = "/run/mysqld/mysqld.sock"
ASK_EVERY_SECONDS = 0.5
STALE_AFTER_SECONDS = 2.0
REPLICA_STALE_AFTER_SECONDS = 1.0
"""Sooner for a replica: there are others to be read from, and nothing is cut off that writes."""

Word = dict[str, Any]
ACCESS_DENIED = (1045, 1698)
NOTHING: Word = {"role": None, "lag_seconds": None, "io_running": None, "sql_running": None, "source": None}
NO_ROOM = "Waiting for disk space"
NO_ROLE: Word = {**NOTHING, "role": "none"}


class Watch:
    """The last that MySQL said, and when (monotonic seconds)."""

    def __init__(self, peers: list[str]) -> None:
        self.said = NOTHING
        self.at = float("-inf")
        self.peers = peers
        self.is_primary: bool | None = None

    def word(self, path: str) -> Word:
        """What MySQL is, or NOTHING if it has not answered of late; what that is depends on the question's path."""
        limit = REPLICA_STALE_AFTER_SECONDS if path == "/replica" else STALE_AFTER_SECONDS
        return self.said if time.monotonic() - self.at < limit else NOTHING

    def ask_for_ever(self) -> None:
        """Keep one connection and ask; after any error begin anew."""
        while True:
            try:
                self._ask_while_connected()
            except (pymysql.MySQLError, OSError) as error:
                # On a server that has just been made nobody has an account yet: it answers, but has no role.
                is_answering = bool(error.args) and error.args[0] in ACCESS_DENIED
                self.said, self.at = NO_ROLE, time.monotonic() if is_answering else float("-inf")
                time.sleep(ASK_EVERY_SECONDS)

    def _ask_while_connected(self) -> None:
        connection = pymysql.connect(
            unix_socket=SOCKET, user="mainstay-role", connect_timeout=2, read_timeout=2, autocommit=True
        )
        with connection:
            while True:
                self.said, self.at = self._claimed(describe(connection)), time.monotonic()
                time.sleep(ASK_EVERY_SECONDS)

    def _claimed(self, word: Word) -> Word:
        """A former primary that returns still takes writes: it asks the others once before it calls itself primary.

        If one of them is, it stays silent from then on, also when that one falls silent: it lacks the writes since.
        """
        if word["role"] != "primary":
            self.is_primary = None
            return word
        if self.is_primary is None:
            self.is_primary = not any(says_primary(peer) for peer in self.peers)
        return word if self.is_primary else {**word, "role": "former primary"}


def says_primary(peer: str) -> bool:
    """Whether the answerer at address:port says that its MySQL is the primary."""
    address, _, port = peer.rpartition(":")
    connection = http.client.HTTPConnection(address, int(port), timeout=1)
    try:
        connection.request("GET", "/primary")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def describe(connection: Any) -> Word:
    """The role of the MySQL behind this connection."""
    with connection.cursor(pymysql.cursors.DictCursor) as cursor:
        cursor.execute("SELECT @@GLOBAL.super_read_only AS read_only")
        is_read_only = bool(cursor.fetchone()["read_only"])
        cursor.execute("SHOW REPLICA STATUS")
        replica = cursor.fetchone()
    if replica is None:
        return {**NOTHING, "role": "none" if is_read_only else "primary"}
    return {
        "role": "replica",
        "lag_seconds": replica["Seconds_Behind_Source"],
        "io_running": running(replica, "Replica_IO_Running", "Replica_IO_State"),
        "sql_running": running(replica, "Replica_SQL_Running", "Replica_SQL_Running_State"),
        "source": replica["Source_Host"],
    }


def running(replica: dict[str, Any], thread: str, state: str) -> Any:
    """How a thread of a replica runs: one that finds the disk full says Yes, with no lag, and sleeps for a minute."""
    return NO_ROOM if replica[state] == NO_ROOM else replica[thread]


def holds(path: str, query: dict[str, list[str]], word: Word) -> bool:
    """Whether the question put by a path is answered with yes."""
    if path == "/health":
        return bool(word["role"])
    if path == "/primary":
        return bool(word["role"] == "primary")
    if path == "/readable":
        return bool(word["role"] in ("primary", "replica"))
    if path == "/replica":
        limit = float(query.get("lag", ["inf"])[0])
        follows = word["role"] == "replica" and word["io_running"] == word["sql_running"] == "Yes"
        lag = word["lag_seconds"]
        return bool(follows and lag is not None and lag <= limit)
    return False


class Server(ThreadingHTTPServer):
    """HAProxy ends its checks by a reset: not worth a traceback each."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent on a connection that broke; say everything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def handler(watch: Watch) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a watch."""

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # else the body waits 40 ms for the headers to be acknowledged
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            word = watch.word(asked.path)
            body = json.dumps(word).encode()
            self.send_response(200 if holds(asked.path, parse_qs(asked.query), word) else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Several questions a second: not worth a line each."""

    return Handler


def main() -> None:
    """Watch MySQL in the background, answer HTTP in front."""
    address, port = sys.argv[1], int(sys.argv[2])
    watch = Watch(sys.argv[3:])
    threading.Thread(target=watch.ask_for_ever, daemon=True).start()
    Server((address, port), handler(watch)).serve_forever()


if __name__ == "__main__":
    main()
