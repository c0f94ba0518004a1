"""blackbox_exporter: asks for the site from outside, at each address that visitors know."""

from typing import Any

from mainstay.components.blackbox_exporter.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exporter import drop_in, drop_in_path
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.install import Content, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

UNIT = "prometheus-blackbox-exporter.service"
CONFIG = "/etc/mainstay/blackbox_exporter.yml"
LOOPBACK = "127.0.0.1"
PORT = 9115
PURPOSE = "blackbox_exporter"


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """A port for the Prometheus beside it, and nobody else: it would ask for anything in one's name."""
    return Exposure(
        (Port("probe", PORT, bind=LOOPBACK),),
        (Probe("unit", "unit", UNIT), Probe("answers", "http", f"http://{LOOPBACK}:{PORT}/-/healthy")),
        has_alerts=True,
    )


def installs(view: View[Spec]) -> Install:
    """What is asked; at which addresses, Prometheus says."""
    port = view.port(view.machine, "blackbox_exporter", "probe")
    command = (
        "/usr/bin/prometheus-blackbox-exporter",
        f"--config.file={CONFIG}",
        f"--web.listen-address={port.bind}:{port.number}",
        "--log.level=warn",
    )
    trusted = _trusted(view.spec)
    config = File(
        CONFIG,
        Content("blackbox.yml", _variables(view.spec)),
        validate=f"{command[0]} --config.check --config.file={{candidate}}",
    )
    return Install(
        directories=(certificate.folder(PURPOSE),) if trusted else (),
        files=(*trusted, config, drop_in(UNIT, command, sandbox(ProtectSystem="strict"))),
        services=(
            Service(UNIT, restart_on=(drop_in_path(UNIT),), reload_on=(CONFIG, *(file.path for file in trusted))),
        ),
    )


def _trusted(spec: Spec) -> tuple[File, ...]:
    """By whom the site's certificate is known, where that is not by what everybody trusts."""
    if spec.https is None or spec.https.certificate:
        return ()
    if spec.https.acme is None:
        return (certificate.trusted(PURPOSE),)
    return ()


def _variables(spec: Spec) -> dict[str, Any]:
    """Of another authority's certificate the end is looked at, not who has signed it: that is the browsers' matter."""
    return {
        "domain": spec.domain,
        "https": spec.https is not None,
        "authority": certificate.authority_path(PURPOSE) if _trusted(spec) else "",
    }


BLACKBOX_EXPORTER = Component("blackbox_exporter", ("prometheus-blackbox-exporter",), exposes, installs, rows)
