"""What an operator orders on the machine itself: a unix socket that only root may open; one JSON line each way."""

import json
import os
import socketserver
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mainstay_keeper import rest
from mainstay_keeper.asking import SOCKET
from mainstay_keeper.cycle import Bell, Told
from mainstay_keeper.nouns import FAILOVER, REINIT, SWITCHOVER, Request
from mainstay_keeper.orders import Orders
from mainstay_keeper.store import StoreError

ANSWERED_WITHIN = 60.0
PATIENCE_SECONDS = 10.0
AGAIN_SECONDS = 0.1
ASKED_ONCE = ("switchover", "failover", "reinit")
Json = dict[str, Any]


class Control:
    """Orders become keys of the store: whoever is concerned finds them there, whichever machine they were given on.

    `orders` makes a connection to the store of the caller's own. An order that may be given twice is given again, for
    so many seconds, to a store that does not answer.
    """

    def __init__(
        self, orders: Callable[[], Orders], told: Callable[[], Told], bell: Bell, seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._seconds = seconds
        self._orders = orders
        self._told = told
        self._bell = bell

    def obey(self, order: Json) -> Json:
        """Carry an order out; gives {"ok", "sentence"} and what was asked for."""
        name, end = str(order.get("order")), time.monotonic() + self._seconds
        while True:
            try:
                return self._obey(name, order)
            except StoreError as error:
                if name in ASKED_ONCE or time.monotonic() > end:
                    return _refused(f"The store does not answer: {error}")
                time.sleep(AGAIN_SECONDS)

    def _obey(self, name: str, order: Json) -> Json:
        match name:
            case "status":
                return {"ok": True, "sentence": self._told().sentence, "cluster": rest.cluster(self._told())}
            case "history":
                return {"ok": True, "sentence": "", "history": self._orders().history()}
            case "found":
                return self._found()
            case "pause" | "resume":
                self._orders().pause(name == "pause")
                return _done("Automation is off." if name == "pause" else "Automation is on again.")
            case "ack":
                self._orders().acknowledge()
                return _done("The failovers so far no longer count.")
            case "switchover" | "failover" | "reinit":
                return self._request(name, order)
            case _:
                return _refused(f"Nobody knows the order {name}.")

    def _found(self) -> Json:
        """The first primary of a site; once there has been one, who is primary is no longer for an order to say."""
        seen = self._told().seen
        if not seen.mysql.is_running:
            return _refused(f"MySQL on {seen.me} does not run yet.")
        is_first = self._orders().found(seen.me, seen.mysql.uuid)
        self._bell.ring()
        return _done(f"{seen.me} is the first primary." if is_first else "There has been a primary already.")

    def _request(self, name: str, order: Json) -> Json:
        orders = self._orders()
        kind = {"switchover": SWITCHOVER, "failover": FAILOVER, "reinit": REINIT}[name]
        revision = orders.ask(Request(kind, str(order.get("to", "")), bool(order.get("force"))))
        if revision is None:
            return _refused("Another request is being dealt with.")
        end = time.monotonic() + ANSWERED_WITHIN
        while time.monotonic() < end:
            if (said := orders.answer_to(revision)) is not None:
                return _refused(f"{said.sentence}.") if said.is_refused else _done(said.sentence)
            time.sleep(0.1)
        return _refused("Nobody has answered the request yet; it stands.")


def serve(control: Control, path: Path = Path(SOCKET)) -> socketserver.BaseServer:
    """The socket, to be served for ever; a stale one is replaced."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = ANSWERED_WITHIN

        def handle(self) -> None:
            order = json.loads(self.rfile.readline())
            self.wfile.write(json.dumps(control.obey(order)).encode() + b"\n")

    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    finally:
        os.umask(before)
    server.daemon_threads = True
    return server


def _done(sentence: str) -> Json:
    return {"ok": True, "sentence": sentence}


def _refused(sentence: str) -> Json:
    return {"ok": False, "sentence": sentence}
