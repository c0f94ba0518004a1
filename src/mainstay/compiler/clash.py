"""Two parts of one machine that would listen on one port: found before anything is made."""

from collections.abc import Mapping

from mainstay.model.error import MainstayError
from mainstay.model.exposure import EVERYBODY, Exposure, Port
from mainstay.model.machine import Instance


class PortClashError(MainstayError):
    """Two components of one machine want one port at one address."""


def ensure_no_clash(exposures: Mapping[Instance, Exposure]) -> None:
    """Every port of a machine has one owner.

    Raises:
        PortClashError: it has two.
    """
    taken: dict[tuple[str, int], list[tuple[str, Port]]] = {}
    for instance, exposure in exposures.items():
        for port in exposure.ports:
            owners = taken.setdefault((instance.machine.name, port.number), [])
            for component, other in owners:
                if _overlap(port, other):
                    both = f"{component} ({other.name}) and {instance.component} ({port.name})"
                    raise PortClashError(
                        f"On {instance.machine.name} both {both} want port {port.number}.",
                        "Write another `balancer: port:`, or run the balancer on a machine of its own.",
                    )
            owners.append((instance.component, port))


def _overlap(one: Port, other: Port) -> bool:
    """What everybody may reach listens on all addresses; all else on its own, which may differ."""
    return one.bind == other.bind or EVERYBODY in (*one.open_to, *other.open_to)
