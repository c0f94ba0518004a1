"""Runs on a machine, or in a network namespace: which TCP ports of some addresses take a connection, of all 65,535.

python3 - ADDRESS... < scan.py; prints {address: [port, ...]} as JSON. A port that is refused, or from which nothing
comes for `SILENT_SECONDS`, is closed.
"""

import errno
import itertools
import json
import resource
import select
import socket
import sys
import time
from collections.abc import Iterable, Iterator

MOST_AT_ONCE, OTHER_FILES = 16000, 100
KNOCKS = 500
"""After so many it is heard who has answered."""

SILENT_SECONDS = 0.5
PORTS = range(1, 65536)
Door = tuple[str, int]


def opened(doors: Iterator[Door], at_once: int) -> Iterator[Door]:
    """Those that take a connection; so many at most are waited for at a time, and who is silent makes room."""
    poll = select.epoll()
    waiting: dict[int, tuple[Door, socket.socket, float]] = {}
    while True:
        room = min(KNOCKS, at_once - len(waiting))
        knocked = 0
        for door in itertools.islice(doors, room):
            _knock(door, poll, waiting)
            knocked += 1
        if not waiting and knocked < room:
            return
        # The first is the one that waits longest. What has come is heard before anybody is given up.
        _, _, until = next(iter(waiting.values()), (None, None, 0.0))
        seconds = 0.0 if knocked and knocked == room else max(0.0, until - time.monotonic())
        for handle, _ in poll.poll(seconds, at_once):
            door, knocking, _ = waiting.pop(handle)
            if knocking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                yield door
            knocking.close()
        _give_up(waiting)


def _knock(door: Door, poll: select.epoll, waiting: dict[int, tuple[Door, socket.socket, float]]) -> None:
    knocking = socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    if knocking.connect_ex(door) in (0, errno.EINPROGRESS):
        poll.register(knocking, select.EPOLLOUT)
        waiting[knocking.fileno()] = (door, knocking, time.monotonic() + SILENT_SECONDS)
    else:
        knocking.close()


def _give_up(waiting: dict[int, tuple[Door, socket.socket, float]]) -> None:
    """On those who have been silent too long: the first of them."""
    now = time.monotonic()
    silent = list(itertools.takewhile(lambda handle: waiting[handle][2] <= now, waiting))
    for handle in silent:
        waiting.pop(handle)[1].close()


def found(addresses: Iterable[str], at_once: int) -> dict[str, list[int]]:
    """The open ports of each address."""
    ports: dict[str, list[int]] = {address: [] for address in addresses}
    for address, port in opened(((address, port) for address in ports for port in PORTS), at_once):
        ports[address].append(port)
    return {address: sorted(numbers) for address, numbers in ports.items()}


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = min(most, MOST_AT_ONCE + OTHER_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    sys.stdout.write(json.dumps(found(sys.argv[1:], files - OTHER_FILES)))
