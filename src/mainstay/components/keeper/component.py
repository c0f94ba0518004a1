"""The keeper: starts MySQL, agrees with its peers on who is primary, and sees to it that nobody else takes writes."""

import json
from collections.abc import Mapping

from mainstay.components.keeper.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.fault import STARTED_AGAIN, Limits, process_faults
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

PURPOSE = "keeper"
PROGRAM = "/usr/local/lib/mainstay/mainstay-keeper"
SETTINGS = "/etc/mainstay-keeper/settings.json"
UNIT, GUARD = "mainstay-keeper.service", "mainstay-keeper-guard.service"
UNIT_FILE, GUARD_FILE = f"/etc/systemd/system/{UNIT}", f"/etc/systemd/system/{GUARD}"
PORT, PEERS = 8008, 8009
PATIENCE: Mapping[str, Mapping[str, float]] = {
    "fast": {
        "ttl": 3.0, "margin": 0.4, "fence": 0.6, "every": 0.25, "endpoint": 0.3, "call": 0.6,
        "silence": 0.7, "hearing": 0.4, "standstill": 0.7, "patience": 1.5, "head_start": 1.0,
    },
    "normal": {},
    "safe": {
        "ttl": 10.0, "margin": 1.5, "fence": 2.0, "every": 1.0, "endpoint": 1.2, "call": 2.5,
        "silence": 2.5, "hearing": 1.5, "standstill": 2.0, "patience": 4.0, "head_start": 3.0,
    },
}  # fmt: skip
"""`database: takeover`, in what differs from the keeper's own policy; its rules say how these fit each other."""

CAPABILITIES = ("CAP_KILL", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER")
SANDBOX = sandbox(("AF_UNIX", "AF_INET"), CAPABILITIES, ProtectSystem="strict", ReadWritePaths="/var/lib")
GUARD_SANDBOX = sandbox(("AF_UNIX",), ("CAP_KILL",), ProtectSystem="strict", PrivateNetwork="yes")

ROUTER = "/run/haproxy/admin.sock"
"""The router's runtime socket: HAProxy lets servers be set up or down only where it lets everything be done."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """What the routers ask, and what its peers do; killing or freezing one is to cost no longer than a failover."""
    return Exposure(
        ports=(Port("role", PORT, open_to=("app",)), Port("peers", PEERS, open_to=("keeper", "prometheus"))),
        probes=(
            Probe("unit", "unit", UNIT),
            Probe("guard", "unit", GUARD),
            Probe("cycle", "http", f"http://{machine.address}:{PORT}/liveness"),
            Probe("answers", "http", f"http://{machine.address}:{PORT}/health"),
        ),
        faults=process_faults(
            "database",
            "keeper",
            UNIT,
            ("KeeperDown", "KeeperFrozen", STARTED_AGAIN),
            Limits(killed=2.0, stopped=9.0, frozen=9.0),
        ),
        metrics=(Metrics("peers"),),
        has_alerts=True,
    )


def installs(view: View[Spec]) -> Install:
    """One program in one file, its settings, and the two processes that are made of it."""
    here = view.machine
    return Install(
        directories=(Directory("/etc/mainstay-keeper", mode="700"), certificate.folder(PURPOSE)),
        files=(
            *certificate.files(PURPOSE, here, group="root"),
            File(PROGRAM, Content("mainstay-keeper", {}), mode="755"),
            File(SETTINGS, Content("settings.json", {"settings": _settings(view)}), mode="600"),
            File(GUARD_FILE, Content(GUARD, {"program": PROGRAM, "sandbox": GUARD_SANDBOX})),
            File(UNIT_FILE, Content(UNIT, {"program": PROGRAM, "guard": GUARD, "sandbox": SANDBOX})),
        ),
        services=(
            Service(GUARD, restart_on=(PROGRAM, GUARD_FILE)),
            Service(UNIT, restart_on=(PROGRAM, SETTINGS, UNIT_FILE, *_certificates())),
        ),
    )


def _certificates() -> tuple[str, str]:
    return certificate.authority_path(PURPOSE), certificate.identity_path(PURPOSE)


def _settings(view: View[Spec]) -> str:
    """As `mainstay_keeper.settings` reads them. The voters are asked in this order: this machine's own first."""
    here = view.machine
    voters = sorted(view.peers("etcd"), key=lambda m: m != here)
    authority, identity = _certificates()
    settings = {
        "site": view.spec.name,
        "name": here.name,
        "members": {m.name: m.address for m in view.peers("mysql")},
        "endpoints": [f"https://{m.address}:{view.port(m, 'etcd', 'client').number}" for m in voters],
        "port": view.port(here, "keeper", "role").number,
        "peer_port": view.port(here, "keeper", "peers").number,
        "password": "${secret:database-replication}",
        "authority": authority,
        "certificate": identity,
        "key": identity,
        "router": ROUTER if "app" in here.roles else "",
        "policy": PATIENCE[view.spec.database.takeover],
    }
    return json.dumps(settings, indent=2)


KEEPER = Component("keeper", ("python3", "python3-pymysql", "mysql-server"), exposes, installs, rows)
