"""Two parts of one machine that would listen on one port: found before anything is made."""

from collections.abc import Mapping
from itertools import combinations

from mainstay.model.error import MainstayError
from mainstay.model.exposure import EVERYBODY, Exposure, Port
from mainstay.model.machine import Instance

Listener = tuple[Instance, Port]


class PortClashError(MainstayError):
    """Two components of one machine want one port at one address."""


def ensure_no_clash(exposures: Mapping[Instance, Exposure]) -> None:
    """Every port of a machine has one owner.

    Raises:
        PortClashError: it has two.
    """
    listeners = [(instance, port) for instance, exposure in exposures.items() for port in exposure.ports]
    for (one, port), (other, its_port) in combinations(listeners, 2):
        if _clash((one, port), (other, its_port)):
            raise PortClashError(
                f"On {one.machine.name} both {one.component} ({port.name}) and {other.component} ({its_port.name})"
                f" want port {port.number}.",
                "Write another `balancer: port:`, or run the balancer on a machine of its own.",
            )


def _clash(one: Listener, other: Listener) -> bool:
    """What everybody may reach listens on all addresses of its machine; all else on its own, which may differ."""
    (here, port), (there, its_port) = one, other
    if here.machine != there.machine or (port.number, port.protocol) != (its_port.number, its_port.protocol):
        return False
    return port.bind == its_port.bind or EVERYBODY in (*port.open_to, *its_port.open_to)
