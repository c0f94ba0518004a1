"""Takes times, and makes of them what the page shows."""

import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds.lab import process

Facts = dict[str, object]


@dataclass(frozen=True)
class Sample:
    """One run: seconds by the clock, and the load average when it began.

    `operator_cpu` and `machines_cpu` are the seconds of processor time that it took, on the operator's side and inside
    the machines: what else runs on the computer does not count in them.
    """

    seconds: float
    operator_cpu: float
    machines_cpu: float
    load: float


def take(act: Callable[[], str], machines: Sequence[str]) -> tuple[Sample, str]:
    """Run something that runs programs to their end; gives its sample and what it printed.

    `machines` are the names of the machines' control groups.
    """
    load = os.getloadavg()[0]
    operator, inside, began = _children_cpu(), machines_cpu(machines), time.monotonic()
    said = act()
    seconds = time.monotonic() - began
    return Sample(seconds, _children_cpu() - operator, machines_cpu(machines) - inside, load), said


def summarise(samples: Sequence[Sample]) -> Facts:
    """Medians and ranges; the seconds in the order in which they were taken."""
    seconds = [sample.seconds for sample in samples]
    return {
        "median": round(statistics.median(seconds), 2),
        "min": round(min(seconds), 2),
        "max": round(max(seconds), 2),
        "runs": [round(second, 2) for second in seconds],
        "operator_cpu_median": round(statistics.median(sample.operator_cpu for sample in samples), 2),
        "machines_cpu_median": round(statistics.median(sample.machines_cpu for sample in samples), 2),
        "load_before": [round(sample.load, 1) for sample in samples],
    }


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machines_cpu(machines: Sequence[str]) -> float:
    """Seconds, from the control groups; 0 for a machine that is not there, or whose group systemd made elsewhere."""
    return sum(cpu_of(machine) for machine in machines)


def cpu_of(group: str) -> float:
    """Seconds that a control group has used, 0 if it is not there."""
    file = process.unified_hierarchy() / group / "cpu.stat"
    return _usage(file) if file.exists() else 0.0


def _usage(file: Path) -> float:
    return next(int(line.split()[1]) for line in file.read_text().splitlines() if line.startswith("usage_usec")) / 1e6
