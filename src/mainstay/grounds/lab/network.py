"""The lab's network: a namespace with one bridge in it, and no route out."""

import json
from collections.abc import Sequence
from pathlib import Path

from mainstay.grounds import shell

BRIDGE = "br0"
BRIDGE_ADDRESS = "10.77.255.254"
PREFIX_LENGTH = 16
FOLDER = Path("/run/netns")


def ensure(namespace: str) -> None:
    """Afterwards the namespace is there, with its bridge up.

    Raises:
        GroundError: it could not be made.
    """
    doing = "Making the lab's network"
    inside = entered(path(namespace))
    if not path(namespace).exists():
        shell.run_or_fail(("ip", "netns", "add", namespace), doing)
    if not shell.run((*inside, "ip", "link", "show", BRIDGE)).is_success:
        shell.run_or_fail((*inside, "ip", "link", "add", BRIDGE, "type", "bridge"), doing)
        address = f"{BRIDGE_ADDRESS}/{PREFIX_LENGTH}"
        shell.run_or_fail((*inside, "ip", "address", "add", address, "dev", BRIDGE), doing)
    for interface in (BRIDGE, "lo"):
        shell.run_or_fail((*inside, "ip", "link", "set", interface, "up"), doing)


def remove(namespace: str) -> None:
    """Afterwards the namespace, and all in it, is gone."""
    if path(namespace).exists():
        shell.run_or_fail(("ip", "netns", "delete", namespace), "Removing the lab's network")


def path(namespace: str) -> Path:
    """The file by which nsenter enters the namespace."""
    return FOLDER / namespace


def entered(namespace: Path) -> tuple[str, ...]:
    """What begins the command of a program that runs inside of a namespace."""
    return ("nsenter", f"--net={namespace}")


def plug(init: int) -> int:
    """The number of the lab's end of a machine's cable: what the other end, inside the machine, is tied to.

    `init` is the machine's process number 1, as this computer counts.
    """
    asked = (*entered(Path(f"/proc/{init}/ns/net")), "ip", "-json", "link", "show", "host0")
    return int(json.loads(shell.run_or_fail(asked, "Looking for a machine's cable"))[0]["link_index"])


def switch(namespace: str, plugs: Sequence[int], state: str) -> None:
    """Afterwards these ends of cables are "up" or "down"."""
    orders = "".join(f"link set dev if{number} {state}\n" for number in plugs)
    shell.run_or_fail((*entered(path(namespace)), "ip", "-batch", "-"), "Switching the lab's cables", given=orders)
