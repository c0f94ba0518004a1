"""Who leads among the voters: better not the machine on which the primary is.

If both are lost at once, the voters first elect another leader, with which every session begins its time anew: a
failover then takes twice as long (hazard 9).
"""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

Json = Mapping[str, Any]


class Voter(Protocol):
    """One voter, asked about the store's own affairs."""

    def maintain(self, question: str, order: Json) -> Json:
        """The answer; raises a StoreError without one."""


def move_lead(voter: Voter, databases: Collection[str]) -> str:
    """If this voter leads let another do so, at best on a machine without a database; gives a sentence if it was done.

    `databases` are the addresses of the machines that have one.
    """
    status = voter.maintain("maintenance/status", {})
    here = status["header"]["member_id"]
    if status.get("leader") != here:
        return ""
    members = voter.maintain("cluster/member/list", {})["members"]
    others = [member for member in members if member["ID"] != here and member.get("clientURLs")]
    if not others:
        return ""
    target = min(others, key=lambda member: any(f"//{address}:" in member["clientURLs"][0] for address in databases))
    voter.maintain("maintenance/transfer-leadership", {"targetID": target["ID"]})
    return f"The voters are led from {target['name']} from now on, since the primary is here."
