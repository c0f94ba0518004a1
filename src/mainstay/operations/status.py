"""`status`: every part, its health, the roles, the endpoints."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mainstay.compiler.compile import compile_plan
from mainstay.health.examine import Examined, Health, examine
from mainstay.model.certificate import ours_in
from mainstay.model.exposure import Exposure
from mainstay.model.machine import Instance
from mainstay.model.plan import Plan
from mainstay.operations.alerting.asking import of_any
from mainstay.operations.alerting.firing import Firing, firing
from mainstay.operations.database.keepers import Keepers, ask
from mainstay.operations.database.observe import Member, observe, primary_of
from mainstay.operations.errors import OperationError
from mainstay.operations.rotation import noted
from mainstay.operations.site import Site

ANY_RELEASE = "unknown"
"""Probes do not depend on the release, so that asking for the status reads no application."""

NOT_MADE = "it has not been made yet: run `mainstay up`"


@dataclass(frozen=True)
class Alerts:
    """What is firing; `trouble`: why that cannot be said."""

    firing: tuple[Firing, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Status:
    """A site as it stands; `alerts` is None where monitoring is off."""

    site: Site
    endpoints: tuple[str, ...]
    drained: frozenset[str]
    examined: Mapping[str, Examined]
    members: Mapping[str, Member]
    primary: str | None
    trouble: str = ""
    keepers: Keepers | None = None
    alerts: Alerts | None = None

    @property
    def is_healthy(self) -> bool:
        """Whether every machine and component is well, they believe each other, and the database has its roles."""
        are_well = all(e.is_healthy for e in self.examined.values())
        return are_well and not self.has_ended and self.is_database_healthy

    @property
    def is_database_healthy(self) -> bool:
        """Whether there is a primary, all others follow it, and one could take over where that is automatic.

        A site without a database is not short of one.
        """
        replicas = [m for m in self.members.values() if m.name != self.primary]
        primary = self.members.get(self.primary or "")
        is_whole = primary is not None and not primary.error and all(m.is_following for m in replicas)
        return not self.members or (is_whole and self.has_heir)

    @property
    def good_until(self) -> datetime | None:
        """When the first certificate of the site's own authority ends that lies on a machine which answers."""
        return min((e.first_end for e in self.examined.values() if e.first_end), default=None)

    @property
    def has_ended(self) -> bool:
        """Whether such a certificate is good no more: each part may be well, and yet others refuse it."""
        return self.good_until is not None and self.good_until <= self.site.vault.now()

    @property
    def ended_sentence(self) -> str:
        """Since when, and what to do about it; "" if none has ended."""
        if self.good_until is None or not self.has_ended:
            return ""
        ended = f"A certificate by which machines know each other ended on {self.good_until:%Y-%m-%d at %H:%M} UTC"
        return f"{ended}: others refuse who shows it. `mainstay secret renew` renews it."

    @property
    def has_heir(self) -> bool:
        """Whether a replica could take over by itself; with `failover: manual` none is to."""
        if not self.site.spec.is_failover_automatic or len(self.members) < 2:
            return True
        return self.keepers is not None and bool(self.keepers.sync)

    @property
    def database_sentence(self) -> str:
        """What is going on with the database, in one sentence."""
        if not self.members:
            return "This site has no database."
        if self.trouble:
            return self.trouble
        if all(member.trouble for member in self.members.values()):
            return f"No database can be asked: {next(iter(self.members.values())).trouble}."
        if self.primary is None:
            by_hand = "docs/how-to/replace-a-lost-primary.md says how to choose another by hand."
            return f"No database takes writes. {self.keepers.sentence if self.keepers else by_hand}"
        return self._of_primary(self.members[self.primary])

    def _of_primary(self, primary: Member) -> str:
        if primary.error:
            return f"{self.primary} is primary, and takes no writes: {primary.error}."
        lost = [m.name for m in self.members.values() if m.name != self.primary and not m.is_following]
        if lost:
            return f"{self.primary} is primary; {', '.join(lost)} does not follow it."
        if not self.has_heir:
            return f"{self.primary} is primary, and all others follow it; none could take over yet."
        return f"{self.primary} is primary, and all others follow it."

    def to_json(self) -> dict[str, Any]:
        """The stable form: see the reference of `status`."""
        return {
            "name": self.site.spec.name,
            "ground": self.site.ground.kind,
            "healthy": self.is_healthy,
            "endpoints": self._endpoints(),
            "machines": {m.name: self._machine(m.name, m.address) for m in self.site.machines},
            "database": self._database() if self.members else None,
            "good_until": self.good_until.isoformat() if self.good_until else None,
            "alerts": [alert.to_json() for alert in self.alerts.firing] if self.alerts else None,
        }

    def _endpoints(self) -> dict[str, Any]:
        ca = self.site.authority_file
        return {"site": self.endpoints[0], "sites": list(self.endpoints)} | ({"ca": str(ca)} if ca else {})

    def _machine(self, name: str, address: str) -> dict[str, Any]:
        found = self.examined[name]
        return {
            "address": address,
            "reachable": not found.unreachable,
            "drained": name in self.drained,
            "components": {c.component: {"state": state_of(c, found), "why": c.why} for c in found.components},
        }

    def _database(self) -> dict[str, Any]:
        primary = self.members.get(self.primary or "")
        replicas = {
            m.name: {"lag_seconds": m.lag_seconds, "sync": is_sync(m, primary)}
            for m in self.members.values()
            if m.name != self.primary
        }
        found: dict[str, Any] = {"primary": self.primary, "replicas": replicas}
        return found | ({"keepers": self.keepers.to_json()} if self.keepers else {})


def status(site: Site) -> Status:
    """Ask every machine and every database, at once."""
    plan = compile_plan(site.spec, ANY_RELEASE)
    endpoints = site.ground.endpoints()
    known = site.ground.members()
    running = [machine.name for machine in site.machines if known.get(machine.name)]
    examined = examine(site.ground.reach(), plan.exposures, running, _certificates(plan))
    for machine in site.machines:
        if machine.name not in running:
            why = "the machine is off" if machine.name in known else NOT_MADE
            here = (i.component for i in plan.exposures if i.machine == machine)
            examined[machine.name] = Examined(tuple(Health(c, why) for c in here), why)
    keepers = ask(site, running) if site.spec.is_failover_automatic else None
    members = _members(site, running, "the machine is off" if known else NOT_MADE)
    out = noted(site) if running else frozenset()
    alerts = _alerts(site, plan.exposures, running)
    try:
        return Status(site, endpoints, out, examined, members, primary_of(members), keepers=keepers, alerts=alerts)
    except OperationError as two_primaries:
        return Status(site, endpoints, out, examined, members, None, str(two_primaries), alerts=alerts)


def _alerts(site: Site, exposures: Mapping[Instance, Exposure], running: Sequence[str]) -> Alerts | None:
    if site.spec.monitoring is None:
        return None
    try:
        return Alerts(of_any(site, exposures, running, firing))
    except OperationError as error:
        return Alerts(trouble=str(error).splitlines()[0])


def _certificates(plan: Plan) -> dict[str, list[str]]:
    """Where those of the site's own authority lie, by machine."""
    return {n: [path for part in m.parts.values() for path in ours_in(part)] for n, m in plan.manifests.items()}


def _members(site: Site, running: Collection[str], otherwise: str) -> dict[str, Member]:
    names = [m.name for m in site.running("database")]
    asked = observe(site.ground.reach(), [n for n in names if n in running])
    return {name: asked.get(name, Member(name, trouble=otherwise)) for name in names}


def is_sync(replica: Member, primary: Member | None) -> bool:
    """Whether the primary waits for this replica before it acknowledges a write."""
    return replica.is_following and primary is not None and primary.is_waited_for


def state_of(health: Health, machine: Examined) -> str:
    """`healthy`, `unhealthy`, or `unknown` on a machine that cannot be asked."""
    if machine.unreachable:
        return "unknown"
    return "healthy" if health.is_healthy else "unhealthy"
