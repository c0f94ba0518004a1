"""Speaks to the keepers: each on its own machine, over SSH, by its control socket."""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mainstay.components.keeper.component import PROGRAM
from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.operations.database import sql
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.waiting import wait

EXECUTED: sql.Statement = ("SELECT @@GLOBAL.gtid_executed AS found", ())
HAS = "SELECT GTID_SUBSET(%s, @@GLOBAL.gtid_executed) AS found"
PRIMARY_SECONDS = 60.0
ARMED_SECONDS = 180.0


@dataclass(frozen=True)
class Keepers:
    """What one keeper that hears the store says of all; `sentences` is every keeper's own, by machine."""

    leader: str | None
    last_leader: str | None
    sync: tuple[str, ...]
    is_paused: bool
    members: tuple[Mapping[str, Any], ...]
    sentences: Mapping[str, str]

    @property
    def primary(self) -> str | None:
        """Who leads and takes writes."""
        open_for_writes = [m["name"] for m in self.members if m["is_writable"]]
        return self.leader if self.leader in open_for_writes else None

    @property
    def sentence(self) -> str:
        """What is going on, in every keeper's own words."""
        paused = "Automation is paused. " if self.is_paused else ""
        return paused + " ".join(f"{name}: {said}" for name, said in self.sentences.items())

    def to_json(self) -> dict[str, Any]:
        """The stable form: part of that of `status`."""
        return {
            "leader": self.leader,
            "sync": list(self.sync),
            "is_paused": self.is_paused,
            "sentences": dict(self.sentences),
        }


def order(site: Site, machine: str, *words: str) -> Mapping[str, Any]:
    """Give the keeper of a machine an order, and its answer.

    Raises:
        GroundError: it cannot be reached.
        OperationError: it refused.
    """
    done = site.ground.reach().run(machine, (PROGRAM, "order", *words))
    try:
        said: Mapping[str, Any] = json.loads(done.output.splitlines()[-1])
    except (IndexError, ValueError):
        raise GroundError(
            f"The keeper of {machine} does not answer.", f"See `mainstay logs {machine} keeper`."
        ) from None
    if not said["ok"]:
        raise OperationError(str(said["sentence"]))
    return said


def command(site: Site, *words: str) -> Mapping[str, Any]:
    """Give an order that concerns the whole site to the first keeper that can be asked.

    Raises:
        OperationError: failover is not automatic, no keeper can be asked, or it refused.
    """
    if not site.spec.is_failover_automatic:
        raise OperationError("There is no keeper to order.", "Only with `database: failover: automatic`.")
    for machine in site.switched_on([m.name for m in site.running("database")]):
        with suppress(GroundError):
            return order(site, machine, *words)
    raise OperationError("No keeper answers.", "`mainstay status` shows which machines do.")


def ask(site: Site, running: Collection[str]) -> Keepers | None:
    """How the keepers on these machines see it: the word of the first that hears the store; None if none does."""
    names = [m.name for m in site.running("database") if m.name in running]
    told = {name: said for name, said in site.ground.reach().on_each(names, lambda n: _status(site, n)).items() if said}
    heard = [said["cluster"] for said in told.values() if said["cluster"]["is_store_heard"]]
    if not heard:
        return None
    best = heard[0]
    sentences = {name: str(said["sentence"]) for name, said in told.items()}
    return Keepers(
        best["leader"], best["last_leader"], tuple(best["sync"]), best["is_paused"], tuple(best["members"]), sentences
    )


def _status(site: Site, machine: str) -> Mapping[str, Any] | None:
    try:
        return order(site, machine, "status")
    except (GroundError, OperationError):
        return None


def ensure_founded(site: Site, report: Report) -> bool:
    """Afterwards there has been a primary; without one the first that has all data becomes it. Gives whether it did.

    Raises:
        OperationError: a database does not start, or none has all that the others have.
    """
    found = _waited_for(site, "No keeper hears the store.", lambda _: True, PRIMARY_SECONDS)
    if found.last_leader:
        return False
    report("", "waiting until every database has started")
    names = [m.name for m in site.running("database")]
    executed: dict[str, str] = {}

    def have_started() -> bool:
        with suppress(sql.SqlError):
            executed.update({name: str(_asked(site, name, EXECUTED)) for name in names})
        return len(executed) == len(names)

    if not wait(have_started, PRIMARY_SECONDS):
        silent = next(name for name in names if name not in executed)
        raise OperationError(f"MySQL on {silent} did not start.", f"See `mainstay logs {silent} mysql`.")
    first = _fullest(site, executed)

    def is_founded() -> bool:
        with suppress(OperationError):  # its keeper has not seen yet that MySQL runs
            return bool(order(site, first, "found"))
        return False

    if not wait(is_founded, PRIMARY_SECONDS):
        raise OperationError(f"The keeper of {first} founds no primary.", f"See `mainstay logs {first} keeper`.")
    report("", "")
    return True


def _fullest(site: Site, executed: Mapping[str, str]) -> str:
    """The first that has all that any has; of new machines, which hold nothing, the first."""
    for name in executed:
        if all(_asked(site, name, (HAS, (other,))) for other in executed.values()):
            return name
    raise OperationError(
        f"None of {', '.join(executed)} has all that the others have: which is right is not ours to guess.",
        'docs/how-to/replace-a-lost-primary.md says, under "When the old primary returns", how to go on.',
    )


def _asked(site: Site, machine: str, question: sql.Statement) -> object:
    return sql.run(site.ground.reach(), machine, question)[0][0]["found"]


def wait_for_primary(site: Site, report: Report) -> str:
    """The machine that leads and takes writes.

    Raises:
        OperationError: nobody does within a minute.
    """
    report("", "waiting for the primary database")
    found = _waited_for(site, "No database takes writes.", lambda keepers: keepers.primary is not None, PRIMARY_SECONDS)
    report("", "")
    return str(found.primary)


def wait_until_armed(site: Site, report: Report) -> None:
    """Wait until every other database may be promoted: then the loss of one costs no acknowledged write.

    Raises:
        OperationError: it takes longer than three minutes.
    """
    wanted = len(site.running("database")) - 1
    report("", "waiting until the replicas have all the data")
    _waited_for(site, "The replicas do not follow.", lambda keepers: len(keepers.sync) >= wanted, ARMED_SECONDS)
    report("", "")


def _waited_for(site: Site, otherwise: str, is_so: Callable[[Keepers], bool], seconds: float) -> Keepers:
    seen: list[Keepers | None] = [None]

    def holds() -> bool:
        seen[0] = ask(site, [m.name for m in site.machines])
        return seen[0] is not None and is_so(seen[0])

    if not wait(holds, seconds) or seen[0] is None:
        raise OperationError(
            f"{otherwise} {seen[0].sentence if seen[0] else ''}".strip(), "`mainstay logs MACHINE keeper` says more."
        )
    return seen[0]
