"""The questions that every component answers, and what it may see while it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from mainstay.model.dashboard import Row
from mainstay.model.exposure import Exposure, Port
from mainstay.model.install import Install
from mainstay.model.machine import Instance, Machine

SpecT = TypeVar("SpecT")


class UnknownPeerError(LookupError):
    """A component asked for a peer or a port that nobody exposes: a mistake in the component."""


@dataclass(frozen=True)
class View(Generic[SpecT]):
    """What a component sees in the second phase: the user's file, its machine, and what everybody exposed.

    `release` is the identifier of the application's release that is to be current; `virtual_addresses` are those that
    move between the balancers, none where there is only one.
    """

    spec: SpecT
    machine: Machine
    exposures: Mapping[Instance, Exposure]
    release: str
    virtual_addresses: tuple[str, ...] = ()

    @property
    def machines(self) -> tuple[Machine, ...]:
        """All machines of the site, in the file's order."""
        return tuple(dict.fromkeys(instance.machine for instance in self.exposures))

    def peers(self, component: str) -> tuple[Machine, ...]:
        """The machines on which a component runs, this one included, in the file's order."""
        return tuple(i.machine for i in self.exposures if i.component == component)

    def callers(self, port: Port) -> tuple[Machine, ...]:
        """The machines that run one of the components or tiers which a port is open to, in the file's order."""
        return tuple(
            machine
            for machine in self.machines
            if any(word in machine.roles or Instance(word, machine) in self.exposures for word in port.open_to)
        )

    def ports(self, machine: Machine, component: str) -> tuple[Port, ...]:
        """All ports of a component on a machine; none if it does not run there."""
        return self.exposures.get(Instance(component, machine), Exposure()).ports

    def port(self, machine: Machine, component: str, name: str) -> Port:
        """The named port of a component on a machine.

        Raises:
            UnknownPeerError: the component does not run there, or exposes no port of this name.
        """
        exposure = self.exposures.get(Instance(component, machine))
        if exposure is None:
            raise UnknownPeerError(f"{component} does not run on {machine.name}")
        for port in exposure.ports:
            if port.name == name:
                return port
        raise UnknownPeerError(f"{component} exposes no port named {name}")


def no_rows(_spec: object, _machine: Machine) -> tuple[Row, ...]:
    """What a component answers that has nothing to look at."""
    return ()


@dataclass(frozen=True)
class Component(Generic[SpecT]):
    """One real part: what it shows (phase one, sees only itself) and what it needs (phase two, sees what all show).

    `packages` are the distribution's packages it is made of, `further` those that `installs` names for some sites only;
    the lab's image holds both, of all components but for one that `is_for_servers` only. `rows` says what a person
    looks at first, where monitoring is on: no other component needs to know, so no exposure holds it.
    """

    name: str
    packages: tuple[str, ...]
    exposes: Callable[[SpecT, Machine], Exposure]
    installs: Callable[[View[SpecT]], Install]
    rows: Callable[[SpecT, Machine], tuple[Row, ...]] = no_rows
    is_for_servers: bool = False
    further: tuple[str, ...] = ()
