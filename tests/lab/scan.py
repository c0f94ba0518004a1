"""Runs on a machine, or in a network namespace: which TCP ports of some addresses take a connection, of all 65,535.

python3 - ADDRESS... < scan.py; prints {address: [port, ...]} as JSON. A port that is refused, or from which nothing
comes for `SILENT_SECONDS`, is closed.
"""

import errno
import json
import resource
import select
import socket
import sys
import time

MOST_AT_ONCE, OTHER_FILES = 16000, 100
SILENT_SECONDS = 0.5
PORTS = range(1, 65536)


def open_ports(address: str, at_once: int) -> list[int]:
    """Those that take a connection, asked so many at a time."""
    found: list[int] = []
    for begin in range(0, len(PORTS), at_once):
        found += _of(address, PORTS[begin : begin + at_once])
    return sorted(found)


def _of(address: str, ports: range) -> list[int]:
    poll, waiting = select.epoll(), {}
    for port in ports:
        knocking = socket.socket()
        knocking.setblocking(False)
        if knocking.connect_ex((address, port)) in (0, errno.EINPROGRESS):
            poll.register(knocking, select.EPOLLOUT)
            waiting[knocking.fileno()] = (port, knocking)
        else:
            knocking.close()
    found = []
    end = time.monotonic() + SILENT_SECONDS
    while waiting and (left := end - time.monotonic()) > 0:
        for handle, _ in poll.poll(left, len(ports)):
            port, knocking = waiting.pop(handle)
            if knocking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                found.append(port)
            poll.unregister(handle)
            knocking.close()
    for _, knocking in waiting.values():
        knocking.close()
    poll.close()
    return found


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = min(most, MOST_AT_ONCE + OTHER_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    sys.stdout.write(json.dumps({address: open_ports(address, files - OTHER_FILES) for address in sys.argv[1:]}))
