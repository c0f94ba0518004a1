"""Certificates: looks until when those of a machine are good, since only who has the authority's key renews them."""

from mainstay.components.certificates.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exporter import FIGURES
from mainstay.model.exposure import Exposure, Probe
from mainstay.model.install import Content, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

PROGRAM = "/usr/local/lib/mainstay/certificates"
SHOWN = f"{FIGURES}/certificates.prom"
UNIT, TIMER = "mainstay-certificates.service", "mainstay-certificates.timer"
UNIT_FILE, TIMER_FILE = f"/etc/systemd/system/{UNIT}", f"/etc/systemd/system/{TIMER}"
SANDBOX = sandbox(("none",), ProtectSystem="strict", ReadWritePaths=FIGURES, PrivateNetwork="yes")
"""It is root, to whom all certificates belong, and without any of root's powers that reads them."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """No port: node_exporter shows what it finds."""
    return Exposure(probes=(Probe("unit", "unit", TIMER),), has_alerts=True)


def installs(view: View[Spec]) -> Install:
    """A program that looks, and when it does."""
    variables = {"program": PROGRAM, "shown": SHOWN, "files": " ".join(certificate.FILES), "sandbox": SANDBOX}
    return Install(
        files=(
            File(PROGRAM, Content("certificates.py"), mode="755"),
            File(UNIT_FILE, Content(UNIT, variables)),
            File(TIMER_FILE, Content(TIMER)),
        ),
        services=(Service(TIMER, restart_on=(PROGRAM, UNIT_FILE, TIMER_FILE)),),
    )


CERTIFICATES = Component("certificates", ("python3", "openssl"), exposes, installs, rows)
