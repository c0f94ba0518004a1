"""What a keeper does to its MySQL. Each act is bounded in time, and may be done again after it failed half-way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mainstay_keeper.process import Mysqld
from mainstay_keeper.sql import Line, MysqlError, Row, tell

ACT_SECONDS = 1.5
STOP_SECONDS = 2.5
"""STOP REPLICA hangs behind an applier that waits; MySQL's own limit for it cannot be less than two seconds."""

READ_ONLY = ("SET SESSION lock_wait_timeout = 1", "SET GLOBAL super_read_only = ON")
BOUND_STOPS = "SET GLOBAL rpl_stop_replica_timeout = 2"
CLIENTS = (
    "SELECT id FROM performance_schema.processlist WHERE id <> CONNECTION_ID() AND user <> 'system user'"
    " AND user <> 'event_scheduler' AND command NOT LIKE 'Binlog Dump%' AND command <> 'Daemon'"
)
FED = "SELECT id FROM performance_schema.processlist WHERE command LIKE 'Binlog Dump%%' AND host LIKE %s"
NO_SUCH_THREAD = 1094
FOLLOW = (
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = %s, SOURCE_PORT = 3306, SOURCE_USER = 'replication',"
    " SOURCE_PASSWORD = %s, SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1,"
    " SOURCE_RETRY_COUNT = 10000000, SOURCE_HEARTBEAT_PERIOD = 1"
)
IS_APPLIED = "SELECT GTID_SUBSET(%s, @@GLOBAL.gtid_executed) AS is_so"
WAIT_FOR_EVER = (
    "SET GLOBAL rpl_semi_sync_source_timeout = 31536000000",
    "SET GLOBAL rpl_semi_sync_source_wait_no_replica = ON",
)


class NotYetError(Exception):
    """An act would be wrong now, and is tried again with the next cycle; the text says what for."""


@dataclass(frozen=True)
class LocalMysql:
    """The acts. `addresses` gives a member's address, `password` is the replication account's."""

    mysqld: Mysqld
    addresses: Mapping[str, str]
    password: str

    def fence(self, seconds: float) -> str:
        """Take no writes any more, by the gentlest means that works in this time; says which it was."""
        for before, name in ((None, "read-only"), (self._cut_clients, "read-only, its clients cut")):
            try:
                if before:
                    before()
                tell(min(ACT_SECONDS, seconds / 3), *READ_ONLY)
            except MysqlError:
                continue
            self._cut_clients()
            return name
        self.mysqld.kill()
        return "killed"

    def stop_receiving(self) -> None:
        """When this returns nothing is received, and nothing acknowledged."""
        tell(STOP_SECONDS, BOUND_STOPS, "STOP REPLICA IO_THREAD")

    def follow(self, source: str, is_acking: bool) -> None:
        """Follow a member, acknowledging or not.

        From one source to another, MySQL throws away what was received and not applied: whether it may is decided.
        """
        address = self.addresses[source]
        now = self._replication()
        if now is not None and now["Source_Host"] and now["Source_Host"] != address:
            now = None
        tell(STOP_SECONDS, BOUND_STOPS, "STOP REPLICA IO_THREAD" if now else "STOP REPLICA")
        tell(
            ACT_SECONDS,
            *READ_ONLY,
            "SET GLOBAL rpl_semi_sync_source_enabled = OFF",
            *(() if now else ((FOLLOW, (address, self.password)),)),
            f"SET GLOBAL rpl_semi_sync_replica_enabled = {'ON' if is_acking else 'OFF'}",
            "START REPLICA",
        )

    def start_applying(self) -> None:
        """Have what was received applied."""
        tell(ACT_SECONDS, "START REPLICA SQL_THREAD")

    def cut_off(self, name: str) -> None:
        """End the connection by which a member is fed, alive or not."""
        line = Line(ACT_SECONDS)
        try:
            for row in line.ask(FED, (f"{self.addresses[name]}:%",)):
                _kill(line, int(row["id"]))
        finally:
            line.hang_up()

    def set_waiting(self, is_on: bool) -> None:
        """Whether a COMMIT waits, for ever, for an acknowledgement; switching it off lets those go on that wait."""
        if is_on:
            tell(ACT_SECONDS, *WAIT_FOR_EVER, "SET GLOBAL rpl_semi_sync_source_enabled = ON")
        else:
            tell(ACT_SECONDS, "SET GLOBAL rpl_semi_sync_source_enabled = OFF")

    def open(self, is_waiting: bool, may_still: Callable[[], bool]) -> None:
        """Follow nobody, and take writes; asks `may_still` last of all, when nothing is left but to open.

        Raises:
            NotYetError: something that was received is still to be applied, or it may no longer.
        """
        now = self._replication()
        if now is not None:
            tell(STOP_SECONDS, BOUND_STOPS, "STOP REPLICA IO_THREAD")
            self._ensure_applied(now)
            tell(STOP_SECONDS, "STOP REPLICA", "RESET REPLICA ALL")
        tell(ACT_SECONDS, "SET GLOBAL rpl_semi_sync_replica_enabled = OFF")
        self.set_waiting(is_waiting)
        if not may_still():
            raise NotYetError("the session ended, or the guard does not look, while it was being opened")
        tell(ACT_SECONDS, "SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF")

    def _replication(self) -> Row | None:
        line = Line(ACT_SECONDS)
        try:
            return next(iter(line.ask("SHOW REPLICA STATUS")), None)
        finally:
            line.hang_up()

    def _ensure_applied(self, replication: Row) -> None:
        """What was received is applied, however long that takes; not here, but by the cycles that try again."""
        line = Line(ACT_SECONDS)
        try:
            if not line.ask(IS_APPLIED, (replication["Retrieved_Gtid_Set"],))[0]["is_so"]:
                line.ask("START REPLICA SQL_THREAD")
                raise NotYetError("what it received from the last primary is still being applied")
        finally:
            line.hang_up()

    def _cut_clients(self) -> None:
        line = Line(ACT_SECONDS)
        try:
            for row in line.ask(CLIENTS):
                _kill(line, int(row["id"]))
        except MysqlError:
            return  # the next rung does without
        finally:
            line.hang_up()


def _kill(line: Line, client: int) -> None:
    try:
        line.ask("KILL CONNECTION %s", (client,))
    except MysqlError as error:
        if error.number != NO_SUCH_THREAD:
            raise
