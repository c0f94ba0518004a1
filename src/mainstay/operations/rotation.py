"""The balancers' rotation: which server gets requests, asked of and told to HAProxy by its runtime socket."""

from collections.abc import Iterator
from contextlib import contextmanager

from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.model.certificate import identity_path
from mainstay.model.install import Install
from mainstay.model.manifest import Manifest
from mainstay.operations.prepare import Prepared
from mainstay.operations.site import Site
from mainstay.operations.waiting import wait

ADMIN_SOCKET = "/run/haproxy/admin.sock"
REMEMBER = "/usr/local/lib/mainstay/haproxy-remember"
NOTES = "/var/lib/mainstay/drained"
"""On every balancer: one file for each machine that the user has drained; keepalived watches the balancer's own."""

DRAINED = "/run/mainstay-drained"
"""On a drained server: its programs then stop without waiting until they are out of rotation."""

IDLE_SECONDS = 10.0
TAKEN_BACK_SECONDS = 15.0
UNCHECKED = "unchecked"
"""The backend without checks, for when no server passes any."""

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
def out_of_rotation(site: Site, server: str, report: Report) -> Iterator[None]:
    """While the block runs, no balancer sends new requests to the server; a single server is never taken out.

    Waits, up to ten seconds, until the requests under way are done. Whatever happens, the server is put back, unless
    the user has drained it; the call returns when the balancers' own checks have found it well: the next can go.
    """
    if len(site.running("web")) < 2 or server in noted(site):
        yield
        return
    report(server, "taking it out of rotation")
    set_state(site, server, "drain")
    try:
        wait(lambda: not sessions(site, server), IDLE_SECONDS)
        yield
    finally:
        set_state(site, server, "ready")
    report(server, "coming back into rotation")
    wait_until_taken_back(site, server)
    report(server, "")


def is_spoken_anew(prepared: Prepared) -> bool:
    """Whether a balancer is to speak to the servers by TLS and did not, or the other way round."""
    wanted, states = prepared.plan.manifests, prepared.states
    balancers = [machine.name for machine in prepared.site.running("balancer")]
    records = {name: record for name in balancers if (record := states[name].record)}
    return any(_speaks_tls(wanted[name]) is not _speaks_tls(record) for name, record in records.items())


def _speaks_tls(manifest: Manifest) -> bool:
    part = manifest.parts.get("haproxy", Install())
    return any(file.path == identity_path("balancer") for file in part.files)


def put_back(site: Site, report: Report) -> None:
    """Put every server back into rotation that a run which broke off has left out, and the user has not drained."""
    kept = noted(site)
    for machine in site.running("web"):
        is_out = any(row["status"].startswith("DRAIN") for row in _rows(site, machine.name))
        if is_out and machine.name not in kept:
            report(machine.name, "coming back into rotation")
            set_state(site, machine.name, "ready")
            report(machine.name, "")


def noted(site: Site) -> frozenset[str]:
    """The machines that the user has drained."""
    listed = (_heard(site, name, ("ls", NOTES)) for name in balancers_on(site))
    known = {machine.name for machine in site.machines}
    return frozenset(name for output in listed for name in output.split() if name in known)


def set_state(site: Site, server: str, state: str) -> None:
    """Tell the server and every balancer, which remember it: "drain" (no new requests) or "ready"."""
    for balancer in balancers_on(site):
        for backend in _backends(site):
            _ask(site, balancer, f"set server {backend}/{server} state {state}")
        _heard(site, balancer, (REMEMBER,))
    if site.ground.members().get(server):
        _heard(site, server, ("touch", DRAINED) if state == "drain" else ("rm", "-f", DRAINED))


def sessions(site: Site, server: str) -> int:
    """How many requests all balancers together have under way at the server."""
    return sum(int(row["scur"] or 0) for row in _rows(site, server))


def requests(site: Site, balancer: str) -> int:
    """How many requests of visitors a balancer has under way.

    Not how many connections: what comes by one that is idle, or was never used, goes to who has the address by then.
    """
    rows = [row for row in _statistics(site, balancer) if row["svname"] == "BACKEND"]
    return sum(int(row["scur"] or 0) for row in rows if row["pxname"] in (*_backends(site), UNCHECKED))


def wait_until_taken_back(site: Site, server: str) -> None:
    """Wait until every balancer's own checks have found the server well, but no longer than fifteen seconds."""
    wait(lambda: all(row["status"] == "UP" for row in _rows(site, server)), TAKEN_BACK_SECONDS)


def is_answering(site: Site, balancer: str) -> bool:
    """Whether a balancer's HAProxy answers at its runtime socket."""
    return bool(_statistics(site, balancer))


def balancers_on(site: Site) -> list[str]:
    """The balancers that are switched on."""
    running = site.ground.members()
    return [machine.name for machine in site.running("balancer") if running.get(machine.name)]


def _rows(site: Site, server: str) -> list[Row]:
    """What each balancer knows of the server, in each of its backends."""
    rows = [row for balancer in balancers_on(site) for row in _statistics(site, balancer)]
    return [row for row in rows if row["svname"] == server and row["pxname"] in _backends(site)]


def _statistics(site: Site, balancer: str) -> list[Row]:
    lines = [line for line in _ask(site, balancer, "show stat").lstrip("# ").splitlines() if line]
    columns = lines[0].split(",") if lines else []
    return [dict(zip(columns, line.split(","), strict=False)) for line in lines[1:]]


def _ask(site: Site, balancer: str, order: str) -> str:
    """What HAProxy's runtime socket answers."""
    return _heard(site, balancer, ("python3", "-c", ASK, ADMIN_SOCKET, order))


def _heard(site: Site, machine: str, argv: tuple[str, ...]) -> str:
    """What a program on a machine says; "" of one that does not answer, which sends and serves no requests either."""
    try:
        done = site.ground.reach().run(machine, argv)
    except GroundError:
        return ""
    return done.output if done.is_success else ""


def _backends(site: Site) -> tuple[str, ...]:
    return ("app", "static") if site.spec.web.static else ("app",)
