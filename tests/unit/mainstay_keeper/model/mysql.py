"""A MySQL as far as a promise can depend on it: a binlog, a relay log, semi-synchronous waiting, crashes.

A transaction is (uuid of its writer, number). A COMMIT goes through the binlog, then waits for an acknowledgement if
waiting was on when it got there (AFTER_SYNC), then is executed and visible, then its client is told.
"""

from dataclasses import dataclass, field, replace

from mainstay_keeper.actions import Open
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.nouns import OFF, RUNNING, Mysql

Gtid = tuple[str, int]


@dataclass
class Commit:
    """A COMMIT on its way: has it to wait, has it a client who listens, when did it begin."""

    gtid: Gtid
    must_wait: bool
    began: float
    has_client: bool = True


@dataclass
class Connection:
    """A replica's connection as its source sees it; `acked` are acknowledgements sent and not yet arrived."""

    source: "Server"
    replica: "Server"
    is_acking: bool
    is_alive: bool = True
    acked: list[Gtid] = field(default_factory=list)


@dataclass(eq=False)
class Server:
    """One mysqld with its data. `acknowledged` is the ledger of all clients, shared by all servers."""

    name: str
    uuid: str
    acknowledged: list[Gtid]
    is_running: bool = True
    is_writable: bool = False
    is_waiting: bool = False
    binlog: list[Gtid] = field(default_factory=list)
    executed: GtidSet = GtidSet()
    relay: list[Gtid] = field(default_factory=list)
    under_way: list[Commit] = field(default_factory=list)
    source: str = ""
    is_receiving: bool = False
    is_acking: bool = False
    is_applying: bool = False
    is_source_on: bool = False
    upstream: Connection | None = None
    downstream: list[Connection] = field(default_factory=list)
    written: int = 0

    # What the keeper does to it.

    def kill(self) -> None:
        """SIGKILL, or a power cut: when it starts, all of the binlog is executed, acknowledged or not."""
        self.is_running = self.is_writable = self.is_waiting = self.is_source_on = False
        self.is_receiving = self.is_acking = self.is_applying = False
        for connection in (*self.downstream, *filter(None, [self.upstream])):
            connection.is_alive = False
        self.downstream, self.upstream = [], None
        for commit in self.under_way:
            self.executed |= of(commit.gtid)
        self.under_way = []

    def stop_gracefully(self) -> None:
        """What systemctl stop does: those who wait are told OK."""
        self._release()
        self.kill()

    def read_only(self) -> None:
        self.is_writable = False
        for commit in self.under_way:
            commit.has_client = False

    def set_waiting(self, is_on: bool) -> None:
        self.is_waiting = self.is_source_on = is_on
        if not is_on:
            self._release()

    def open(self, action: Open, asks_first: bool = True) -> bool:
        """Refused while something that was received is not applied; what it has begun is left so."""
        if not action.is_source_fenced:
            self.stop_receiving()
        if asks_first and any(not of(gtid) <= self.executed for gtid in self.relay):
            self.is_applying = True
            return False
        if not action.is_source_fenced:
            self.leave_circle()
        self.is_waiting = self.is_source_on = action.is_waiting
        self.is_writable = True
        return True

    def warm(self) -> None:
        self.is_source_on = True

    def circle(self, heir: str) -> None:
        self.stop_receiving()
        self.source, self.relay = heir, []
        self.is_receiving = self.is_acking = True

    def leave_circle(self) -> None:
        self.stop_receiving()
        self.source, self.relay, self.is_applying = "", [], False

    def stop_receiving(self) -> None:
        self.is_receiving = self.is_acking = False
        if self.upstream is not None:
            self.upstream.is_alive = False
            self.upstream = None

    def follow(self, source: str, is_acking: bool) -> None:
        self.stop_receiving()
        if source != self.source:
            self.source, self.relay = source, []
        self.is_receiving, self.is_acking, self.is_applying = True, is_acking, True
        self.is_source_on = self.is_waiting = False

    def cut_off(self, name: str) -> None:
        for connection in self.downstream:
            if connection.replica.name == name:
                connection.is_alive = False

    def become(self, uuid: str, donor: "Server | None") -> None:
        """Other data: a clone of the donor's, or nothing."""
        self.kill()
        self.uuid, self.source, self.relay, self.written = uuid, "", [], 0
        self.executed = donor.executed if donor else GtidSet()
        self.binlog = [gtid for gtid in donor.binlog if of(gtid) <= donor.executed] if donor else []

    # What goes on by itself.

    def write(self, now: float) -> None:
        if not (self.is_running and self.is_writable):
            return
        self.written += 1
        gtid = (self.uuid, self.written)
        self.binlog.append(gtid)
        self.under_way.append(Commit(gtid, self.is_waiting, now))

    def end_unwaited(self, began_before: float) -> None:
        """COMMITs that need not wait end; those that began longer ago than that have ended for certain."""
        while self.under_way and not self.under_way[0].must_wait and self.under_way[0].began <= began_before:
            self._end(self.under_way.pop(0))

    def _release(self) -> None:
        while self.under_way:
            self._end(self.under_way.pop(0))

    def _end(self, commit: Commit) -> None:
        self.executed |= of(commit.gtid)
        if commit.has_client:
            self.acknowledged.append(commit.gtid)

    def connect(self, source: "Server") -> None:
        """Connect to the source: an earlier connection of this replica ends there."""
        source.cut_off(self.name)
        self.upstream = Connection(source, self, self.is_acking)
        source.downstream.append(self.upstream)

    def receive(self, most: int = 1_000) -> None:
        """Get what is missing, in the order of the source's binlog; send an acknowledgement for it."""
        connection = self.upstream
        if connection is None or not connection.is_alive:
            return
        has = self._has()
        missing = [gtid for gtid in connection.source.binlog if not of(gtid) <= has][:most]
        self.relay += missing
        if connection.is_acking and (missing or connection.source.under_way):
            connection.acked += connection.source.binlog[: self._position(connection.source)][-1:]

    def _has(self) -> GtidSet:
        """What it does not need to be sent: also its own, though nobody has acknowledged it yet."""
        has = self.received()
        for commit in self.under_way:
            has |= of(commit.gtid)
        return has

    def _position(self, source: "Server") -> int:
        has = self._has()
        count = len(source.binlog)
        while count and not of(source.binlog[count - 1]) <= has:
            count -= 1
        return count

    def hear(self) -> None:
        """Take the acknowledgements that have arrived: they hold for all that is before them in the binlog."""
        self.downstream = [connection for connection in self.downstream if connection.is_alive]
        for connection in self.downstream:
            for gtid in connection.acked:
                self._acknowledge(gtid)
            connection.acked = []

    def _acknowledge(self, gtid: Gtid) -> None:
        position = self.binlog.index(gtid)
        while self.under_way and self.binlog.index(self.under_way[0].gtid) <= position:
            self._end(self.under_way.pop(0))

    def apply(self, most: int = 1_000) -> None:
        if not (self.is_running and self.is_applying):
            return
        for gtid in self.relay[:most]:
            if not of(gtid) <= self.executed:
                self.binlog.append(gtid)
                self.executed |= of(gtid)
        self.relay = self.relay[most:]

    def received(self) -> GtidSet:
        has = self.executed
        for gtid in self.relay:
            has |= of(gtid)
        return has

    def seen(self) -> Mysql:
        """What its keeper observes."""
        if not self.is_running:
            return Mysql(OFF)
        retrieved = GtidSet()
        for gtid in self.relay:
            retrieved |= of(gtid)
        live = [connection for connection in self.downstream if connection.is_alive and connection.is_acking]
        return replace(
            Mysql(RUNNING, self.uuid, self.is_writable, self.executed, retrieved, self.source),
            is_receiving=self.is_receiving,
            is_connected=self.upstream is not None and self.upstream.is_alive,
            is_applying=self.is_applying,
            is_acking=self.is_acking,
            is_waiting=self.is_waiting or (self.is_source_on and bool(live)),
            is_source_on=self.is_source_on,
            ackers=frozenset(connection.replica.name for connection in live),
            waiters=sum(commit.must_wait for commit in self.under_way),
            lag=0.0 if self.is_receiving else None,
        )


def of(gtid: Gtid) -> GtidSet:
    """The set of one."""
    uuid, number = gtid
    return GtidSet(((uuid, ((number, number),)),))
