"""How the databases stand, and who is primary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mainstay.grounds.errors import GroundError
from mainstay.grounds.reach import Reach
from mainstay.operations.database import sql
from mainstay.operations.errors import OperationError

NO_ROOM = "Waiting for disk space"
"""What a thread says that has met a full disk; MySQL looks again once a minute."""

FACTS = (
    "SELECT @@GLOBAL.super_read_only AS read_only, @@GLOBAL.gtid_executed AS executed, @@GLOBAL.server_uuid AS uuid,"
    " (SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name NOT IN"
    "   ('mysql', 'sys', 'performance_schema', 'information_schema')) AS schema_count,"
    " (SELECT VARIABLE_VALUE FROM performance_schema.global_status"
    "   WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_status') AS semi_sync,"
    " (SELECT VARIABLE_VALUE FROM performance_schema.global_status"
    "   WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_clients') AS semi_sync_clients,"
    " (SELECT COUNT(*) FROM performance_schema.processlist WHERE state = 'Waiting for disk space') AS waiting_for_room,"
    " (SELECT MAX(time) FROM performance_schema.processlist"
    "   WHERE state = 'waiting for handler commit') AS committing_seconds"
)
STANDS_STILL_SECONDS = 3
"""A COMMIT is not written for so long: on a full disk, most often, of which the thread that waits says nothing."""


@dataclass(frozen=True)
class Member:
    """One database: what it is, and for a replica whom it follows and how far behind it is, in seconds.

    `trouble` says why it could not be asked; then nothing else is known of it.
    """

    name: str
    trouble: str = ""
    is_writable: bool = False
    executed: str = ""
    has_schemas: bool = False
    source: str = ""
    is_following: bool = False
    lag_seconds: float | None = None
    is_waited_for: bool = False
    error: str = ""

    @property
    def state(self) -> str:
        """What it does, in a few words."""
        if self.trouble:
            return f"unknown: {self.trouble}"
        if self.source:
            return "following" if self.is_following else f"not following: {self.error or 'stopped'}"
        if self.is_writable and self.error:
            return f"taking no writes: {self.error}"
        return "taking writes" if self.is_writable else "read-only, follows nobody"


def observe(reach: Reach, machines: Sequence[str]) -> dict[str, Member]:
    """Ask every database how it stands; one that cannot be asked is a member with a trouble."""
    return reach.on_each(machines, lambda machine: _ask(reach, machine))


def primary_of(members: Mapping[str, Member]) -> str | None:
    """The one that takes writes and follows nobody; None if there is none.

    Raises:
        OperationError: there are two.
    """
    writable = [m.name for m in members.values() if m.is_writable and not m.source]
    if len(writable) > 1:
        raise OperationError(
            f"{' and '.join(writable)} both take writes: two primaries, whose data has parted.",
            'docs/how-to/replace-a-lost-primary.md says, under "When the old primary returns", how to go on.',
        )
    return writable[0] if writable else None


def _ask(reach: Reach, machine: str) -> Member:
    try:
        facts, following = sql.run(reach, machine, FACTS, "SHOW REPLICA STATUS")
    except (GroundError, sql.SqlError) as error:
        return Member(machine, trouble=str(error).splitlines()[0])
    return _member(machine, facts[0], following[0] if following else None)


def _standing_still(facts: Mapping[str, Any]) -> str:
    """Why a primary writes nothing; "" if it does."""
    if facts["waiting_for_room"]:
        return NO_ROOM.lower()
    seconds = int(facts["committing_seconds"] or 0)
    return f"a COMMIT has waited for {seconds} s to be written" if seconds >= STANDS_STILL_SECONDS else ""


def _member(machine: str, facts: Mapping[str, Any], following: Mapping[str, Any] | None) -> Member:
    member = Member(
        machine,
        is_writable=str(facts["read_only"]) == "0",
        executed=str(facts["executed"]).replace("\n", ""),
        has_schemas=int(facts["schema_count"]) > 0,
    )
    if following is None:
        is_waiting = facts["semi_sync"] == "ON" and int(facts["semi_sync_clients"] or 0) > 0
        return replace(member, is_waited_for=is_waiting, error=_standing_still(facts))
    # With its disk full a replica says that it runs and has no lag.
    has_room = NO_ROOM not in (following["Replica_IO_State"], following["Replica_SQL_Running_State"])
    return replace(
        member,
        source=str(following["Source_Host"]),
        is_following=has_room and following["Replica_IO_Running"] == following["Replica_SQL_Running"] == "Yes",
        lag_seconds=following["Seconds_Behind_Source"],
        error=str(following["Last_IO_Error"] or following["Last_SQL_Error"] or ("" if has_room else NO_ROOM.lower())),
    )
