"""Opens, finds and closes the lab's door (the forwarder) on this computer."""

import os
import socket
import sys
import time
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab import network, process
from mainstay.grounds.lab.forwarder import LOOPBACK
from mainstay.grounds.lab.places import Places

MODULE = "mainstay.grounds.lab.forwarder"
PORTS_TRIED = 50


def find(places: Places) -> tuple[int, int] | None:
    """The door's process id and port on this computer, or None if it is shut."""
    for entry in Path("/proc").iterdir():
        words = _command_line(entry) if entry.name.isdigit() else []
        if MODULE in words and str(network.path(places.namespace)) in words:
            return int(entry.name), int(words[words.index(MODULE) + 2])
    return None


def open_to(places: Places, wanted_port: int, target: str) -> int:
    """Afterwards the door is open and leads to `target`; gives its port: the wanted one, or the next that is free."""
    opened = find(places)
    if opened and opened[1] in _candidates(wanted_port) and target in _command_line(Path("/proc") / str(opened[0])):
        return opened[1]
    close(places)
    port = _free_port(wanted_port)
    inside = str(network.path(places.namespace))
    shell.start_detached((sys.executable, "-m", MODULE, inside, str(port), target), places.state / "door.log")
    _wait_until_open(port)
    return port


def close(places: Places) -> None:
    """Afterwards the door is shut."""
    while opened := find(places):
        process.kill((opened[0],))
        _reap(opened[0])


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
