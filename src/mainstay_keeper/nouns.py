"""What a keeper sees, and what it may do about it: plain data, so that deciding is pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.policy import Policy

AUTOMATIC, SWITCHOVER, FAILOVER, REINIT = "automatic", "switchover", "failover", "reinit"
OFF, STARTING, RUNNING, HANGING = "off", "starting", "running", "hanging"
"""A MySQL: no process; a process that does not answer yet; one that answers; one that answered and no longer does."""

NO_SESSION = float("-inf")
"""The deadline of a keeper that knows of no session of its own."""


@dataclass(frozen=True)
class Mysql:
    """The MySQL on this machine.

    uuid: of its data (@@server_uuid). executed, retrieved: GTID sets. source: the name of the member that it is set
    to follow, "" for nobody. is_receiving: its IO thread is not stopped, so it may get, or be getting,
    transactions. is_acking: it acknowledges what it receives. is_waiting: it waits for an acknowledgement before it
    answers a COMMIT. is_source_on: it would, as soon as somebody acknowledges. ackers: the members that are connected
    to it and acknowledge. waiters: how many COMMITs wait now. lag: seconds behind its source, None unknown.
    io_error, sql_error: why a thread stands still, "" if it does not. is_disk_full: it cannot take writes, or soon not.
    is_short_of_room: a thread that receives or applies has met a full disk, and waits. is_late: it did not answer when
    it was asked last, so this is what it said before.
    """

    state: str = OFF
    uuid: str = ""
    is_writable: bool = False
    executed: GtidSet = GtidSet()
    retrieved: GtidSet = GtidSet()
    source: str = ""
    is_receiving: bool = False
    is_connected: bool = False
    is_applying: bool = False
    is_acking: bool = False
    is_waiting: bool = False
    is_source_on: bool = False
    ackers: frozenset[str] = frozenset()
    waiters: int = 0
    lag: float | None = None
    io_error: str = ""
    sql_error: str = ""
    is_disk_full: bool = False
    is_short_of_room: bool = False
    is_late: bool = False

    @property
    def is_running(self) -> bool:
        """Whether it answers."""
        return self.state == RUNNING

    @property
    def received(self) -> GtidSet:
        """All it has, applied or not: after a failover `retrieved` alone is empty."""
        return self.executed | self.retrieved

    @property
    def has_applied(self) -> bool:
        """Whether all that it received is executed, so that nothing is lost when its relay log is."""
        return self.retrieved <= self.executed


@dataclass(frozen=True)
class Member:
    """What a keeper publishes of itself, bound to its session: gone from the store when that has lapsed.

    session: the session's identifier, to which a hand-over binds the leader's key. frozen_for: the epoch of the
    leader for which this member receives nothing any more from any other; 0 if none. can_lead: its MySQL runs.
    revision: at which it said so; the store knows it. heir: to whom this leader is about to hand over, "" to nobody.
    """

    name: str
    address: str
    session: int
    mysql: Mysql
    frozen_for: int = 0
    can_lead: bool = False
    revision: int = 0
    heir: str = ""


@dataclass(frozen=True)
class Leader:
    """Who holds the leader's key; `epoch` is the revision at which it was created or handed over: never used twice.

    session: to which the key is bound. Only the keeper of this very session may act on it: one that was started
    anew has another, and the key will lapse with the old one. handed_by: who gave the key away, and takes no writes
    since before that; "" if it was won.
    """

    name: str
    epoch: int
    session: int
    handed_by: str = ""


@dataclass(frozen=True)
class Sync:
    """Who may be opened for writes: names -> uuid of their data.

    leader: the last that was opened. replicas: who may be promoted, if all of them are heard; nobody if empty.
    joining: who may acknowledge, too, while `replicas` is empty. revision: for compare-and-swap.
    """

    leader: str
    leader_uuid: str
    replicas: Mapping[str, str] = field(default_factory=dict)
    joining: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0

    @property
    def may_acknowledge(self) -> Mapping[str, str]:
        """All who may: whoever is not named here cannot acknowledge a COMMIT of the leader."""
        return {**self.joining, **self.replicas}


@dataclass(frozen=True)
class Request:
    """What an operator asked for: SWITCHOVER, FAILOVER or REINIT, of whom ("" for any), and by which right."""

    kind: str
    to: str = ""
    is_forced: bool = False
    revision: int = 0


@dataclass(frozen=True)
class Cluster:
    """What the store holds, read at one revision: that at which this keeper published itself.

    recent: how many automatic failovers the window holds.
    """

    revision: int = 0
    leader: Leader | None = None
    sync: Sync | None = None
    members: Mapping[str, Member] = field(default_factory=dict)
    request: Request | None = None
    is_paused: bool = False
    recent: int = 0


@dataclass(frozen=True)
class Beginning:
    """When a state that lasts was first observed, and what MySQL had executed by then."""

    at: float
    executed: GtidSet = GtidSet()


@dataclass(frozen=True)
class Observation:
    """All that a decision rests on. Times are seconds of one clock of this machine that never goes back.

    MySQL is observed first, the store read after it. cluster: the store at its last reading; `is_store_heard` is
    whether that was in this cycle. deadline: until when this keeper may hold its session for alive; -inf without one.
    agreed_until: until when all others let a leader go on without the store; `deadline` holds it already.
    promised_until: until then others act on a promise made without the store. since: name of a state that lasts ->
    its beginning (see `lasting.remembered`). primary_at: when a primary was last read to have said anew that it takes
    writes; nothing is decided on that, it is for the history.
    """

    me: str
    now: float
    mysql: Mysql
    cluster: Cluster
    is_store_heard: bool
    deadline: float
    policy: Policy = field(default_factory=Policy)
    since: Mapping[str, Beginning] = field(default_factory=dict)
    agreed_until: float = float("-inf")
    promised_until: float = float("-inf")
    primary_at: float = float("inf")
