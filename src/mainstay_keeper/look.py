"""How the MySQL on this machine stands: asked of its process and of itself, each question for 0.6 s at most."""

import os
from collections.abc import Mapping
from dataclasses import replace

from mainstay_keeper import clock
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.mysql import FOR_EVER_MS
from mainstay_keeper.nouns import HANGING, OFF, RUNNING, STARTING, Member, Mysql
from mainstay_keeper.process import Mysqld
from mainstay_keeper.sql import Line, MysqlError, Row

ASK_SECONDS = 0.6
DATA = "/var/lib/mysql"
FULL_BELOW = 64 * 1024 * 1024
"""Bytes: MySQL stops in the middle of a write when there are none left, and goes on only when there are again."""

HANGS_AFTER = 3.0
"""Seconds without an answer after which a MySQL that once answered counts as hanging: a stall of the disk or the
processor of a second or two is no reason for another primary."""

FACTS = (
    "SELECT @@GLOBAL.server_uuid AS uuid, @@GLOBAL.super_read_only AS super_read_only,"
    " @@GLOBAL.gtid_executed AS executed, @@GLOBAL.rpl_semi_sync_replica_enabled AS acks,"
    " @@GLOBAL.rpl_semi_sync_source_enabled AS waits, @@GLOBAL.rpl_semi_sync_source_timeout AS waits_ms,"
    " @@GLOBAL.rpl_semi_sync_source_wait_no_replica AS waits_for_nobody"
)
NO_ROOM = "Waiting for disk space"
CUT_WITHIN = 0.2
"""Seconds within which a connection that was ended shows; a server that does not answer takes longer."""

SEMI_SYNC = "SHOW GLOBAL STATUS LIKE 'Rpl\\_semi\\_sync\\_source\\_%'"


class Look:
    """Holds one connection for looking only; `names` gives the member that has an address."""

    def __init__(self, mysqld: Mysqld, names: Mapping[str, str]) -> None:
        self._mysqld = mysqld
        self._names = names
        self._line = Line(ASK_SECONDS)
        self._last = Mysql()
        self._answered = float("-inf")
        self._answered_pid = 0

    def mysql(self, members: Mapping[str, Member]) -> Mysql:
        """What it is now; while it has not answered for a moment, what it was."""
        there = self._mysqld.look()
        if there != "active":
            self._line.hang_up()
            return Mysql(state=STARTING if there == "activating" else OFF)
        try:
            self._last = self._ask_twice(members)
        except MysqlError:
            return self._silent()
        self._answered, self._answered_pid = clock.now(), self._mysqld.pid
        return self._last

    def _silent(self) -> Mysql:
        if self._answered_pid != self._mysqld.pid:
            return Mysql(state=STARTING)
        is_hanging = clock.now() - self._answered > HANGS_AFTER
        return replace(self._last, state=HANGING if is_hanging else RUNNING, is_late=True)

    def _ask_twice(self, members: Mapping[str, Member]) -> Mysql:
        """Fencing cuts every connection, this one too: that is no silence."""
        begun = clock.now()
        try:
            return self._ask(members)
        except MysqlError:
            if clock.now() - begun > CUT_WITHIN:
                raise
            return self._ask(members)

    def _ask(self, members: Mapping[str, Member]) -> Mysql:
        (facts,), status, following, replicas = self._line.ask_all(
            FACTS, SEMI_SYNC, "SHOW REPLICA STATUS", "SHOW REPLICAS"
        )
        semi_sync = {str(row["Variable_name"]): str(row["Value"]) for row in status}
        connected = frozenset(str(row["Host"]) for row in replicas)
        mysql = Mysql(
            state=RUNNING,
            uuid=str(facts["uuid"]),
            is_writable=not facts["super_read_only"],
            executed=GtidSet.parse(str(facts["executed"])),
            is_source_on=bool(facts["waits"]),
            is_waiting=waits(facts, semi_sync.get("Rpl_semi_sync_source_status", "")),
            waiters=int(semi_sync.get("Rpl_semi_sync_source_wait_sessions", 0)),
            is_disk_full=is_disk_full(DATA),
            ackers=ackers(connected, int(semi_sync.get("Rpl_semi_sync_source_clients", 0)), members),
        )
        return self._with_replication(mysql, following[0], bool(facts["acks"])) if following else mysql

    def _with_replication(self, mysql: Mysql, row: Row, acks: bool) -> Mysql:
        is_receiving = row["Replica_IO_Running"] != "No"
        host = str(row["Source_Host"])
        return replace(
            mysql,
            retrieved=GtidSet.parse(str(row["Retrieved_Gtid_Set"])),
            source=self._names.get(host, host),
            is_receiving=is_receiving,
            is_connected=row["Replica_IO_Running"] == "Yes",
            is_applying=row["Replica_SQL_Running"] == "Yes",
            # Whether it acknowledges is settled when the IO thread connects; the keeper never sets it in between.
            is_acking=acks and is_receiving,
            lag=None if row["Seconds_Behind_Source"] is None else float(row["Seconds_Behind_Source"]),
            io_error=_error(row, "IO"),
            sql_error=_error(row, "SQL"),
            is_short_of_room=NO_ROOM in (row["Replica_IO_State"], row["Replica_SQL_Running_State"]),
        )


def waits(facts: Row, status: str) -> bool:
    """Whether a COMMIT waits: of one that takes writes, only if for ever, since a wait that ends promises nothing.

    An heir's applier waits for a second (`WAIT_A_SECOND`), which is all that is asked of it.
    """
    is_for_ever = int(str(facts["waits_ms"])) >= FOR_EVER_MS and bool(facts["waits_for_nobody"])
    return bool(facts["waits"]) and status == "ON" and (is_for_ever or bool(facts["super_read_only"]))


def is_disk_full(path: str) -> bool:
    """Whether nothing can be written there, or soon nothing."""
    disk = os.statvfs(path)
    return bool(disk.f_flag & os.ST_RDONLY) or disk.f_bavail * disk.f_frsize < FULL_BELOW


def ackers(connected: frozenset[str], clients: int, members: Mapping[str, Member]) -> frozenset[str]:
    """The members that are connected here, but for those that say that they do not acknowledge.

    MySQL tells who is connected, and of how many semi-synchronous connections, not which those are. A member that is
    gone says nothing any more: its connection counts until it is cut.
    """
    silent = {name for name, member in members.items() if not member.mysql.is_acking}
    return connected - silent if clients else frozenset()


def _error(row: Row, thread: str) -> str:
    number, text = row[f"Last_{thread}_Errno"], row[f"Last_{thread}_Error"]
    return f"{number}: {text}" if number else ""
