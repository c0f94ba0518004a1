"""Takes a server out of the balancers' rotation while something is done to it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mainstay.grounds.errors import GroundError
from mainstay.operations.site import Report, Site

ADMIN_SOCKET = "/run/haproxy/admin.sock"
IDLE_SECONDS = 10.0
ASK = """
import socket, sys
with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    s.sendall(sys.argv[2].encode() + b"\\n")
    s.shutdown(socket.SHUT_WR)
    print(s.makefile().read())
"""


@contextmanager
def drained(site: Site, server: str, report: Report) -> Iterator[None]:
    """While the block runs, no balancer sends new requests to the server; a single server is never taken out.

    Waits, up to ten seconds, until the requests under way are done. Whatever happens, the server is put back.
    """
    running = site.ground.members()
    balancers = [m.name for m in site.running("balancer") if running.get(m.name)]
    if len(site.running("web")) < 2:
        yield
        return
    report(server, "taking it out of rotation")
    _set_state(site, balancers, server, "drain")
    try:
        _wait_until_idle(site, balancers, server)
        yield
    finally:
        _set_state(site, balancers, server, "ready")


def ask_balancer(site: Site, balancer: str, order: str) -> str:
    """What HAProxy's runtime socket answers to an order.

    Raises:
        GroundError: the balancer or its HAProxy does not answer.
    """
    return site.ground.reach().run_or_fail(balancer, ("python3", "-c", ASK, ADMIN_SOCKET, order))


def _set_state(site: Site, balancers: list[str], server: str, state: str) -> None:
    """On every balancer that answers; one that does not sends no requests either."""
    for balancer in balancers:
        for backend in _backends(site):
            try:
                ask_balancer(site, balancer, f"set server {backend}/{server} state {state}")
            except GroundError:
                continue


def _wait_until_idle(site: Site, balancers: list[str], server: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < IDLE_SECONDS and any(_sessions(site, b, server) for b in balancers):
        time.sleep(0.1)


def _sessions(site: Site, balancer: str, server: str) -> int:
    """How many sessions a balancer has open with the server now."""
    try:
        lines = ask_balancer(site, balancer, "show stat").lstrip("# ").splitlines()
    except GroundError:
        return 0
    columns = lines[0].split(",")
    rows = (dict(zip(columns, line.split(","), strict=False)) for line in lines[1:] if line)
    return sum(int(r["scur"] or 0) for r in rows if r["svname"] == server and r["pxname"] in _backends(site))


def _backends(site: Site) -> tuple[str, ...]:
    return ("app", "static") if site.spec.web.static else ("app",)
