"""Which components run on which machine: the user speaks in tiers, the house in components."""

from mainstay.model.machine import Instance, Machine

TIERS: dict[str, tuple[str, ...]] = {
    "balancer": ("haproxy",),
    "web": ("nginx",),
    "app": ("app", "haproxy"),  # here HAProxy is the application's local way to the database
    "database": ("mysql",),
}
EVERYWHERE = ("base",)


def place(machines: tuple[Machine, ...], order: tuple[str, ...]) -> tuple[Instance, ...]:
    """Every instance, machine by machine as in the file, each machine's components in the catalogue's `order`."""
    return tuple(
        Instance(component, machine)
        for machine in machines
        for component in order
        if component in _components_of(machine)
    )


def _components_of(machine: Machine) -> set[str]:
    return {*EVERYWHERE, *(c for role in machine.roles for c in TIERS[role])}
