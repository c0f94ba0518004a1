"""Opens, finds and closes the lab's doors (the forwarders) on this computer."""

import os
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab import network, process
from mainstay.grounds.lab.forwarder import LOOPBACK
from mainstay.grounds.lab.places import Places

MODULE = "mainstay.grounds.lab.forwarder"
PORTS_TRIED = 50


@dataclass(frozen=True)
class Door:
    """An open door: the process that keeps it, and its port on this computer."""

    pid: int
    port: int


def find(places: Places) -> dict[str, Door]:
    """The doors that are open, by the target inside that each leads to."""
    found = {}
    for entry in Path("/proc").iterdir():
        words = _command_line(entry) if entry.name.isdigit() else []
        if MODULE in words and str(network.path(places.namespace)) in words:
            place = words.index(MODULE)
            found[words[place + 3]] = Door(int(entry.name), int(words[place + 2]))
    return found


def open_to(places: Places, wanted_port: int, targets: Sequence[str]) -> None:
    """Afterwards a door leads to each target, and none elsewhere.

    The first has the wanted port or the next that is free; doors that are open already keep theirs.
    """
    for target, door in find(places).items():
        if target not in targets or door.port not in _candidates(wanted_port):
            _shut(door)
    inside = str(network.path(places.namespace))
    for target in targets:
        if target not in find(places):
            port = _free_port(wanted_port)
            shell.start_detached((sys.executable, "-m", MODULE, inside, str(port), target), places.state / "door.log")
            _wait_until_open(port)


def close(places: Places) -> None:
    """Afterwards all doors are shut."""
    for door in find(places).values():
        _shut(door)


def _shut(door: Door) -> None:
    process.kill((door.pid,))
    _reap(door.pid)


def _candidates(wanted: int) -> range:
    return range(wanted, min(wanted + PORTS_TRIED, 65536))


def _free_port(wanted: int) -> int:
    for port in _candidates(wanted):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise GroundError(
        f"Ports {wanted} to {wanted + PORTS_TRIED - 1} of this computer are all taken.", "Set `lab: {port: …}`."
    )


def _wait_until_open(port: int, seconds: float = 10.0) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.02)
    raise GroundError(f"The lab's door on port {port} did not open within {seconds:g} s.")


def _reap(pid: int) -> None:
    """Wait for the end of a door, which is a child of ours if this very process opened it."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        while _command_line(Path("/proc") / str(pid)):
            time.sleep(0.01)


def _command_line(entry: Path) -> list[str]:
    try:
        return (entry / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return []
