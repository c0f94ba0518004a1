"""Visitors of a unix socket: each asks again as soon as it is answered, on the same connection while that lives."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import uvloop


@dataclass
class Tally:
    """What happened. Times are of the monotonic clock, which all processes share."""

    answers: Counter[int] = field(default_factory=Counter)
    refused: int = 0
    # When each request that got no whole answer was sent, and whether its connection had served one before.
    broken: list[tuple[float, bool]] = field(default_factory=list)
    slowest_seconds: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0


class Visitor(asyncio.Protocol):
    """One connection. It counts what it sees and ends when the connection does."""

    def __init__(self, request: bytes, tally: Tally, ends_at: float) -> None:
        self.request = request
        self.tally = tally
        self.ends_at = ends_at
        self.received = b""
        self.sent_at = 0.0
        self.served = 0
        self.is_waiting = False
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self.transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Collect an answer, and ask again once it is whole."""
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if found and len(body) >= _content_length(head):
            self._count(head)
            self._ask()

    def connection_lost(self, _error: Exception | None) -> None:
        """Count the question that stays open, if there is one."""
        if self.is_waiting:
            self.tally.broken.append((self.sent_at, self.served > 0))
        self.closed.set_result(None)

    def _ask(self) -> None:
        if time.monotonic() >= self.ends_at or self.transport.is_closing():
            self.transport.close()
            return
        self.received = b""
        self.is_waiting = True
        self.sent_at = time.monotonic()
        self.transport.write(self.request)

    def _count(self, head: bytes) -> None:
        self.is_waiting = False
        self.served += 1
        self.tally.answers[int(head[9:12])] += 1
        self.tally.slowest_seconds = max(self.tally.slowest_seconds, time.monotonic() - self.sent_at)
        if b"\r\nconnection: close" in head.lower():
            self.transport.close()


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise ValueError(f"an answer without Content-Length: {head!r}")
    return int(rest.partition(b"\r\n")[0])


async def visit(path: str, request: bytes, tally: Tally, ends_at: float) -> None:
    """Be one visitor until the time is over, connecting again whenever the connection ends."""
    loop = asyncio.get_running_loop()
    while time.monotonic() < ends_at:
        try:
            _, visitor = await loop.create_unix_connection(lambda: Visitor(request, tally, ends_at), path)
        except OSError:
            tally.refused += 1
            await asyncio.sleep(0.01)
        else:
            await visitor.closed


async def run(options: argparse.Namespace) -> Tally:
    """Send all visitors at once and wait for them."""
    close = "Connection: close\r\n" if options.fresh else ""
    request = f"GET {options.path} HTTP/1.1\r\nHost: localhost\r\n{close}\r\n".encode()
    tally = Tally()
    started, used = time.monotonic(), time.process_time()
    ends_at = started + options.seconds
    visitors = (visit(options.socket, request, tally, ends_at) for _ in range(options.visitors))
    # A server that never answers is a result too: what is still open then counts as broken.
    await asyncio.wait([asyncio.ensure_future(visitor) for visitor in visitors], timeout=options.seconds + 5)
    tally.seconds, tally.cpu_seconds = time.monotonic() - started, time.process_time() - used
    return tally


def main() -> None:
    """Print the tally as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("socket")
    parser.add_argument("path")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--visitors", type=int, default=8)
    parser.add_argument("--fresh", action="store_true", help="a new connection for each request")
    json.dump(vars(uvloop.run(run(parser.parse_args()))), sys.stdout)


if __name__ == "__main__":
    main()
