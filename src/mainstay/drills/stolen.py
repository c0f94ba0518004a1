"""How much of this computer's time its own host gave to others, where it is a virtual machine: the kernel's "steal"."""

from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
STEAL, GUEST = 7, 8
"""Columns of its first line (proc(5)): the time taken away; and the first of those that others hold already."""


@dataclass(frozen=True)
class Spent:
    """The time of all processors since the computer was switched on, and what of it was taken away; in ticks."""

    ticks: int
    stolen: int

    def percent_stolen_since(self, before: "Spent") -> float:
        """Of the time between the two."""
        ticks = self.ticks - before.ticks
        return 100 * (self.stolen - before.stolen) / ticks if ticks else 0.0


def spent(stat: Path = STAT) -> Spent:
    """Up to now; nothing where the kernel does not tell."""
    try:
        columns = [int(word) for word in stat.read_text().split("\n", 1)[0].split()[1:]]
    except (OSError, ValueError):
        return Spent(0, 0)
    return Spent(sum(columns[:GUEST]), columns[STEAL] if len(columns) > STEAL else 0)
