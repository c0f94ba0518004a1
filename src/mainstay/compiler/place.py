"""Which components run on which machine: the user speaks in tiers, the house in components."""

from mainstay.model.machine import Instance, Machine

TIERS: dict[str, tuple[str, ...]] = {
    "balancer": ("haproxy",),
    "web": ("nginx",),
    "app": ("app", "haproxy"),  # here HAProxy is the application's local way to the database
    "database": ("mysql",),
}
EVERYWHERE = ("base",)
SEVERAL_BALANCERS = ("keepalived",)


def place(machines: tuple[Machine, ...], order: tuple[str, ...]) -> tuple[Instance, ...]:
    """Every instance, machine by machine as in the file, each machine's components in the catalogue's `order`."""
    balancers = sum("balancer" in machine.roles for machine in machines)
    tiers = {**TIERS, "balancer": TIERS["balancer"] + SEVERAL_BALANCERS} if balancers > 1 else TIERS
    return tuple(
        Instance(component, machine)
        for machine in machines
        for component in order
        if component in EVERYWHERE or any(component in tiers[role] for role in machine.roles)
    )
