"""What people were told of a fault, and what is wrong with that. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LIMIT_SECONDS = {True: 30.0, False: 90.0}
"""Within which people are told: of what is critical, and of all else."""


NOBODYS_SLEEP = "info"
"""The severity of what is only shown."""


OF_ITS_MACHINE = frozenset({"MachineDown", "MachineRestarted", "DiskFull"})
"""What befalls a machine befalls it alone: on another one these are another fault. A part's may be seen elsewhere."""


@dataclass(frozen=True)
class Expected:
    """What people are to be told of a fault on a machine: one of these alerts, no sooner than `since` (a Unix time).

    also: alerts that the fault may raise anywhere, since it takes away what they watch over.
    """

    alerts: tuple[str, ...]
    machine: str
    since: float
    also: tuple[str, ...] = ()

    def is_it(self, alert: str, machine: str) -> bool:
        """Whether an alert is one that was to come."""
        return alert in self.alerts and (machine == self.machine or alert not in OF_ITS_MACHINE)

    def is_explained(self, alert: str, machine: str, severity: str) -> bool:
        """Whether an alert is no news: nobody is told of it, it is in the same message, or it may well come."""
        is_of_it = machine == self.machine or self.is_it(alert, machine) or alert in self.also
        return severity == NOBODYS_SLEEP or is_of_it


@dataclass(frozen=True)
class Told:
    """The alert, so many seconds after the hurt, and what else people were told that the fault does not explain.

    others: names, each with its machine, until the alert was over.

    is_over: whether it had ended a while after the site was healthy again.
    """

    alert: str
    severity: str
    seconds: float
    others: tuple[str, ...] = ()
    is_over: bool = False

    @property
    def limit_seconds(self) -> float:
        """Within which it was to come: an outage wakes somebody, a degradation may wait."""
        return LIMIT_SECONDS[self.severity == "critical"]


def complaints(alerts: Sequence[str], runs: Sequence[Told | None]) -> Iterator[str]:
    """A sentence for each thing that is wrong, where one of these alerts was to come in each run; None: none came."""
    if not alerts:
        return
    if silent := sum(told is None for told in runs):
        yield f"nobody was told of it in {silent} of {len(runs)} runs ({', '.join(alerts)})"
    told = [one for one in runs if one]
    if late := [one for one in told if one.seconds > one.limit_seconds]:
        worst = max(late, key=lambda one: one.seconds)
        yield f"{worst.alert} came after {worst.seconds:g} s, where {worst.limit_seconds:g} s is the limit"
    if lasting := sorted({one.alert for one in told if not one.is_over}):
        yield f"{', '.join(lasting)} went on though all was healthy again"
    if others := sorted({other for one in told for other in one.others}):
        yield f"people were told of what this is no cause of: {', '.join(others)}"
