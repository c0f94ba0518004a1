"""Who leads among the voters: better not the primary's machine, and best none that has a database.

If the primary and the voters' leader are lost at once, the voters first elect another, with which every session begins
its time anew: a failover then takes twice as long (hazard 9). If it is lost with the replica, the primary cannot note
before the election that it waits for nobody.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from mainstay_keeper.store import StoreError

Json = Mapping[str, Any]


class Voter(Protocol):
    """One voter, asked about the store's own affairs."""

    def maintain(self, question: str, order: Json) -> Json:
        """The answer; raises a StoreError without one."""


def move_lead(voter: Voter, at: Callable[[str], Voter], databases: Collection[str], *, is_primary: bool) -> str:
    """If this voter leads let a better one do so; gives a sentence if it was done.

    This voter is on a machine with a database, the primary's or a replica's; `at` gives the voter at a URL.
    `databases` are the addresses of all machines that have one. Only a voter that follows is offered the lead: as long
    as one that is away is waited for, the store drops every change.

    Raises:
        StoreError: this voter does not answer, or the other did not take it.
    """
    status = voter.maintain("maintenance/status", {})
    own = status["header"]["member_id"]
    if status.get("leader") != own:
        return ""
    members = voter.maintain("cluster/member/list", {})["members"]
    better = [m for m in members if m["ID"] != own and (is_primary or not _is_on(databases, m))]
    best_first = sorted(better, key=lambda member: _is_on(databases, member))
    target = next((member for member in best_first if _follows(own, member, at)), None)
    if target is None:
        return ""
    voter.maintain("maintenance/transfer-leadership", {"targetID": target["ID"]})
    here = "the primary" if is_primary else "a replica"
    return f"The voters are led from {target['name']} from now on, since {here} is here."


def _follows(leader: str, member: Json, at: Callable[[str], Voter]) -> bool:
    try:
        return any(at(url).maintain("maintenance/status", {}).get("leader") == leader for url in _urls(member)[:1])
    except StoreError:
        return False


def _urls(member: Json) -> list[str]:
    """Where clients reach it; nowhere if it was never started."""
    return list(member.get("clientURLs", ()))


def _is_on(addresses: Collection[str], member: Json) -> bool:
    return any(f"//{address}:" in url for address in addresses for url in _urls(member))
