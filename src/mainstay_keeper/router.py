"""Tells the router of this machine at once who takes writes; its own checks go on, and have the last word.

A router asks every keeper several times a second. What it is told here only comes before its next check: a wrong
word lasts until then. Nobody is kept from writing by routing: a MySQL that may not take writes refuses them.
"""

import contextlib
import socket
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

BACKEND = "primary"
SECONDS = 0.1
"""A router that does not answer at once finds out by itself."""


@dataclass
class Router:
    """HAProxy by its runtime socket ("" for none); `names` are the servers of its backend, the members' own."""

    where: str
    names: Collection[str]
    _told: str = field(default="", init=False)
    _telling: threading.Lock = field(default_factory=threading.Lock, init=False)

    def point(self, primary: str) -> None:
        """Writes go to this one from now on; "" says nothing: they go where they went. Nobody waits for the router."""
        if primary in ("", self._told):
            return
        self._told = primary
        if self.where:
            threading.Thread(target=self._tell, args=(primary,), daemon=True).start()

    def _tell(self, primary: str) -> None:
        with self._telling, contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            if primary != self._told:
                return  # another word has overtaken this one
            line.settimeout(SECONDS)
            line.connect(self.where)
            line.sendall((";".join(self._words(primary)) + "\n").encode())
            line.recv(1024)

    def _words(self, primary: str) -> Iterator[str]:
        """Down before up: with two that are up the router sends nobody anywhere."""
        for name in sorted(self.names, key=lambda name: name == primary):
            yield f"set server {BACKEND}/{name} health {'up' if name == primary else 'down'}"
