"""Nginx: static files, and the reverse proxy before the application."""

from pathlib import PurePosixPath
from typing import Any

from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.fault import process_faults
from mainstay.model.install import Content, File, Install, Service
from mainstay.model.log_reader import LogReader
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

CONFIG = "/etc/nginx/nginx.conf"
DROP_IN = "/etc/systemd/system/nginx.service.d/mainstay.conf"
LOGGING = "/usr/local/lib/mainstay/nginx-log"
LOG = LogReader("nginx", user="www-data", command=f"/usr/bin/python3 {LOGGING}", program=LOGGING)
LEAVES = "/usr/local/lib/mainstay/server-leaves"
LEAVES_SECONDS = 0.4
"""Beyond the interval of the balancers' checks: for the check itself, on a busy machine."""

HTTP, FIGURES = 8080, 8081
LOOPBACK = "127.0.0.1"
PURPOSE = "web"
CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_NET_BIND_SERVICE", "CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_CHOWN")
LAB_HOSTS = ("localhost", "127.0.0.1")
"""In the lab the user comes through a forwarder on this computer, under these names."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """The HTTP port, for the balancers only; where they come by TLS, another for the machine itself."""
    local = (Port("local", HTTP, bind=LOOPBACK),) if spec.https else ()
    figures = (Port("figures", FIGURES, bind=LOOPBACK),) if spec.monitoring else ()
    alive = f"http://{LOOPBACK if spec.https else machine.address}:{HTTP}/.well-known/mainstay/web"
    return Exposure(
        ports=(Port("http", HTTP, open_to=("balancer",)), *local, *figures),
        probes=(Probe("unit", "unit", "nginx.service"), Probe("http", "http", alive, host=spec.domain)),
        faults=process_faults("server", "nginx", "nginx.service", ("NginxDown",)),
    )


def installs(view: View[Spec]) -> Install:
    """The whole configuration in one file, so that it can be tried before it replaces the old one."""
    variables = _variables(view)
    certificates = certificate.files(PURPOSE, view.machine, group="root") if variables["has_identity"] else ()
    return Install(
        directories=(certificate.folder(PURPOSE),) if certificates else (),
        files=(
            *certificates,
            File(CONFIG, Content("nginx.conf", variables), validate="nginx -t -q -c {candidate}"),
            *((File(LEAVES, Content("server-leaves", variables), mode="755"),) if variables["leaves"] else ()),
            File(LOGGING, Content("log.py"), mode="755"),
            *LOG.files,
            File(DROP_IN, Content("nginx.service.conf", variables)),
        ),
        services=(
            *LOG.services,
            Service("nginx.service", restart_on=(DROP_IN,), reload_on=(CONFIG, *(file.path for file in certificates))),
        ),
    )


def _variables(view: View[Spec]) -> dict[str, Any]:
    """What the templates are rendered with."""
    spec, shown = view.spec, _shown(view)
    return {
        "address": view.machine.address,
        "port": view.port(view.machine, "nginx", "http").number,
        "names": (*spec.host_names, *(LAB_HOSTS if spec.in_lab else ())),
        "balancers": [m.address for m in view.peers("haproxy") if "balancer" in m.roles],
        "static": [(prefix, _in_release(spec, path)) for prefix, path in spec.web.static.items()],
        "upstream": _upstream(view),
        "web": spec.web,
        "log_socket": LOG.socket,
        "health": spec.app.health,
        # A single server has nobody to leave its visitors to: they wait at the application's socket.
        "leaves": len(view.peers("nginx")) > 1,
        "wait": round(spec.balancer.check_interval + LEAVES_SECONDS, 3),
        "https": spec.https is not None,
        "shown": shown,
        "shown_path": spec.app.metrics,
        "has_identity": bool(spec.https or shown),
        "figures": f"{LOOPBACK}:{FIGURES}" if spec.monitoring else "",
        "sandbox": sandbox(capabilities=CAPABILITIES),
        "authority": certificate.authority_path(PURPOSE),
        "identity": certificate.identity_path(PURPOSE),
    }


def _shown(view: View[Spec]) -> str:
    """Where the application's own figures are shown; "" where there are none."""
    if not (view.spec.monitoring and view.spec.app.metrics):
        return ""
    return f"{view.machine.address}:{view.port(view.machine, 'app', 'figures').number}"


def _in_release(spec: Spec, path: str) -> str:
    return str(PurePosixPath(f"/srv/{spec.name}/current/project") / path)


def _upstream(view: View[Spec]) -> str:
    """Where the application of this machine listens: by socket, or for `run:` by port."""
    if view.spec.app.run is None:
        return "unix:/run/mainstay-app.sock"
    port = view.port(view.machine, "app", "http")
    return f"{port.bind}:{port.number}"


NGINX = Component("nginx", ("nginx-light",), exposes, installs)
