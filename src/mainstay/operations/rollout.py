"""Takes the changes of a plan to the machines: new machines all at once, those that serve one by one."""

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from mainstay.grounds.ground import Report
from mainstay.health.examine import wait_until_healthy
from mainstay.model.change import Change, Unit
from mainstay.model.install import File, Link
from mainstay.operations.prepare import Prepared
from mainstay.operations.rotation import out_of_rotation
from mainstay.provision import notes
from mainstay.provision.apply import Workers
from mainstay.provision.places import UNITS

SERVING_COMPONENTS = frozenset({"app", "nginx"})
ASKED_BY_ROUTERS = frozenset({"mysql", "keeper"})
HEARD_SECONDS = 1.0
"""Routers ask four times a second who may be written to and read from. Until all have heard that a database is back,
the next one away would leave them nobody."""

HEALTHY_SECONDS = 60.0
"""A minute, beside what somebody else takes."""


class Rollout:
    """What is still due on each machine; each method takes its part of it and carries it out.

    `counts` says how many changes there were by machine, when it began.
    """

    def __init__(self, prepared: Prepared, workers: Workers, report: Report) -> None:
        self.prepared = prepared
        self.workers = workers
        self.report = report
        manifests = prepared.plan.manifests
        self.due = {name: list(prepared.changes(name, manifest)) for name, manifest in manifests.items()}
        self.left = {name: prepared.leftovers(name) for name in manifests}
        self.counts = {name: len(self.due[name]) + len(self.left[name]) for name in manifests}
        self._archives: dict[str, str] = {}

    @property
    def patience(self) -> float:
        """For how many seconds health is waited for: a record of a first certificate takes its time to be seen."""
        dns = self.prepared.site.spec.dns
        return HEALTHY_SECONDS + (dns.seconds if dns else 0)

    def begin(self) -> None:
        """Note on every machine that is to be changed what is going to be done."""
        touched = [name for name, count in self.counts.items() if count]
        self._apply({name: notes.beginning(self.prepared.plan.manifests[name]) for name in touched})

    def carry(self, *components: str, on: Collection[str] = ()) -> None:
        """Put everything of these components in its place, but link and start nothing, and leave units as they are.

        `on` names the machines; none stands for all.
        """
        self._apply({name: self._take(name, components, is_final=False) for name in on or self.due})

    def roll(self, *components: str, role: str = "") -> None:
        """Carry out the changes of these components, on the machines of a tier ("" for all).

        Machines that did not run them before go all at once, and are healthy before any balancer hears of them; those
        that did go one by one, drained where they take requests, and the next only when the last is healthy again.
        """
        concerned = [m.name for m in self.prepared.plan.machines if not role or role in m.roles]
        due = {name: changes for name in concerned if (changes := self._take(name, components))}
        serving = [name for name in due if self._served(name, components)]
        new = [name for name in due if name not in serving]
        self._apply({name: due[name] for name in new})
        if not SERVING_COMPONENTS.isdisjoint(components):
            self.wait_until_healthy(new, components)
        for name in serving:
            with self._out_of_rotation(name, components):
                self._apply({name: due[name]})
                self.wait_until_healthy([name], components)
            if name != serving[-1] and not ASKED_BY_ROUTERS.isdisjoint(components):
                time.sleep(HEARD_SECONDS)

    def roll_on(self, names: Sequence[str], *components: str) -> None:
        """Carry out the changes of these components on these machines, at once, and wait until they are healthy."""
        self._apply({name: self._take(name, components) for name in names})
        self.wait_until_healthy(names, components)

    def is_due(self, name: str, component: str) -> bool:
        """Whether there is still something to do for a component on a machine."""
        return any(change.component == component for change in self.due[name])

    def wait_until_healthy(self, names: Sequence[str], components: Sequence[str]) -> None:
        """Wait until these components are healthy on these machines, but no longer than `patience`."""
        for name in names:
            self.report(name, "waiting until it is healthy")
        exposures = {i: e for i, e in self.prepared.plan.exposures.items() if i.component in components}
        wait_until_healthy(self.prepared.site.ground.reach(), exposures, names, self.patience)
        for name in names:
            self.report(name, "")

    def remove_leftovers(self) -> None:
        """Stop and remove what the machines have and their manifests no longer."""
        self._apply(self.left)

    def end(self) -> None:
        """Note on every machine what it now holds."""
        manifests = self.prepared.plan.manifests
        states = self.prepared.states
        stale = [n for n, m in manifests.items() if self.counts[n] or states[n].record != m or states[n].attempted]
        self._apply({name: notes.ending(manifests[name]) for name in stale})

    def _take(self, name: str, components: Sequence[str], is_final: bool = True) -> tuple[Change, ...]:
        """The due changes of these components, no longer due; if not final, without what makes them take effect."""
        taken = tuple(
            change
            for change in self.due[name]
            if change.component in components and (is_final or not _takes_effect(change))
        )
        self.due[name] = [change for change in self.due[name] if change not in taken]
        return taken

    def _apply(self, changes: Mapping[str, Sequence[Change]]) -> None:
        if not any(changes.values()):
            return
        if not self._archives and self.prepared.needs_archive(changes):
            self.report("", "building the release")
            self._archives = self.prepared.archives()
            self.report("", "")
        self.workers.apply(changes, self._archives, self.report)
        for name in changes:
            self.report(name, "")

    def _served(self, name: str, components: Sequence[str]) -> bool:
        record = self.prepared.states[name].record
        return record is not None and any(component in record.parts for component in components)

    def _out_of_rotation(self, name: str, components: Sequence[str]) -> AbstractContextManager[None]:
        if SERVING_COMPONENTS.isdisjoint(components):
            return nullcontext()
        return out_of_rotation(self.prepared.site, name, self.report)


def _takes_effect(change: Change) -> bool:
    """Whether what runs now could notice: a link, a unit's file, or something done to a unit."""
    subject = change.subject
    return isinstance(subject, Link | Unit) or (isinstance(subject, File) and subject.path.startswith(UNITS))
