"""Which components run on which machine: the user speaks in tiers, the house in components."""

from mainstay.model.machine import Instance, Machine

TIERS: dict[str, tuple[str, ...]] = {
    "balancer": ("haproxy",),
    "web": ("nginx",),
    "app": ("app",),
    "database": ("mysql",),
}
EVERYWHERE = ("base",)
SEVERAL_BALANCERS = ("keepalived",)
WITH_DATABASE = ("haproxy",)
"""Beside the application HAProxy is its local way to the database."""


def place(machines: tuple[Machine, ...], order: tuple[str, ...]) -> tuple[Instance, ...]:
    """Every instance, machine by machine as in the file, each machine's components in the catalogue's `order`."""
    has_database = any("database" in machine.roles for machine in machines)
    balancers = sum("balancer" in machine.roles for machine in machines)
    tiers = {
        **TIERS,
        "balancer": TIERS["balancer"] + (SEVERAL_BALANCERS if balancers > 1 else ()),
        "app": TIERS["app"] + (WITH_DATABASE if has_database else ()),
    }
    return tuple(
        Instance(component, machine)
        for machine in machines
        for component in order
        if component in EVERYWHERE or any(component in tiers[role] for role in machine.roles)
    )
