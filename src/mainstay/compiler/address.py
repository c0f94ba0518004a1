"""Addresses for the machines of the lab, the same in every run and unmoved when machines come and go."""

import ipaddress
import zlib

from mainstay.model.machine import Machine
from mainstay.spec import Spec

LAB_NETWORK = ipaddress.ip_network("10.77.0.0/16")
"""Inside a closed network namespace, so it collides with nothing; every lab uses the same."""

RESERVED_TAIL = 256
"""The network's last 256 addresses are the lab's own (the forwarder's side of the bridge)."""


def address(spec: Spec) -> tuple[Machine, ...]:
    """The file's machines with their addresses: the file's own, or one derived from the machine's name.

    The derived address is the CRC-32 of the name within the network, the next free one on a collision.
    """
    taken = {str(m.address) for m in spec.machines.values() if m.address}
    found: list[Machine] = []
    for name, machine in spec.machines.items():
        chosen = str(machine.address) if machine.address else _free_address(name, taken)
        taken.add(chosen)
        found.append(Machine(name, chosen, tuple(str(role) for role in machine.runs)))
    return tuple(found)


def virtual_addresses(spec: Spec) -> tuple[str, ...]:
    """The addresses that move between the balancers: the file's, or in the lab made up; none for a single one."""
    balancers = len(spec.running("balancer"))
    if balancers < 2:
        return ()
    if spec.balancer.addresses:
        return spec.balancer.addresses
    taken = {machine.address for machine in address(spec)}
    count = 1 if spec.balancer.mode == "active-passive" else balancers
    found: list[str] = []
    for number in range(1, count + 1):
        found.append(_free_address(f"virtual {number}", taken | set(found)))
    return tuple(found)


def _free_address(name: str, taken: set[str]) -> str:
    size = LAB_NETWORK.num_addresses - RESERVED_TAIL - 1
    wish = zlib.crc32(name.encode())
    candidates = (str(LAB_NETWORK[1 + (wish + step) % size]) for step in range(size))
    return next(candidate for candidate in candidates if candidate not in taken)  # a site has 20 machines at most
