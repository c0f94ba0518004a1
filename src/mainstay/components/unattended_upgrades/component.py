"""unattended-upgrades: security updates of a server's system, by night, one server at a time, and never a primary."""

from collections.abc import Iterator

from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Probe
from mainstay.model.install import Content, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.spec import Spec
from mainstay.spec.sections.updates import Updates

SETTINGS = "/etc/apt/apt.conf.d/60mainstay"
PROGRAM = "/usr/local/lib/mainstay/may-upgrade"
LISTS, UPGRADE, UPGRADE_UNIT = "apt-daily.timer", "apt-daily-upgrade.timer", "apt-daily-upgrade.service"
"""Units of the package apt."""

TURN_MINUTES = 15
LISTS_BEFORE_MINUTES = 60
"""Ample to fetch lists and packages: while that goes on, apt lets an upgrade wait, into the next machine's turn."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """Nothing but that its timers run."""
    return Exposure(probes=(Probe("lists", "unit", LISTS), Probe("upgrade", "unit", UPGRADE)))


def installs(view: View[Spec]) -> Install:
    """What is upgraded, when it is this machine's turn, and what must be so then."""
    turn = _turn(view)
    variables = {
        "program": PROGRAM,
        "conditions": tuple(_conditions(view)),
        "has_database": view.machine in view.peers("mysql"),
    }
    unit = File(_drop_in(UPGRADE_UNIT), Content(f"{UPGRADE_UNIT}.conf", variables))
    lists = File(_drop_in(LISTS), Content("timer.conf", {"at": _clock(turn - LISTS_BEFORE_MINUTES)}))
    upgrade = File(_drop_in(UPGRADE), Content("timer.conf", {"at": _clock(turn)}))
    settings = File(SETTINGS, Content("apt.conf"), validate="apt-config --config-file={candidate} dump")
    program = File(PROGRAM, Content("may_upgrade.py"), mode="755")
    return Install(
        files=(settings, program, unit, lists, upgrade),
        services=(
            Service(LISTS, restart_on=(lists.path,)),
            Service(UPGRADE, restart_on=(SETTINGS, PROGRAM, unit.path, upgrade.path)),
        ),
    )


def _turn(view: View[Spec]) -> int:
    """When it is this machine's turn, in minutes after midnight, UTC: a quarter of an hour after the one before it."""
    hours, minutes = wanted(view.spec).at.split(":")
    return int(hours) * 60 + int(minutes) + TURN_MINUTES * view.machines.index(view.machine)


def wanted(spec: Spec) -> Updates:
    """What the file says of updates."""
    if spec.updates is None:
        raise LookupError("servers update themselves where `updates` is on")
    return spec.updates


def _clock(minutes: int) -> str:
    """Minutes after midnight as a time of day, of whichever day."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _conditions(view: View[Spec]) -> Iterator[tuple[str, str]]:
    """What must be so when this machine is upgraded, and the URL that says it."""
    here, databases = view.machine, view.peers("mysql")
    if here in databases and len(databases) > 1:
        answering = "keeper" if view.spec.is_failover_automatic else "mysql"
        port = view.port(here, answering, "role").number
        yield "MySQL here is a replica", f"http://{here.address}:{port}/replica"
    balancers = [machine for machine in view.machines if "balancer" in machine.roles]
    door = "plain" if view.spec.https else "site"
    for other in balancers if here in balancers else ():
        if other != here:
            port = view.port(other, "haproxy", door).number
            yield f"{other.name} balances", f"http://{other.address}:{port}/.well-known/mainstay/balancer"


def _drop_in(unit: str) -> str:
    return f"/etc/systemd/system/{unit}.d/mainstay.conf"


UNATTENDED_UPGRADES = Component("unattended_upgrades", ("unattended-upgrades",), exposes, installs, is_for_servers=True)
