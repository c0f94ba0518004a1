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

AT_ONCE = 4000
SILENT_SECONDS = 0.5
PORTS = range(1, 65536)


def open_ports(address: str) -> list[int]:
    """Those that take a connection."""
    found: list[int] = []
    for begin in range(0, len(PORTS), AT_ONCE):
        found += _of(address, PORTS[begin : begin + AT_ONCE])
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
        for handle, _ in poll.poll(left, AT_ONCE):
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
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, AT_ONCE + 100), most))
    sys.stdout.write(json.dumps({address: open_ports(address) for address in sys.argv[1:]}))
