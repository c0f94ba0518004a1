"""Prometheus: asks every part for its figures, keeps them, and watches them by the rules that lie beside each part."""

from typing import Any

from mainstay.components.prometheus.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exporter import GROUP, drop_in, guard, guard_path
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.fault import Limits, process_faults
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec
from mainstay.spec.sections.monitoring import Monitoring

NAME = "prometheus"
UNIT = "prometheus.service"
FOLDER = "/etc/mainstay/prometheus"
CONFIG = f"{FOLDER}/prometheus.yml"
RULES = f"{FOLDER}/rules"
FACTS = f"{RULES}/site.yml"
DATA = "/var/lib/prometheus/mainstay"
PORT = 9090
EVERY_SECONDS = 5
"""How often everything is asked: an outage is to be told within half a minute, the wait for certainty included."""

LIMITS = Limits(killed=2.0, stopped=2.0, frozen=2.0)
"""No visitor's request goes by it."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """One port, for its own kind: they watch each other."""
    return Exposure(
        ports=(Port("api", PORT, open_to=(NAME,)),),
        probes=(
            Probe("unit", "unit", UNIT),
            Probe("api", "http", f"tls:{NAME}:https://{machine.address}:{PORT}/-/ready"),
        ),
        faults=process_faults("monitor", NAME, UNIT, ("TargetMissing",), LIMITS),
        metrics=(Metrics("api"),),
        has_alerts=True,
    )


def installs(view: View[Spec]) -> Install:
    """Whom to ask and what to worry about, as all others expose it."""
    rules = tuple(
        _checked(f"{RULES}/{name}.yml", Content("alerts.yml", beside=name), "rules") for name in worried(view)
    )
    variables = _variables(view)
    read_anew = (*rules, _checked(FACTS, Content("site.yml", variables), "rules"))
    named = [file.path for file in read_anew]
    config = _checked(CONFIG, Content("prometheus.yml", {**variables, "rules": named}), "config")
    program = drop_in(UNIT, _command(view), sandbox(ProtectSystem="strict", ReadWritePaths=DATA))
    web = guard(NAME, view.peers(NAME))
    return Install(
        directories=(
            *(certificate.folder(NAME), Directory(FOLDER), Directory(RULES)),
            Directory(DATA, GROUP, GROUP, "750"),
        ),
        files=(*certificate.files(NAME, view.machine, group=GROUP), web, *read_anew, config, program),
        services=(Service(UNIT, restart_on=(program.path, web.path), reload_on=(CONFIG, *named)),),
    )


def _checked(path: str, content: Content, kind: str) -> File:
    return File(path, content, validate=f"promtool check {kind} {{candidate}}")


def worried(view: View[Spec]) -> tuple[str, ...]:
    """The components of the site that have rules, in the order of the catalogue."""
    return tuple(dict.fromkeys(i.component for i, exposure in view.exposures.items() if exposure.has_alerts))


def targets(view: View[Spec]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Whom to ask: by component and path, the machines' names with `address:port`."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for (component, machine), exposure in ((((i.component, i.machine)), e) for i, e in view.exposures.items()):
        for metrics in exposure.metrics:
            port = view.port(machine, component, metrics.port)
            found.setdefault((component, metrics.path), []).append((machine.name, f"{machine.address}:{port.number}"))
    return found


def _command(view: View[Spec]) -> tuple[str, ...]:
    here, monitoring = view.machine, view.spec.monitoring or Monitoring()
    return (
        "/usr/bin/prometheus",
        f"--config.file={CONFIG}",
        f"--storage.tsdb.path={DATA}",
        f"--storage.tsdb.retention.time={monitoring.keep}d",
        f"--storage.tsdb.retention.size={monitoring.disk}B",
        f"--web.listen-address={here.address}:{view.port(here, NAME, 'api').number}",
        f"--web.config.file={guard_path(NAME)}",
        "--log.level=warn",
    )


def _variables(view: View[Spec]) -> dict[str, Any]:
    spec, here = view.spec, view.machine
    probe = view.port(here, "blackbox_exporter", "probe")
    return {
        "every": EVERY_SECONDS,
        "monitoring": spec.monitoring or Monitoring(),
        "authority": certificate.authority_path(NAME),
        "identity": certificate.identity_path(NAME),
        "targets": targets(view),
        "alertmanagers": [
            f"{m.address}:{view.port(m, 'alertmanager', 'api').number}" for m in view.peers("alertmanager")
        ],
        "here": here.name,
        "probe": f"{probe.bind}:{probe.number}",
        "entrances": {address: f"{_url(spec, address)}{spec.app.health}" for address in _entrances(view)},
        "virtual_addresses": view.virtual_addresses,
        "voters": len(view.peers("etcd")),
        "databases": len(view.peers("mysql")),
        "automatic": int(spec.is_failover_automatic),
    }


def _entrances(view: View[Spec]) -> tuple[str, ...]:
    """Where visitors come in."""
    return view.virtual_addresses or tuple(m.address for m in view.peers("haproxy") if "balancer" in m.roles)


def _url(spec: Spec, address: str) -> str:
    return f"https://{address}:{spec.https.port}" if spec.https else f"http://{address}:{spec.balancer.port}"


PROMETHEUS = Component(NAME, ("prometheus",), exposes, installs, rows)
