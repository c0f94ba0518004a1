"""The voters' cluster, spoken to by etcdctl on a voter's own machine."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mainstay.components.etcd.component import CLIENT, LOOPBACK, PURPOSE
from mainstay.grounds.errors import GroundError
from mainstay.grounds.reach import Reach
from mainstay.model.certificate import authority_path, identity_path
from mainstay.operations.errors import OperationError
from mainstay.operations.waiting import wait

WAIT_SECONDS = 30.0
"""A change is refused until all members have been connected for five seconds."""

ETCDCTL = (
    "etcdctl",
    f"--endpoints=https://{LOOPBACK}:{CLIENT}",
    f"--cacert={authority_path(PURPOSE)}",
    f"--cert={identity_path(PURPOSE)}",
    f"--key={identity_path(PURPOSE)}",
    "--command-timeout=3s",
    "--write-out=json",
)


@dataclass(frozen=True)
class Member:
    """A voter as the majority knows it: its number, its name ("" until it has started once), where it is heard."""

    number: int
    name: str
    url: str


@dataclass(frozen=True)
class Cluster:
    """The voters that have data, by the names of their machines; the first that answers for the majority is asked."""

    reach: Reach
    machines: Sequence[str]

    def has_majority(self) -> bool:
        """Whether a majority answers now."""
        try:
            self._told("member", "list")
        except GroundError:
            return False
        return True

    def members(self) -> tuple[Member, ...]:
        """All members, by the word of a majority.

        Raises:
            OperationError: there is none within half a minute.
        """
        listed = json.loads(self._told_soon("member", "list"))["members"]
        return tuple(Member(m["ID"], m.get("name", ""), m["peerURLs"][0]) for m in listed)

    def add(self, name: str, url: str) -> None:
        """Enrol a voter, which begins afterwards."""
        self._told_soon("member", "add", name, f"--peer-urls={url}")

    def strike_off(self, member: Member) -> None:
        """Remove a voter: whatever it still has counts no longer."""
        self._told_soon("member", "remove", format(member.number, "x"))

    def _told_soon(self, *words: str) -> str:
        said: list[str] = []

        def is_told() -> bool:
            with suppress(GroundError):
                said.append(self._told(*words))
            return bool(said)

        if not wait(is_told, WAIT_SECONDS):
            raise OperationError(
                f"No majority of the voters answers ({', '.join(self.machines)} have data).",
                "`mainstay logs MACHINE etcd` says why. docs/architecture/database.md says how to begin anew.",
            )
        return said[0]

    def _told(self, *words: str) -> str:
        """What the first voter that can says.

        Raises:
            GroundError: none can.
        """
        for machine in self.machines[:-1]:
            with suppress(GroundError):
                return self.reach.run_or_fail(machine, (*ETCDCTL, *words))
        return self.reach.run_or_fail(self.machines[-1], (*ETCDCTL, *words))
