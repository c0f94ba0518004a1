"""What a keeper does to its MySQL. Each act is bounded in time, and may be done again after it failed half-way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mainstay_keeper.actions import Open
from mainstay_keeper.process import Mysqld
from mainstay_keeper.sql import Line, MysqlError, Row, tell

ACT_SECONDS = 1.5
STOP_SECONDS = 2.5
"""STOP REPLICA hangs behind an applier that waits; MySQL's own limit for it cannot be less than two seconds."""

WRITABLE = "SET GLOBAL read_only = OFF"
"""Ends `super_read_only`, too."""

READ_ONLY = ("SET SESSION lock_wait_timeout = 1", "SET GLOBAL super_read_only = ON")
BOUND_STOPS = "SET GLOBAL rpl_stop_replica_timeout = 2"
CLIENTS = (
    "SELECT id FROM performance_schema.processlist WHERE id <> CONNECTION_ID() AND user <> 'system user'"
    " AND user <> 'event_scheduler' AND command NOT LIKE 'Binlog Dump%' AND command <> 'Daemon'"
)
FED = "SELECT id FROM performance_schema.processlist WHERE command LIKE 'Binlog Dump%%' AND host LIKE %s"
NO_SUCH_THREAD = 1094
AUTHORITY = "/etc/mysql/mainstay-authority.pem"
"""By which a source is known; whoever writes the settings puts it there."""

FOLLOW = (
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = %s, SOURCE_PORT = 3306, SOURCE_USER = 'replication',"
    f" SOURCE_PASSWORD = %s, SOURCE_SSL = 1, SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_SSL_CA = '{AUTHORITY}',"
    " SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1,"
    " SOURCE_RETRY_COUNT = 10000000, SOURCE_HEARTBEAT_PERIOD = 1"
)
IS_APPLIED = "SELECT GTID_SUBSET(%s, @@GLOBAL.gtid_executed) AS is_so"
FOR_EVER_MS = 31_536_000_000
"""A year: MySQL has no longer word for it."""

WAIT_FOR_EVER = (
    f"SET GLOBAL rpl_semi_sync_source_timeout = {FOR_EVER_MS}",
    "SET GLOBAL rpl_semi_sync_source_wait_no_replica = ON",
)
SOURCE_ON, SOURCE_OFF = (f"SET GLOBAL rpl_semi_sync_source_enabled = {word}" for word in ("ON", "OFF"))
WAIT_A_SECOND = (
    "SET GLOBAL rpl_semi_sync_source_timeout = 1000",
    "SET GLOBAL rpl_semi_sync_source_wait_no_replica = OFF",
)
"""An heir's applier: MySQL itself ends a wait that lasts, and begins none while nobody is connected."""

WAITS = "SHOW GLOBAL STATUS LIKE 'Rpl\\_semi\\_sync\\_source\\_status'"
ACK_NOTHING = "SET GLOBAL rpl_semi_sync_replica_enabled = OFF"
LEAVE = ("STOP REPLICA", "RESET REPLICA ALL", ACK_NOTHING)


class NotYetError(Exception):
    """An act would be wrong now, and is tried again with the next cycle; the text says what for."""


@dataclass(frozen=True)
class LocalMysql:
    """The acts. `addresses` gives a member's address, `password` is the replication account's."""

    mysqld: Mysqld
    addresses: Mapping[str, str]
    password: str
    _opening: Line = field(default_factory=lambda: Line(STOP_SECONDS), init=False)
    """An heir's is there before it is needed."""

    def turn_read_only(self, seconds: float) -> bool:
        """Take no writes any more, once the COMMITs that wait have ended; whether they did in this time.

        Nobody is cut off. Clients learn it by their next write: it is refused.
        """
        try:
            tell(seconds, *READ_ONLY)
        except MysqlError:
            return False
        return True

    def fence(self, seconds: float) -> str:
        """Take no writes any more, by the gentlest means that works in this time; says which it was."""
        gently = ((None, "read-only"), (self._cut_clients, "read-only, its clients cut"))
        for before, name in gently if seconds > 0 else ():
            if before:
                before()
            if self.turn_read_only(min(ACT_SECONDS, seconds / 3)):
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
        It acknowledges first: to switch a source plugin off takes up to a second, until its thread looks up from its
        connections; and as long as it is on, the applier would wait for replicas that are gone.
        """
        address = self.addresses[source]
        now = self._replication()
        if now is not None and now["Source_Host"] and now["Source_Host"] != address:
            now = None
        tell(STOP_SECONDS, BOUND_STOPS, "STOP REPLICA IO_THREAD" if now else "STOP REPLICA")
        tell(
            ACT_SECONDS,
            *READ_ONLY,
            *(() if now else ((FOLLOW, (address, self.password)),)),
            f"SET GLOBAL rpl_semi_sync_replica_enabled = {'ON' if is_acking else 'OFF'}",
            "START REPLICA IO_THREAD",
            SOURCE_OFF,
            "START REPLICA SQL_THREAD",
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
        line = Line(ACT_SECONDS)
        try:
            _set_waiting(line, is_on)
        finally:
            line.hang_up()

    def warm(self) -> None:
        """As an heir: be ready for acknowledgements, with waits that end by themselves."""
        self._opening.hang_up()
        self._opening.ask_all(*WAIT_A_SECOND, SOURCE_ON)

    def circle(self, heir: str) -> None:
        """As a primary: receive from the heir and acknowledge, apply nothing."""
        change = (FOLLOW, (self.addresses[heir], self.password))
        start = ("SET GLOBAL rpl_semi_sync_replica_enabled = ON", "START REPLICA IO_THREAD")
        tell(STOP_SECONDS, BOUND_STOPS, "STOP REPLICA", change, *start)

    def leave_circle(self) -> None:
        """As a primary: receive from nobody."""
        tell(STOP_SECONDS, BOUND_STOPS, *LEAVE)

    def open(self, action: Open, may_still: Callable[[], bool]) -> None:
        """Take writes; asks `may_still` last of all, when nothing is left but to open.

        What only costs time comes when writes go on: to follow nobody any more, or where the source is fenced, nothing
        (`leave_circle` is asked for later).

        Raises:
            NotYetError: something that was received is still to be applied, or it may no longer.
        """
        line = self._opening
        try:
            is_following = _ensure_applied(line, action.is_source_fenced)
            _set_waiting(line, action.is_waiting)
            if not may_still():
                raise NotYetError("the session ended, or the guard does not look, while it was being opened")
            line.ask(WRITABLE)
            if not action.is_source_fenced:
                line.ask_all(*((BOUND_STOPS, *LEAVE) if is_following else (ACK_NOTHING,)))
        finally:
            line.hang_up()

    def _replication(self) -> Row | None:
        line = Line(ACT_SECONDS)
        try:
            return next(iter(line.ask("SHOW REPLICA STATUS")), None)
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


def _ensure_applied(line: Line, is_source_fenced: bool) -> bool:
    """Once what was received is applied, however long that takes; not here, but by the cycles that try again.

    Gives whether it follows anybody, though from one that is not fenced it receives nothing more.
    """
    replication = next(iter(line.ask("SHOW REPLICA STATUS")), None)
    if replication is None:
        return False
    if not is_source_fenced:
        for statement in (BOUND_STOPS, "STOP REPLICA IO_THREAD"):
            line.ask(statement)
        replication = next(iter(line.ask("SHOW REPLICA STATUS")), replication)
    if not line.ask(IS_APPLIED, (replication["Retrieved_Gtid_Set"],))[0]["is_so"]:
        line.ask("START REPLICA SQL_THREAD")
        raise NotYetError("what it received from the last primary is still being applied")
    return True


def _set_waiting(line: Line, is_on: bool) -> None:
    """An heir's plugin is on already and may have given up waiting: if it does not take it up again, it begins anew."""
    if not is_on:
        line.ask(SOURCE_OFF)
    elif line.ask_all(*WAIT_FOR_EVER, SOURCE_ON, WAITS)[-1][0]["Value"] != "ON":
        line.ask_all(SOURCE_OFF, SOURCE_ON)


def _kill(line: Line, client: int) -> None:
    try:
        line.ask("KILL CONNECTION %s", (client,))
    except MysqlError as error:
        if error.number != NO_SUCH_THREAD:
            raise
