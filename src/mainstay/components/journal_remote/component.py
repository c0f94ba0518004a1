"""systemd-journal-remote: keeps the logs of the other machines, each by itself, where they are not lost with them.

Debian builds it without GnuTLS, so it cannot ask who somebody is. An HAProxy of its own does that for it: by TLS, by
certificate, and it hands each machine on from an address of its own, by which the logs are kept apart.
"""

from typing import Any

from mainstay.components.journal_remote.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.install import Content, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec
from mainstay.spec.sections.monitoring import Monitoring

NAME = "journal_remote"
FOLDER = "/var/log/journal/remote"
DOOR_CONFIG = "/etc/mainstay/journal-door.cfg"
UNIT, DOOR = "mainstay-journal-remote.service", "mainstay-journal-door.service"
TIDY, TIMER = "mainstay-journal-tidy.service", "mainstay-journal-tidy.timer"
SYSTEMD = "/etc/systemd/system"
LOOPBACK = "127.0.0.1"
PORT, LOCAL, METRICS = 9532, 9531, 9533


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """A door for every machine that carries its log here; its figures say whose does not arrive."""
    return Exposure(
        ports=(
            Port("journal", PORT, open_to=("journal_upload",)),
            Port("local", LOCAL, bind=LOOPBACK),
            Port("metrics", METRICS, open_to=("prometheus",)),
        ),
        probes=(Probe("unit", "unit", UNIT), Probe("door", "unit", DOOR)),
        metrics=(Metrics("metrics"),),
        has_alerts=True,
    )


def installs(view: View[Spec]) -> Install:
    """The program that keeps logs, its door, and what throws the oldest away."""
    variables = _variables(view)
    identity = certificate.files(NAME, view.machine, group="haproxy")
    door = File(DOOR_CONFIG, Content("journal-door.cfg", variables), validate="haproxy -c -f {candidate}")
    units = tuple(File(f"{SYSTEMD}/{name}", Content(name, variables)) for name in (UNIT, DOOR, TIDY, TIMER))
    return Install(
        directories=(certificate.folder(NAME),),
        files=(*identity, door, *units),
        services=(
            Service(UNIT, restart_on=(f"{SYSTEMD}/{UNIT}",)),
            Service(DOOR, restart_on=(f"{SYSTEMD}/{DOOR}",), reload_on=(door.path, *(f.path for f in identity))),
            Service(TIMER, restart_on=(f"{SYSTEMD}/{TIMER}", f"{SYSTEMD}/{TIDY}")),
        ),
    )


def kept_as(machine: Machine) -> str:
    """The files that hold a machine's log, as a pattern for `journalctl --file`."""
    return f"{FOLDER}/remote-{seen_from(machine)}*.journal"


def seen_from(machine: Machine) -> str:
    """Where a machine's log seems to come from: its own address, moved to where every address is this machine."""
    return f"127.{machine.address.partition('.')[2]}"


def _variables(view: View[Spec]) -> dict[str, Any]:
    here, monitoring = view.machine, view.spec.monitoring or Monitoring()
    return {
        "journal": f"{here.address}:{view.port(here, NAME, 'journal').number}",
        "metrics": f"{here.address}:{view.port(here, NAME, 'metrics').number}",
        "local": f"{LOOPBACK}:{view.port(here, NAME, 'local').number}",
        "identity": certificate.identity_path(NAME),
        "authority": certificate.authority_path(NAME),
        "senders": [(m.name, seen_from(m)) for m in view.peers("journal_upload") if m != here],
        "config": DOOR_CONFIG,
        "folder": FOLDER,
        "monitoring": monitoring,
        "sandbox": sandbox(ProtectSystem="strict"),
        # HAProxy's regular expressions are compiled to machine code (PCRE's JIT).
        "door_sandbox": sandbox(without=("MemoryDenyWriteExecute",), ProtectSystem="strict"),
    }


JOURNAL_REMOTE = Component(NAME, ("systemd-journal-remote", "haproxy"), exposes, installs, rows)
