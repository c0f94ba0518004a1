"""nginx-prometheus-exporter: Nginx's own figures."""

from mainstay.components.nginx_exporter.dashboard import rows
from mainstay.model.component import Component, View
from mainstay.model.exporter import drop_in, exporter, guard_path, shown
from mainstay.model.exposure import Exposure
from mainstay.model.install import Install
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

UNIT = "prometheus-nginx-exporter.service"
PORT = 9113


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """One port, for those who monitor."""
    return shown(UNIT, PORT)


def installs(view: View[Spec]) -> Install:
    """The packaged unit, which asks the Nginx beside it."""
    here = view.machine
    asked = view.port(here, "nginx", "figures")
    port = view.port(here, "nginx_exporter", "metrics").number
    command = (
        "/usr/bin/prometheus-nginx-exporter",
        f"--nginx.scrape-uri=http://{asked.bind}:{asked.number}/",
        f"--web.listen-address={here.address}:{port}",
        f"--web.config.file={guard_path('nginx_exporter')}",
        "--log.level=warn",
    )
    program = drop_in(UNIT, command, sandbox(ProtectSystem="strict"))
    return exporter("nginx_exporter", here, UNIT, view.peers("prometheus"), program)


NGINX_EXPORTER = Component("nginx_exporter", ("prometheus-nginx-exporter",), exposes, installs, rows)
