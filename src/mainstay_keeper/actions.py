"""What a keeper may do: values that `act` carries out in order, until one fails.

Before each of them `act` looks at the clock: after the deadline only StartMysql, Fence, KillMysql and StopReceiving
are carried out. Every write to the store (Bid, Resign, WriteSync, HandOver, Answer) has one condition more than it
names: that this keeper's member key is still as it was put with the reading that was decided on. So a write whose
outcome is unknown cannot take effect any more once its keeper has read the store again.
"""

from dataclasses import dataclass

from mainstay_keeper.nouns import Sync


@dataclass(frozen=True)
class StartMysql:
    """Have mysqld started, read-only, following nobody by itself."""


@dataclass(frozen=True)
class Fence:
    """Let nobody write here: endpoints closed, read-only, clients cut; if that is not done in time, SIGKILL.

    spares_clients: where read-only is reached in a second nobody is cut: who is in the middle of something is refused.
    """

    why: str
    spares_clients: bool = False


@dataclass(frozen=True)
class KillMysql:
    """SIGKILL mysqld."""

    why: str


@dataclass(frozen=True)
class StopReceiving:
    """Stop the IO thread: nothing is received, nothing acknowledged, when this has returned."""


@dataclass(frozen=True)
class StartApplying:
    """Have the applier run on what was received; nothing is received by that."""


@dataclass(frozen=True)
class Follow:
    """Follow the leader by GTID, acknowledging or not, and have both threads run.

    What was received and not applied is kept if the source stays the same, and dropped if it is another.
    """

    source: str
    is_acking: bool


@dataclass(frozen=True)
class SetWaiting:
    """Wait, or do not wait, for an acknowledgement before a COMMIT is answered."""

    is_on: bool


@dataclass(frozen=True)
class Warm:
    """Be ready to wait once it is opened; until then a wait is bounded by MySQL itself, and only for who is there."""


@dataclass(frozen=True)
class Circle:
    """While being primary receive from the heir, and acknowledge, and apply nothing."""

    heir: str


@dataclass(frozen=True)
class LeaveCircle:
    """Receive from nobody, as a primary does."""


@dataclass(frozen=True)
class CutOff:
    """Kill the connection by which a member that has no right to acknowledge is fed."""

    name: str


@dataclass(frozen=True)
class Open:
    """Receive nothing more, wait for acknowledgements or not, and only then take writes; then follow nobody.

    is_source_fenced: whoever is followed takes no writes any more, so there is nothing more to receive, and nobody
    who could be acknowledged to. It is followed on for now: to leave it takes longer than all else together.
    """

    is_waiting: bool
    is_source_fenced: bool = False


@dataclass(frozen=True)
class Bid:
    """Take the leader's key, if nobody has it and the sync set is as it was read."""

    sync_revision: int


@dataclass(frozen=True)
class Resign:
    """Give the leader's key up, if it is ours."""

    epoch: int
    why: str


@dataclass(frozen=True)
class Answer:
    """Take the operator's request away, with a sentence on what became of it, and whether that was refused."""

    revision: int
    sentence: str
    is_refused: bool = False


@dataclass(frozen=True)
class WriteSync:
    """Replace the sync set, if it is as it was read and the leader's key is ours of this epoch.

    gone: members whose keys must be absent at that very moment. answer: written in the same transaction. A result
    that cannot be told is a failure: nothing is opened on it.
    """

    sync: Sync
    epoch: int
    is_takeover: bool = False
    gone: frozenset[str] = frozenset()
    answer: Answer | None = None


@dataclass(frozen=True)
class Meet:
    """Have a connection to a member's keeper ready, if that can be, so that what is asked next takes no time."""

    name: str


@dataclass(frozen=True)
class AwaitApplied:
    """Ask a member directly until it has applied all that is executed here, and no COMMIT waits here any more.

    Fails when `seconds` have passed.
    """

    name: str
    seconds: float


@dataclass(frozen=True)
class HandOver:
    """In one transaction: the leader's key to `to`, bound to its session, and the sync set to what is given.

    Only if the key is ours by name and of this epoch, and the sync set as it was read. `to` may be this keeper itself,
    whose key is still bound to a session it had before. answer: written in the same transaction.
    """

    to: str
    session: int
    sync: Sync
    epoch: int
    answer: Answer | None = None


@dataclass(frozen=True)
class Rebuild:
    """Put this machine's data aside, with the transactions nobody else has written out, and clone the donor's."""

    donor: str
    why: str


Action = (
    StartMysql | Fence | KillMysql | StopReceiving | StartApplying | Follow | SetWaiting | CutOff | Open
    | Warm | Circle | LeaveCircle
    | Bid | Resign | WriteSync | Meet | AwaitApplied | HandOver | Rebuild | Answer
)  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What is to be done, in this order, and what is going on in one sentence."""

    actions: tuple[Action, ...]
    sentence: str
