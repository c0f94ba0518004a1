"""Which components run on which machine: the user speaks in tiers, the house in components."""

from collections.abc import Collection

from mainstay.model.machine import Instance, Machine

TIERS: dict[str, tuple[str, ...]] = {
    "balancer": ("haproxy",),
    "web": ("nginx",),
    "app": ("app",),
    "database": ("mysql",),
    "monitoring": ("prometheus", "alertmanager", "blackbox_exporter", "journal_remote"),
    "witness": (),
}
EVERYWHERE = ("base",)
EVERYWHERE_WITH: dict[str, tuple[str, ...]] = {
    "firewall": ("nftables",),
    "updates": ("unattended_upgrades",),
    "monitoring": ("node_exporter", "journal_upload", "certificates"),
}
"""On every machine where a section is on; beside some tiers there is more to measure."""
MEASURED_BESIDE = {"web": ("nginx_exporter",), "database": ("mysqld_exporter",)}
SEVERAL_BALANCERS = ("keepalived",)
WITH_ACME = ("acme",)
WITH_DATABASE = ("haproxy",)
"""Beside the application HAProxy is its local way to the database."""
VOTING = ("etcd",)
WITH_VOTERS = ("keeper",)
"""Beside each database, where machines vote on who is primary."""
WILLING: tuple[frozenset[str], ...] = (
    frozenset({"database"}),
    frozenset({"witness"}),
    frozenset({"web", "app"}),
    frozenset({"balancer"}),
)
"""Whom a vote is given to, in this order: whoever has a database must hear of a decision first-hand."""
FEW, MANY = 3, 5


def voters(machines: tuple[Machine, ...], failover: str) -> tuple[Machine, ...]:
    """The machines that vote on who is primary, in the file's order; none where a person decides that.

    Three, each on a machine of its own: no one machine's loss takes the majority. Five, which bear the loss of two,
    where as many machines have a database or are witnesses; more would only make every decision slower.
    """
    if failover != "automatic" or not any("database" in machine.roles for machine in machines):
        return ()
    ranked = sorted(machines, key=_willingness)
    willing = sum(_willingness(machine) < 2 for machine in machines)
    chosen = ranked[: MANY if willing >= MANY else FEW]
    return tuple(machine for machine in machines if machine in chosen)


def _willingness(machine: Machine) -> int:
    """The place in `WILLING`, 0 first; those that none of it fits come last."""
    return next((rank for rank, roles in enumerate(WILLING) if roles & {*machine.roles}), len(WILLING))


def place(
    machines: tuple[Machine, ...],
    order: tuple[str, ...],
    voting: Collection[Machine] = (),
    on: Collection[str] = (),
) -> tuple[Instance, ...]:
    """Every instance, machine by machine as in the file, each machine's components in the catalogue's `order`.

    `on` names what the file has on of `firewall`, `updates`, `acme` and `monitoring`.
    """
    everywhere = (*EVERYWHERE, *(part for section in on for part in EVERYWHERE_WITH.get(section, ())))
    beside = MEASURED_BESIDE if "monitoring" in on else {}
    has_database = any("database" in machine.roles for machine in machines)
    balancers = sum("balancer" in machine.roles for machine in machines)
    tiers = {
        **TIERS,
        "balancer": (
            TIERS["balancer"] + (SEVERAL_BALANCERS if balancers > 1 else ()) + (WITH_ACME if "acme" in on else ())
        ),
        "database": TIERS["database"] + (WITH_VOTERS if voting else ()),
        "app": TIERS["app"] + (WITH_DATABASE if has_database else ()),
    }
    return tuple(
        Instance(component, machine)
        for machine in machines
        for component in order
        if component in everywhere
        or any(component in (*tiers[role], *beside.get(role, ())) for role in machine.roles)
        or (component in VOTING and machine in voting)
    )
