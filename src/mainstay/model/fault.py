"""How an instance may be hurt, to see whether the site goes on without it."""

from dataclasses import dataclass

KILLED, STOPPED, FROZEN = "process-killed", "process-stopped", "process-frozen"

STARTED_AGAIN = "UnitRestarted"
"""The alert that tells of what systemd has mended by itself."""


@dataclass(frozen=True)
class Fault:
    """One thing that can be done to an instance's process, and the longest silence of the site that it may cause.

    name: KILLED (SIGKILL to every process of the unit), STOPPED (`systemctl stop`) or FROZEN (SIGSTOP).
    role: whom it hits: "balancer", "server", "database", "voter" or "monitor". `program` tells it from others.
    units: the systemd units it is done to. `is_graceful`: only requests under way at that moment may fail.
    alerts: one of these is to tell of it, where the site is monitored and the fault lasts.
    """

    name: str
    role: str
    program: str
    units: tuple[str, ...]
    limit_seconds: float
    is_graceful: bool = False
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """For how many seconds a site may be without an answer, by what is done to a process."""

    killed: float = 2.0
    stopped: float = 0.1
    frozen: float = 2.0


def process_faults(
    role: str, program: str, unit: str, alerts: tuple[str, ...], limits: Limits = Limits()
) -> tuple[Fault, ...]:
    """What can be done to a service's process; `alerts` tell that it does not run or does not answer."""
    is_graceful = limits.stopped <= Limits().stopped
    return (
        Fault(KILLED, role, program, (unit,), limits.killed, alerts=(STARTED_AGAIN, *alerts)),
        Fault(STOPPED, role, program, (unit,), limits.stopped, is_graceful, alerts),
        Fault(FROZEN, role, program, (unit,), limits.frozen, alerts=alerts),
    )
