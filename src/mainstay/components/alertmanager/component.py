"""Alertmanager: tells people what is wrong, once, however many alerts one cause has raised."""

from collections.abc import Iterator
from typing import Any

from mainstay.components.alertmanager.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exporter import GROUP, drop_in, guard, guard_path
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.fault import Limits, process_faults
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec
from mainstay.spec.sections.app import SECRET
from mainstay.spec.sections.monitoring import Monitoring

NAME = "alertmanager"
UNIT = "prometheus-alertmanager.service"
CONFIG = "/etc/mainstay/alertmanager.yml"
GOSSIP = f"{certificate.FOLDER}/{NAME}/gossip.yml"
SECRETS = "/etc/mainstay/alertmanager-secrets"
MAIL_AUTHORITY = f"{SECRETS}/mail-authority.pem"
DATA = "/var/lib/prometheus/alertmanager"
PORT, CLUSTER = 9093, 9094
LIMITS = Limits(killed=2.0, stopped=2.0, frozen=2.0)
"""No visitor's request goes by it."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """For every Prometheus of the site, and for its own kind."""
    return Exposure(
        ports=(
            Port("api", PORT, open_to=("prometheus",)),
            Port("cluster", CLUSTER, open_to=(NAME,)),
        ),
        probes=(
            Probe("unit", "unit", UNIT),
            Probe("api", "http", f"tls:{NAME}:https://{machine.address}:{PORT}/-/ready"),
        ),
        faults=process_faults("monitor", NAME, UNIT, ("AlertmanagerDown",), LIMITS),
        metrics=(Metrics("api"),),
        has_alerts=True,
    )


def installs(view: View[Spec]) -> Install:
    """One of a cluster: they tell each other what was sent, so that nobody is told twice."""
    monitoring = view.spec.monitoring or Monitoring()
    secrets = tuple(_secret_files(monitoring))
    shown = {"identity": certificate.identity_path(NAME), "authority": certificate.authority_path(NAME)}
    settings = Content("alertmanager.yml", _variables(view.spec, monitoring))
    web, gossip = guard(NAME, view.peers("prometheus")), File(GOSSIP, Content("gossip.yml", shown))
    config = File(CONFIG, settings, validate="amtool check-config {candidate}")
    program = drop_in(UNIT, _command(view), sandbox(ProtectSystem="strict", ReadWritePaths=DATA))
    return Install(
        directories=(
            *(certificate.folder(NAME), Directory(SECRETS, group=GROUP, mode="750")),
            Directory(DATA, GROUP, GROUP, "750"),
        ),
        files=(*certificate.files(NAME, view.machine, group=GROUP), web, gossip, *secrets, config, program),
        services=(
            Service(
                UNIT,
                restart_on=(program.path, web.path, gossip.path),
                reload_on=(config.path, *(file.path for file in secrets)),
            ),
        ),
    )


def _command(view: View[Spec]) -> tuple[str, ...]:
    here = view.machine
    cluster = view.port(here, NAME, "cluster").number
    others = [m for m in view.peers(NAME) if m != here]
    gossip = (
        f"--cluster.listen-address={here.address}:{cluster}",
        f"--cluster.tls-config={GOSSIP}",
        *(f"--cluster.peer={m.address}:{view.port(m, NAME, 'cluster').number}" for m in others),
    )
    return (
        "/usr/bin/prometheus-alertmanager",
        f"--config.file={CONFIG}",
        f"--storage.path={DATA}",
        f"--web.listen-address={here.address}:{view.port(here, NAME, 'api').number}",
        f"--web.config.file={guard_path(NAME)}",
        *(gossip if others else ('--cluster.listen-address=""',)),
        "--enable-feature=receiver-name-in-metrics",
        "--log.level=warn",
    )


def _references(monitoring: Monitoring) -> dict[str, str]:
    """What the receivers' settings hold that may be secret: a name for each, and what the file says."""
    found = {
        "mail-password": monitoring.mail.password if monitoring.mail else None,
        "slack-url": monitoring.slack.url if monitoring.slack else None,
        "webhook-url": monitoring.webhook.url if monitoring.webhook else None,
        "pagerduty-key": monitoring.pagerduty.key if monitoring.pagerduty else None,
        "telegram-token": monitoring.telegram.token if monitoring.telegram else None,
        "deadman-url": monitoring.deadman,
    }
    return {name: value for name, value in found.items() if value}


def _secret_files(monitoring: Monitoring) -> Iterator[File]:
    """A file for each: the settings only name it, so that no page and no interface shows what is in it."""
    for name, value in _references(monitoring).items():
        text = SECRET.sub(r"${own:\1}", value)
        yield File(f"{SECRETS}/{name}", f"{text}\n", group=GROUP, mode="640")
    if monitoring.mail and monitoring.mail.authority:
        yield File(MAIL_AUTHORITY, f"${{file:{monitoring.mail.authority}}}\n", group=GROUP, mode="640")


def _variables(spec: Spec, monitoring: Monitoring) -> dict[str, Any]:
    return {
        "site": spec.name,
        "monitoring": monitoring,
        "secrets": SECRETS,
        "mail_authority": MAIL_AUTHORITY,
    }


ALERTMANAGER = Component(NAME, ("prometheus-alertmanager",), exposes, installs, rows)
