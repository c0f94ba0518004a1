"""Addresses for the machines of the lab, the same in every run and unmoved when machines come and go."""

import ipaddress
import zlib
from collections.abc import Collection, Iterable

LAB_NETWORK = ipaddress.IPv4Network("10.77.0.0/16")
"""Inside a closed network namespace, so it collides with nothing; every lab uses the same."""

RESERVED_TAIL = 256
"""The network's last 256 addresses are the lab's own (the forwarder's side of the bridge)."""

FIRST, LAST = LAB_NETWORK[1], LAB_NETWORK[-RESERVED_TAIL - 1]


def derived(names: Iterable[str]) -> dict[str, str]:
    """Each name's address, in their order."""
    found: dict[str, str] = {}
    for name in names:
        found[name] = free_address(name, found.values())
    return found


def free_address(name: str, taken: Collection[str]) -> str:
    """The CRC-32 of the name within the network, the next free one on a collision."""
    size = LAB_NETWORK.num_addresses - RESERVED_TAIL - 1
    wish = zlib.crc32(name.encode())
    candidates = (str(LAB_NETWORK[1 + (wish + step) % size]) for step in range(size))
    return next(candidate for candidate in candidates if candidate not in taken)  # a site has 20 machines at most


def is_within(address: str) -> bool:
    """Whether a machine of the lab could have it."""
    return FIRST <= ipaddress.IPv4Address(address) <= LAST
