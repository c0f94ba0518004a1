"""The processes of the lab's machines, known by the control group in which each machine runs."""

import os
import signal
import time
from pathlib import Path

from mainstay.grounds.errors import GroundError

PROC = Path("/proc")


def unified_hierarchy() -> Path:
    """Where this computer has mounted control groups of version 2.

    Raises:
        GroundError: nowhere.
    """
    for line in (PROC / "self" / "mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(where)
    raise GroundError(
        "This computer has no control groups of version 2 mounted; the lab's machines need them.",
        "Mount them: `mount -t cgroup2 none /sys/fs/cgroup`.",
    )


def of_machine(tag: str) -> tuple[int, ...]:
    """The process ids of all that runs in the machine's control group, the container's own process included."""
    return tuple(pid for pid in _all() if _is_in_group(pid, tag) and not _is_dead(pid))


def init_of(tag: str) -> int | None:
    """The process that is number 1 inside the machine; None if the machine is off."""
    for pid in of_machine(tag):
        if _number_inside(pid) == "1":
            return pid
    return None


def kill(pids: tuple[int, ...]) -> None:
    """SIGKILL to each; those that are gone already are no error."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def ask_to_power_off(init: int) -> None:
    """Systemd as process number 1 powers off on SIGRTMIN+4, see systemd(1)."""
    os.kill(init, signal.SIGRTMIN + 4)


def wait_for_end(pid: int, seconds: float) -> None:
    """Wait, no longer than `seconds`, until a process is gone."""
    begun = time.monotonic()
    while (PROC / str(pid)).exists() and time.monotonic() - begun < seconds:
        time.sleep(0.02)


def wait_until_gone(tag: str, killed_after: float = 5.0, seconds: float = 60.0) -> None:
    """Wait until nothing of the machine runs; what still does after a while is killed.

    What was killed may take long to end all the same: while it waits for a disk of this computer that is slow.

    Raises:
        GroundError: something would not die.
    """
    begun = time.monotonic()
    while left := of_machine(tag):
        waited = time.monotonic() - begun
        if waited > seconds:
            raise GroundError(f"{len(left)} processes of {tag} would not end, the first is number {left[0]}.")
        if waited > killed_after:
            kill(left)
        time.sleep(0.02)


def remove_group(tag: str) -> None:
    """Remove the machine's (empty) control group with all beneath it."""
    top = unified_hierarchy() / tag
    if not top.exists():
        return
    for folder, _, _ in os.walk(top, topdown=False):
        Path(folder).rmdir()


def _all() -> tuple[int, ...]:
    return tuple(int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def _is_in_group(pid: int, tag: str) -> bool:
    """Whether a process is in the group `tag`, or in the unit of that name where systemd made the group."""
    steps = set(_read(pid, "cgroup").replace("\n", "/").split("/"))
    return bool(steps & {tag, f"{tag}.service"})


def _is_dead(pid: int) -> bool:
    """Whether nothing is left of it but its exit status: so stays the container's process for whoever booted it."""
    return any(line.split()[1] == "Z" for line in _read(pid, "status").splitlines() if line.startswith("State:"))


def _number_inside(pid: int) -> str:
    for line in _read(pid, "status").splitlines():
        if line.startswith("NSpid:"):
            return line.split()[-1] if len(line.split()) > 2 else ""
    return ""


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text()
    except OSError:
        return ""
