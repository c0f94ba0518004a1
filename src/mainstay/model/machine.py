"""A machine, and one component that runs on it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A computer of the site: its name, its IPv4 address, and the tiers it runs."""

    name: str
    address: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Instance:
    """One component on one machine."""

    component: str
    machine: Machine
