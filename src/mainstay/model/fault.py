"""How an instance may be hurt, to see whether the site goes on without it."""

from dataclasses import dataclass

KILLED, STOPPED, FROZEN = "process-killed", "process-stopped", "process-frozen"


@dataclass(frozen=True)
class Fault:
    """One thing that can be done to an instance's process, and the longest silence of the site that it may cause.

    name: KILLED (SIGKILL to every process of the unit), STOPPED (`systemctl stop`) or FROZEN (SIGSTOP).
    role: whom it hits: "balancer", "server", "database", "voter" or "monitor". `program` tells it from others.
    units: the systemd units it is done to. `is_graceful`: only requests under way at that moment may fail.
    """

    name: str
    role: str
    program: str
    units: tuple[str, ...]
    limit_seconds: float
    is_graceful: bool = False


@dataclass(frozen=True)
class Limits:
    """For how many seconds a site may be without an answer, by what is done to a process."""

    killed: float = 2.0
    stopped: float = 0.1
    frozen: float = 2.0


def process_faults(role: str, program: str, unit: str, limits: Limits = Limits()) -> tuple[Fault, ...]:
    """What can be done to a service's process."""
    return (
        Fault(KILLED, role, program, (unit,), limits.killed),
        Fault(STOPPED, role, program, (unit,), limits.stopped, is_graceful=limits.stopped <= Limits().stopped),
        Fault(FROZEN, role, program, (unit,), limits.frozen),
    )
