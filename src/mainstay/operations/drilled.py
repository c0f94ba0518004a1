"""What a drill is run against: whom it hits this time, and what load the site bears."""

import uuid
from collections.abc import Sequence

from mainstay.compiler.place import voters
from mainstay.drills.attempt import PROBE, READ, WRITE
from mainstay.drills.catalogue import BALANCER, CUT_APART, DRAINED, MONITOR, PRIMARY, REPLICA, SERVER, VOTER, Drill
from mainstay.drills.exchange import Door
from mainstay.drills.hurting import Hurt
from mainstay.drills.load import Load
from mainstay.drills.visitors import Order
from mainstay.grounds.lab import network
from mainstay.grounds.lab.lab import Lab
from mainstay.operations.addresses import holders
from mainstay.operations.errors import OperationError
from mainstay.operations.rotation import noted
from mainstay.operations.site import Site
from mainstay.operations.status import status

RATES = {PROBE: 100.0, READ: 50.0, WRITE: 50.0}
"""Requests per second, by kind."""

BY_TLS = {PROBE: 50.0, READ: 15.0, WRITE: 15.0}
"""Where each visitor shakes hands first: what two cores can send beside the site, and still be in time."""

WHILE_WATCHED = 0.25
"""The share of them that comes while a fault is left until people are told: in a minute of all, two cores are so busy
that people are told of that."""


def ensure_possible(site: Site, drills: Sequence[Drill]) -> None:
    """Check that the site is there, and that each drill can be undone here.

    Raises:
        OperationError: it is not, or one cannot.
    """
    if not site.ground.members():
        raise OperationError(f"{site.spec.name} has not been made yet.", "Run `mainstay up`.")
    dangerous = [drill.name for drill in drills if not (site.spec.in_lab or drill.is_for_servers)]
    if dangerous:
        raise OperationError(
            f"On servers this could not be undone from here: {', '.join(dangerous)}.",
            "Try it in the lab: the same file, without `address:`.",
        )


def doors_of(site: Site) -> tuple[Door, ...]:
    """Where the load goes: to every address at which visitors come in."""
    places = (entrance.rpartition(":") for entrance in site.entrances)
    known = "" if site.spec.https else None
    trusts = str(site.authority_file) if site.authority_file else known
    return tuple(Door(address, int(port), site.spec.domain, trusts) for address, _, port in places)


def load_for(site: Site, drill: Drill, share: float = 1.0) -> Load:
    """A load of its own for one run, or a share of the usual one; its notes are kept beside the user's file.

    Entries are written and read only where there is a database, which is what they are to prove something about.
    """
    number = uuid.uuid4().hex[:8]
    namespace = str(network.path(site.ground.places.namespace)) if isinstance(site.ground, Lab) else ""
    usual = BY_TLS if site.spec.https else RATES
    kinds = usual if site.running("database") else (PROBE,)
    rates = {kind: share * usual[kind] for kind in kinds}
    folder = site.folder / "drills" / f"{drill.name}-{number}"
    return Load(Order(namespace, doors_of(site), site.spec.app.health, rates, f"drill-{number}", folder))


def victim_of(site: Site, drill: Drill, number: int) -> Hurt:
    """Whom the run of this number hits: each machine of the role in its turn; the one balancer that has the address.

    A drill of a server's or a voter's machine spares the primary, whose loss is a drill of its own.

    Raises:
        OperationError: nobody has that role now.
    """
    primary = status(site).primary
    databases = [m.name for m in site.running("database")]
    servers = [m.name for m in site.machines if {"web", "app"} & {*m.roles}]
    voting = [m.name for m in voters(site.machines, site.spec.database.failover)]
    candidates = {
        BALANCER: _with_address(site),
        SERVER: servers if drill.is_for_servers else [name for name in servers if name != primary] or servers,
        PRIMARY: [primary] if primary else [],
        REPLICA: [name for name in databases if name != primary],
        MONITOR: [m.name for m in site.running("monitoring")],
        VOTER: voting if drill.is_of_process else [name for name in voting if name != primary],
    }[drill.role]
    if drill.act == DRAINED:
        out = noted(site)
        candidates = [name for name in candidates if name not in out]
    if not candidates:
        raise OperationError(f"{drill.name}: nobody is {drill.role} now.", "`mainstay status` shows who is what.")
    machine = candidates[number % len(candidates)]
    others = _peers(site, drill.role, machine) if drill.act == CUT_APART else ()
    return Hurt(drill.act, machine, drill.units, others)


def _peers(site: Site, role: str, machine: str) -> tuple[str, ...]:
    """The others of its kind; of a server all who do the work behind the balancers, be it the database's only."""
    kind = {BALANCER: {"balancer"}, SERVER: {"web", "app", "database"}}.get(role, {"database"})
    return tuple(m.name for m in site.machines if kind & {*m.roles} and m.name != machine)


def _with_address(site: Site) -> list[str]:
    """The balancer that has the site's first address; all of them if that cannot be said."""
    having = next(iter(holders(site).values()), [])
    return having or [m.name for m in site.running("balancer")]
