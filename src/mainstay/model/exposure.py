"""What one instance shows to all others: the only thing they may know of it."""

from dataclasses import dataclass

from mainstay.model.fault import Fault

EVERYBODY = "everybody"
"""In `Port.open_to`: the whole world may connect."""


@dataclass(frozen=True)
class Port:
    """A listening port, and the components or tiers (or EVERYBODY) whose machines may connect to it.

    `bind` is the address it listens on; empty means the machine's own. `protocol` is "tcp", or the name of one that has
    no ports: then `number` is the protocol's.
    """

    name: str
    number: int
    open_to: tuple[str, ...] = ()
    bind: str = ""
    protocol: str = "tcp"


@dataclass(frozen=True)
class Probe:
    """A question whose answer says whether an instance is healthy, asked on its own machine.

    kind "unit": `target` is a systemd unit that must be active.
    kind "tcp":  `target` is `address:port` and must accept a connection.
    kind "greeting": as "tcp", and whoever is behind it must speak first, as MySQL does.
    kind "http": `target` is a URL, or `unix:SOCKET:/PATH`, and must answer with a status below 400; `host` is the
    Host header.
    kind "certificate": `target` is a PEM file whose first certificate must be good for two more weeks.
    """

    name: str
    kind: str
    target: str
    host: str = ""


@dataclass(frozen=True)
class Exposure:
    """The ports and probes of one instance, and how it may be hurt."""

    ports: tuple[Port, ...] = ()
    probes: tuple[Probe, ...] = ()
    faults: tuple[Fault, ...] = ()
