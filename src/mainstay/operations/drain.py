"""Takes a server out of the balancers' rotation while something is done to it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mainstay.grounds.errors import GroundError
from mainstay.operations.site import Report, Site

ADMIN_SOCKET = "/run/haproxy/admin.sock"
IDLE_SECONDS = 10.0
TAKEN_BACK_SECONDS = 15.0
ASK = """
import socket, sys
with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    s.sendall(sys.argv[2].encode() + b"\\n")
    s.shutdown(socket.SHUT_WR)
    print(s.makefile().read())
"""

Row = dict[str, str]
"""One line of HAProxy's `show stat`, by column: see the management guide, section 9.1."""


@contextmanager
def drained(site: Site, server: str, report: Report) -> Iterator[None]:
    """While the block runs, no balancer sends new requests to the server; a single server is never taken out.

    Waits, up to ten seconds, until the requests under way are done. Whatever happens, the server is put back; the call
    returns when the balancers' own checks have found it well, so that the next can be taken out.
    """
    if len(site.running("web")) < 2:
        yield
        return
    report(server, "taking it out of rotation")
    _set_state(site, server, "drain")
    try:
        _wait(lambda: not any(int(row["scur"] or 0) for row in _rows(site, server)), IDLE_SECONDS)
        yield
    finally:
        _set_state(site, server, "ready")
    report(server, "coming back into rotation")
    _wait(lambda: all(row["status"] == "UP" for row in _rows(site, server)), TAKEN_BACK_SECONDS)
    report(server, "")


def put_back(site: Site, report: Report) -> None:
    """Put every server back into rotation that a run which broke off has left out of it."""
    for machine in site.running("web"):
        if any(row["status"].startswith("DRAIN") for row in _rows(site, machine.name)):
            report(machine.name, "coming back into rotation")
            _set_state(site, machine.name, "ready")
            report(machine.name, "")


def _set_state(site: Site, server: str, state: str) -> None:
    for balancer in _balancers(site):
        for backend in _backends(site):
            _ask(site, balancer, f"set server {backend}/{server} state {state}")


def _rows(site: Site, server: str) -> list[Row]:
    """What each balancer knows of the server, in each of its backends."""
    return [row for balancer in _balancers(site) for row in _statistics(site, balancer) if row["svname"] == server]


def _statistics(site: Site, balancer: str) -> list[Row]:
    lines = [line for line in _ask(site, balancer, "show stat").lstrip("# ").splitlines() if line]
    columns = lines[0].split(",") if lines else []
    rows = [dict(zip(columns, line.split(","), strict=False)) for line in lines[1:]]
    return [row for row in rows if row["pxname"] in _backends(site)]


def _ask(site: Site, balancer: str, order: str) -> str:
    """What HAProxy's runtime socket answers; "" from a balancer that does not, which sends no requests either."""
    try:
        return site.ground.reach().run_or_fail(balancer, ("python3", "-c", ASK, ADMIN_SOCKET, order))
    except GroundError:
        return ""


def _balancers(site: Site) -> list[str]:
    running = site.ground.members()
    return [m.name for m in site.running("balancer") if running.get(m.name)]


def _backends(site: Site) -> tuple[str, ...]:
    return ("app", "static") if site.spec.web.static else ("app",)


def _wait(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until it is so, but no longer than that."""
    begun = time.monotonic()
    while not is_so() and time.monotonic() - begun < seconds:
        time.sleep(0.1)
