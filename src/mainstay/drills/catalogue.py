"""The drills of a site, derived from what its components declare and from the machines that it has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mainstay.model.exposure import Exposure
from mainstay.model.fault import FROZEN, KILLED, STOPPED, Fault
from mainstay.model.machine import Instance, Machine

BALANCER, SERVER, PRIMARY, REPLICA, VOTER, MONITOR = "balancer", "server", "primary", "replica", "voter", "monitor"
ROLES = (BALANCER, SERVER, PRIMARY, REPLICA, VOTER, MONITOR)
POWER_OFF, POWER_CYCLE, STALLED = "power-off", "power-cycle", "cpu-stalled"
CUT_OFF, ONE_WAY, CUT_APART = "cut-off", "cut-off-one-way", "cut-apart"
DISK_FULL, DRAINED, SWITCHOVER = "disk-full", "drained", "switchover"
HOLD_SECONDS = 3.0
BEYOND_LIMIT_SECONDS = 1.5
STALL_SECONDS = 3.0
RECOVERS_BY_ITSELF = frozenset({KILLED})
TAKES_TWO = frozenset({CUT_APART, DRAINED, SWITCHOVER})
GRACEFUL = frozenset({DRAINED, SWITCHOVER})

DOES = {
    KILLED: "kills every process of {program} on {whom} (SIGKILL)",
    STOPPED: "stops {program} on {whom} in good order, and starts it again afterwards",
    FROZEN: "freezes every process of {program} on {whom} (SIGSTOP), and lets it go on afterwards",
    POWER_OFF: "pulls the plug of {whom}, and switches it on again afterwards",
    POWER_CYCLE: "pulls the plug of {whom}, and switches it on again at once",
    STALLED: "gives {whom} no processor time for three seconds",
    CUT_OFF: "cuts {whom} from the network, both ways",
    ONE_WAY: "lets nothing that {whom} sends reach anybody; it still hears all others",
    CUT_APART: "cuts {whom} from the others of its kind; clients reach all of them",
    DISK_FULL: "fills the disk of {whom} to the last block, and gives the room back afterwards",
    DRAINED: "drains {whom}, and puts it back into rotation afterwards",
    SWITCHOVER: "has {whom} hand over to a replica in good order",
}

_ANY = (POWER_OFF, POWER_CYCLE, STALLED, CUT_OFF, ONE_WAY, DISK_FULL)
MACHINE_LIMITS: Mapping[str, Mapping[str, float]] = {
    BALANCER: dict.fromkeys((*_ANY, CUT_APART), 2.0) | {POWER_OFF: 0.5, POWER_CYCLE: 0.5, DRAINED: 0.1},
    SERVER: dict.fromkeys((*_ANY, CUT_APART), 2.0) | {DRAINED: 0.1},
    PRIMARY: dict.fromkeys((*_ANY, CUT_APART), 9.0) | {SWITCHOVER: 0.1},
    REPLICA: dict.fromkeys(_ANY, 2.0),
    VOTER: dict.fromkeys(_ANY, 2.0),
    MONITOR: dict.fromkeys(_ANY, 2.0),
}
"""Seconds without an answer, by role. The same for every site, so that a design is measured and not excused."""

MACHINE_ALERTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((POWER_OFF, STALLED, CUT_OFF, ONE_WAY), ("MachineDown",)),
    POWER_CYCLE: ("MachineDown", "MachineRestarted"),
    DISK_FULL: ("DiskFull",),
    CUT_APART: (
        "AddressHeldByTwo",
        "MySQLReplicationStopped",
        "MySQLSemiSyncDegraded",
        "SyncSetEmpty",
        "FailoverHappened",
    ),
}
"""What is to tell of it where the site is monitored. Nobody is told of what was done in good order."""

WITHOUT_A_REPLICA = ("SyncSetEmpty", "MySQLSemiSyncDegraded", "MySQLReplicationStopped")
"""What other machines may be told of while one with a database, as a server's or a voter's may be, is away."""


@dataclass(frozen=True)
class Drill:
    """A fault, whom it hits, and what must still hold.

    act: the fault's name. `program` and `units` are of faults of a process; `alias` is the long form of the name.
    hold_seconds: how long the fault is left as it is before it is healed. `alerts`: one of these is to tell of it.
    """

    name: str
    alias: str
    role: str
    act: str
    limit_seconds: float
    program: str = ""
    units: tuple[str, ...] = ()
    is_graceful: bool = False
    alerts: tuple[str, ...] = ()

    @property
    def does(self) -> str:
        """What is done, in a sentence."""
        return f"It {DOES[self.act].format(program=self.program, whom=_whom(self.role))}."

    @property
    def expects(self) -> str:
        """What must hold, in a sentence."""
        silence = f"The site is never without an answer for longer than {self.limit_seconds:g} s"
        graceful = ", no request fails but those under way at that moment" if self.is_graceful else ""
        return f"{silence}{graceful}, and no acknowledged write is lost."

    @property
    def hold_seconds(self) -> float:
        """Longer than the limit, so that a site that only comes back when it is healed does not pass."""
        if self.act == STALLED:
            return STALL_SECONDS
        return 0.0 if self.act == POWER_CYCLE else max(HOLD_SECONDS, self.limit_seconds + BEYOND_LIMIT_SECONDS)

    @property
    def is_of_process(self) -> bool:
        """Whether it hits a process, and not the whole machine."""
        return bool(self.units)

    @property
    def also(self) -> tuple[str, ...]:
        """Alerts that may come besides."""
        takes_a_database = self.role in (PRIMARY, REPLICA) or (self.role in (SERVER, VOTER) and not self.is_of_process)
        return WITHOUT_A_REPLICA if takes_a_database else ()

    @property
    def is_for_servers(self) -> bool:
        """Whether it can be undone on any machine that can be logged in to."""
        return self.is_of_process or self.act in GRACEFUL

    @property
    def recovers_by_itself(self) -> bool:
        """Whether nobody needs to heal it: systemd starts again what was killed."""
        return self.act in RECOVERS_BY_ITSELF

    def to_json(self) -> dict[str, object]:
        """The stable form of `drill list`."""
        return {
            "drill": self.name,
            "does": self.does,
            "expects": self.expects,
            "limit_seconds": self.limit_seconds,
        }


def catalogue(exposures: Mapping[Instance, Exposure], machines: Sequence[Machine]) -> tuple[Drill, ...]:
    """Every drill of the site, by role; faults of processes first."""
    numbers = {
        BALANCER: sum("balancer" in m.roles for m in machines),
        SERVER: sum("web" in m.roles or "app" in m.roles for m in machines),
        PRIMARY: (databases := sum("database" in m.roles for m in machines)),
        REPLICA: max(0, databases - 1),
        MONITOR: sum("monitoring" in m.roles for m in machines),
        VOTER: sum(any(f.role == VOTER for f in exposure.faults) for exposure in exposures.values()),
    }
    drills: list[Drill] = []
    for role in (role for role in ROLES if numbers[role]):
        drills += _of_processes(role, _faults(role, exposures))
        drills += _of_machines(role, databases if role == PRIMARY else numbers[role])
    return tuple(drill for drill in drills if drill.act != SWITCHOVER or numbers[VOTER])


def _faults(role: str, exposures: Mapping[Instance, Exposure]) -> tuple[Fault, ...]:
    declared = "database" if role in (PRIMARY, REPLICA) else role
    here = (f for exposure in exposures.values() for f in exposure.faults if f.role == declared)
    return tuple(dict.fromkeys(here))


def _of_processes(role: str, faults: Iterable[Fault]) -> list[Drill]:
    faults = tuple(faults)
    has_several = len({fault.program for fault in faults}) > 1
    drills = []
    for fault in faults:
        long, short = f"{role}-{fault.program}-{fault.name}", f"{role}-{fault.name}"
        name = long if has_several else short
        limit = MACHINE_LIMITS[REPLICA][POWER_OFF] if role == REPLICA else fault.limit_seconds
        drills.append(
            Drill(name, long, role, fault.name, limit, fault.program, fault.units, fault.is_graceful, fault.alerts)
        )
    return drills


def _of_machines(role: str, number: int) -> list[Drill]:
    """A role on one machine has nobody to be cut apart from, and nobody to hand its visitors to."""
    acts = {a: limit for a, limit in MACHINE_LIMITS[role].items() if a not in TAKES_TWO or number > 1}
    return [
        Drill(name, name, role, act, limit, is_graceful=act in GRACEFUL, alerts=MACHINE_ALERTS.get(act, ()))
        for act, limit in acts.items()
        for name in (f"{role}-{act}",)
    ]


def _whom(role: str) -> str:
    return {
        BALANCER: "the balancer that has the site's address",
        SERVER: "a server",
        VOTER: "a voter",
        MONITOR: "a machine that monitors",
    }.get(role, f"the {role}")
