"""The lab's network: a namespace with one bridge in it, and no route out."""

from pathlib import Path

from pyroute2 import NetNS, netns

from mainstay.grounds.errors import GroundError

BRIDGE = "br0"
BRIDGE_ADDRESS = "10.77.255.254"
PREFIX_LENGTH = 16
FOLDER = Path("/run/netns")


def ensure(namespace: str) -> None:
    """Afterwards the namespace is there, with its bridge up."""
    if namespace not in netns.listnetns():
        try:
            netns.create(namespace)
        except OSError as error:
            raise GroundError(f"The lab's network could not be made: {error}.") from error
    with NetNS(namespace) as inside:
        if not inside.link_lookup(ifname=BRIDGE):
            inside.link("add", ifname=BRIDGE, kind="bridge")
            inside.addr(
                "add", index=inside.link_lookup(ifname=BRIDGE)[0], address=BRIDGE_ADDRESS, prefixlen=PREFIX_LENGTH
            )
        for interface in (BRIDGE, "lo"):
            inside.link("set", index=inside.link_lookup(ifname=interface)[0], state="up")


def remove(namespace: str) -> None:
    """Afterwards the namespace, and all in it, is gone."""
    if namespace in netns.listnetns():
        netns.remove(namespace)


def path(namespace: str) -> Path:
    """The file by which nsenter enters the namespace."""
    return FOLDER / namespace
