"""nftables: on every machine only what somebody exposes is open, and only to those it is exposed to."""

from dataclasses import dataclass

from mainstay.components.nftables.dashboard import rows
from mainstay.model.component import Component, View
from mainstay.model.exposure import EVERYBODY, Exposure, Port, Probe
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

UNIT = "mainstay-firewall.service"
UNIT_FILE = f"/etc/systemd/system/{UNIT}"
RULES = "/etc/mainstay/firewall.nft"
DROP_IN = "/etc/systemd/system/nftables.service.d/mainstay.conf"
PROGRAM = "/usr/local/lib/mainstay/firewall"
TRANSPORTS = ("tcp", "udp")
"""What has ports."""

KEPT = "/var/lib/mainstay/firewall"
"""Where the last rules lie that an operator came through."""

CONFIRM_SECONDS = 20
"""New rules that nobody came through by then give way to those before them."""

SSH_A_MINUTE = 120
"""New SSH connections that one address may make: room for tools that make one for each command, none for guessing."""


@dataclass(frozen=True)
class Opening:
    """What one port of this machine is open to: `sources` are addresses or networks, none for the whole world."""

    port: Port
    component: str
    sources: tuple[str, ...]


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """Nothing but that it is on."""
    return Exposure(probes=(Probe("unit", "unit", UNIT),), has_alerts=True)


def installs(view: View[Spec]) -> Install:
    """The rules, and the program that puts them in force, and back if nobody confirms them."""
    variables = {
        "openings": [opening for opening in openings(view) if opening.port.protocol in TRANSPORTS],
        "protocols": [opening for opening in openings(view) if opening.port.protocol not in TRANSPORTS],
        "site": [machine.address for machine in view.machines],
        "is_restricted": view.spec.firewall is not None and view.spec.firewall.egress == "restricted",
        "reached": _reached(view),
        "ssh_a_minute": SSH_A_MINUTE,
        "rules": RULES,
        "kept": KEPT,
        "program": PROGRAM,
        "seconds": CONFIRM_SECONDS,
        "sandbox": sandbox(("AF_UNIX", "AF_NETLINK"), ("CAP_NET_ADMIN",), ("PrivateTmp",), ProtectSystem="strict"),
    }
    return Install(
        directories=(Directory("/etc/mainstay"), Directory(KEPT, mode="700")),
        files=(
            File(RULES, Content("firewall.nft", variables), validate="nft --check --file {candidate}"),
            File(PROGRAM, Content("firewall", variables), mode="755"),
            File(UNIT_FILE, Content("mainstay-firewall.service", variables)),
            File(DROP_IN, Content("nftables.service.conf", variables)),
        ),
        services=(Service(UNIT, restart_on=(UNIT_FILE,), reload_on=(RULES, PROGRAM)),),
    )


def _reached(view: View[Spec]) -> tuple[str, ...]:
    """Whom the machines may connect to, where that is not everybody."""
    own = (*(machine.address for machine in view.machines), *view.virtual_addresses)
    return (*own, *(view.spec.firewall.reach if view.spec.firewall else ()))


def openings(view: View[Spec]) -> tuple[Opening, ...]:
    """Every port of this machine that others may reach, by whom; what listens on its own address only is left out."""
    return tuple(
        Opening(port, instance.component, sources)
        for instance, exposure in view.exposures.items()
        if instance.machine == view.machine
        for port in exposure.ports
        if (sources := _sources(view, port)) is not None
    )


def _sources(view: View[Spec], port: Port) -> tuple[str, ...] | None:
    """Whose packets are let in; None where nobody else's are."""
    if port.bind:
        return None
    if port.name == "ssh" and view.spec.firewall and view.spec.firewall.ssh:
        return view.spec.firewall.ssh
    if EVERYBODY in port.open_to:
        return ()
    return tuple(machine.address for machine in view.callers(port) if machine != view.machine) or None


NFTABLES = Component("nftables", ("nftables",), exposes, installs, rows)
