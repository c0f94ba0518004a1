"""What one instance shows to all others: the only thing they may know of it."""

from dataclasses import dataclass

from mainstay.model.fault import Fault

EVERYBODY = "everybody"
"""In `Port.open_to`: the whole world may connect."""


@dataclass(frozen=True)
class Port:
    """A listening port, and the components or tiers (or EVERYBODY) whose machines may connect to it.

    `bind` is the address it listens on; empty means the machine's own. `protocol` is "tcp" or "udp", or the name of
    one that has no ports: then `number` is the protocol's.
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
    kind "http": `target` is a URL, `unix:SOCKET:/PATH`, or `tls:PURPOSE:URL` where the machine's certificate for that
    purpose is shown; it must answer with a status below 400. `host` is the Host header.
    kind "certificate": `target` is a PEM file whose first certificate must be good for two more weeks.
    """

    name: str
    kind: str
    target: str
    host: str = ""


@dataclass(frozen=True)
class Metrics:
    """Where an instance shows its figures, in Prometheus' text format.

    They are asked for at its port of this name, by TLS, with a certificate of the site on both sides.
    """

    port: str
    path: str = "/metrics"


@dataclass(frozen=True)
class Exposure:
    """The ports and probes of one instance, how it may be hurt, what it measures, and when to worry.

    `has_alerts`: the folder of the component holds `alerts.yml`, rules of Prometheus.
    """

    ports: tuple[Port, ...] = ()
    probes: tuple[Probe, ...] = ()
    faults: tuple[Fault, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    has_alerts: bool = False
