"""HAProxy: the balancer, and the application's local way to the database."""

from dataclasses import replace
from typing import Any

from mainstay.components.haproxy.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import EVERYBODY, Exposure, Metrics, Port, Probe
from mainstay.model.fault import Fault, Limits, process_faults
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.log_reader import LogReader
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

CONFIG = "/etc/haproxy/haproxy.cfg"
DROP_IN = "/etc/systemd/system/haproxy.service.d/mainstay.conf"
LOG = LogReader("haproxy", user="haproxy", command="/bin/cat")
REMEMBER = "/usr/local/lib/mainstay/haproxy-remember"
LOOPBACK = "127.0.0.1"
PRIMARY_PORT = 3306
REPLICA_PORT = 3307
METRICS_PORT = 8405
EDGE, BALANCER, MEASURED = "edge", "balancer", "haproxy"
"""What certificates are for: to be seen by visitors, by the servers, by those who monitor."""

CAPABILITIES = (
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_NET_BIND_SERVICE",
    "CAP_KILL",
    "CAP_DAC_OVERRIDE",
    "CAP_CHOWN",
    "CAP_FOWNER",
)
# Its regular expressions are compiled to machine code (PCRE's JIT).
SANDBOX = sandbox(capabilities=CAPABILITIES, without=("MemoryDenyWriteExecute",))
ALERTS = ("HaproxyDown",)
COUNTED_SECONDS = 10
"""Over how long the requests of one address are counted."""

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
"""What a response is given that has no such header of its own; one that `web: headers` names is the user's."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """The site's port on a balancer; two addresses of the database, for this machine only, beside an application."""
    site = _site_ports(spec) if "balancer" in machine.roles else ()
    router = _router_ports() if _routes(spec, machine) else ()
    probes = (
        Probe("unit", "unit", "haproxy.service"),
        *(Probe(port.name, "tcp", f"{machine.address}:{port.number}") for port in site if port.protocol == "tcp"),
        *(Probe(port.name, "greeting", f"{port.bind}:{port.number}") for port in router),
    )
    measured = (Port("metrics", METRICS_PORT, ("prometheus",)),) if spec.monitoring else ()
    metrics = (Metrics("metrics"),) if measured else ()
    faults = _faults(bool(site), bool(router))
    return Exposure(site + router + measured, probes, faults, metrics, has_alerts=True)


def installs(view: View[Spec]) -> Install:
    """One configuration that holds whichever of the two duties the machine has."""
    variables: dict[str, Any] = {
        "balances": "balancer" in view.machine.roles,
        "routes": _routes(view.spec, view.machine),
        "moves": _moves(view),
        "sandbox": SANDBOX,
        "log_socket": LOG.socket,
        **_balancer(view),
        **_router(view),
        **_measured(view),
    }
    identity = (*_identity(view), *_measured_identity(view))
    reload_on = (CONFIG, REMEMBER, *(file.path for file in identity))
    return Install(
        directories=(Directory("/etc/haproxy"), *map(certificate.folder, _purposes(view))),
        files=(
            *identity,
            *LOG.files,
            File(CONFIG, Content("haproxy.cfg", variables), mode="600", validate="haproxy -c -f {candidate}"),
            File(REMEMBER, Content("haproxy-remember", variables), mode="755"),
            File(DROP_IN, Content("haproxy.service.conf", variables)),
        ),
        services=(
            *LOG.services,
            Service("haproxy.service", restart_on=(DROP_IN,), reload_on=reload_on),
        ),
    )


def _faults(balances: bool, routes: bool) -> tuple[Fault, ...]:
    """Beside an application a stop is not gentle: its server stays in rotation, and cannot reach the database."""
    if balances:
        return process_faults("balancer", "haproxy", "haproxy.service", ALERTS)
    return process_faults("server", "haproxy", "haproxy.service", ALERTS, Limits(stopped=2.0)) if routes else ()


def _routes(spec: Spec, machine: Machine) -> bool:
    return bool(spec.running("database")) and "app" in machine.roles


def _moves(view: View[Spec]) -> bool:
    """Whether an address moves to and from this machine."""
    return bool(view.virtual_addresses) and "balancer" in view.machine.roles


def _site_ports(spec: Spec) -> tuple[Port, ...]:
    plain = Port("site" if spec.https is None else "plain", spec.balancer.port, open_to=(EVERYBODY,))
    if spec.https is None:
        return (plain,)
    secured = Port("site", spec.https.port, open_to=(EVERYBODY,))
    by_udp = (replace(secured, name="http3", protocol="udp"),) if spec.https.http3 else ()
    return (secured, *by_udp, plain)


def _identity(view: View[Spec]) -> tuple[File, ...]:
    """The certificate that visitors see: the user's own, or one of the site's authority; and that which servers see.

    With ACME the authority's is for the time until there is another.
    """
    https = view.spec.https
    if https is None or "balancer" not in view.machine.roles:
        return ()
    if https.certificate and https.key:
        shown = certificate.brought(EDGE, https.certificate, https.key)
    else:
        shown = certificate.issued(EDGE, view.machine, domains=view.spec.host_names)
    return (shown, *certificate.files(BALANCER, view.machine, group="root"))


def _purposes(view: View[Spec]) -> tuple[str, ...]:
    """What it has certificates for."""
    edge = (EDGE, BALANCER) if _identity(view) else ()
    return (*edge, MEASURED) if view.spec.monitoring else edge


def _measured_identity(view: View[Spec]) -> tuple[File, ...]:
    return certificate.files(MEASURED, view.machine, group="root") if view.spec.monitoring else ()


def _measured(view: View[Spec]) -> dict[str, Any]:
    """Where figures are shown, and to whom."""
    if not view.spec.monitoring:
        return {"metrics": None}
    port = view.port(view.machine, "haproxy", "metrics").number
    return {
        "metrics": f"{view.machine.address}:{port}",
        "measured_identity": certificate.identity_path(MEASURED),
        "measured_authority": certificate.authority_path(MEASURED),
    }


def _router_ports() -> tuple[Port, ...]:
    return (
        Port("primary", PRIMARY_PORT, ("app",), bind=LOOPBACK),
        Port("replicas", REPLICA_PORT, ("app",), bind=LOOPBACK),
    )


def _balancer(view: View[Spec]) -> dict[str, Any]:
    web, acme = view.peers("nginx"), view.peers("acme")
    named = {name.lower() for name in view.spec.web.headers}
    return {
        "balancer": view.spec.balancer,
        "https": view.spec.https,
        "shown": certificate.folder(EDGE).path if acme else certificate.identity_path(EDGE),
        "challenged": [(m.name, m.address, port.number) for m in acme for port in view.ports(m, "acme")],
        "own_identity": certificate.identity_path(BALANCER),
        "own_authority": certificate.authority_path(BALANCER),
        "most_requests": view.spec.balancer.requests_per_address * COUNTED_SECONDS,
        "counted": COUNTED_SECONDS,
        "safe_headers": {name: value for name, value in SAFE_HEADERS.items() if name.lower() not in named},
        "domain": view.spec.domain,
        "health": view.spec.app.health,
        "static": tuple(f"{prefix.rstrip('/')}/" for prefix in view.spec.web.static),
        "web": [(m.name, m.address, view.port(m, "nginx", "http").number) for m in web],
    }


def _router(view: View[Spec]) -> dict[str, Any]:
    if not _routes(view.spec, view.machine):
        return {"database": ()}
    here = view.machine
    asked = "keeper" if view.spec.is_failover_automatic else "mysql"
    return {
        "primary": view.port(here, "haproxy", "primary"),
        "replicas": view.port(here, "haproxy", "replicas"),
        "max_lag": view.spec.database.max_lag,
        "database": [
            (m.name, m.address, view.port(m, "mysql", "mysql").number, view.port(m, asked, "role").number)
            for m in view.peers("mysql")
        ],
    }


HAPROXY = Component("haproxy", ("haproxy", "socat"), exposes, installs, rows)
