"""The section `balancer`: HAProxy, which takes every request and picks the server."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from mainstay.spec.sections.machines import Port
from mainstay.spec.sections.numbers import Between
from mainstay.spec.sections.refusal import refused
from mainstay.spec.sections.section import Section, lasting
from mainstay.spec.sections.texts import Address, Line, chosen
from mainstay.spec.sections.units import Duration

Algorithm = Literal["roundrobin", "leastconn", "source", "random", "first"]
Servers = Literal["active-active", "active-passive"]
Mode = Literal["active-passive", "active-active"]
Takeover = Literal["fast", "patient"]
MODES: tuple[Mode, ...] = get_args(Mode)
TAKEOVERS: tuple[Takeover, ...] = get_args(Takeover)
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
SERVERS: tuple[Servers, ...] = get_args(Servers)
_OFTENEST, _RAREST = 0.1, 10.0


def sensible_interval(value: float) -> float:
    """Return the interval unchanged, or refuse one outside 100ms to 10s."""
    if not _OFTENEST <= value <= _RAREST:
        raise refused(f"{value:g} seconds between checks is not between 100ms and 10s.")
    return value


class Balancer(Section):
    """How requests are shared among the servers."""

    algorithm: Annotated[Algorithm, chosen("an algorithm", ALGORITHMS)] = Field(
        "roundrobin", description="How the server of a request is picked."
    )
    servers: Annotated[Servers, chosen("a way to use the servers", SERVERS)] = Field(
        "active-active",
        description="Whether all servers serve at once, or the later ones only while the first cannot.",
    )
    port: Port = Field(80, description="The port the site is served on.")
    check_interval: Annotated[Duration, AfterValidator(sensible_interval)] = lasting(
        "500ms", "The time between two health checks of a server, from 100ms to 10s."
    )
    timeout: Duration = lasting("30s", "How long a server may take to answer.")
    queue: Duration = lasting("5s", "How long a request may wait for a free server.")
    requests_per_address: Annotated[int, Between(1, 1_000_000)] = Field(
        500, description="Requests a second that one address may make, counted over ten seconds; more is answered 429."
    )
    connections_per_address: Annotated[int, Between(1, 1_000_000)] = Field(
        500, description="Connections that one address may have at once; more are refused."
    )
    mode: Annotated[Mode, chosen("a mode", MODES)] = Field(
        "active-passive", description="With several balancers: one address for all, or one for each."
    )
    addresses: tuple[Address, ...] = Field(
        (), description="The addresses that move between the balancers; in the lab they are made up."
    )
    takeover: Annotated[Takeover, chosen("a way to take over", TAKEOVERS)] = Field(
        "fast", description="How soon a silent balancer is given up: after 0.4 s, or after 4 s."
    )
    notify: Line | None = Field(
        None, description="A command run on a balancer when an address comes to it or leaves it."
    )
    extra: tuple[Line, ...] = Field((), description="Raw HAProxy lines put into the frontend.")
