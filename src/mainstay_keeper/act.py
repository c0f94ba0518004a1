"""Carries a decision out, one action after the other, and stops at the first that fails: the next cycle looks again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from mainstay_keeper import clock
from mainstay_keeper.actions import (
    Action,
    Answer,
    AwaitApplied,
    Bid,
    Circle,
    CutOff,
    Decision,
    Fence,
    Follow,
    HandOver,
    KillMysql,
    LeaveCircle,
    Meet,
    Open,
    Rebuild,
    Resign,
    SetWaiting,
    StartApplying,
    StartMysql,
    StopReceiving,
    Warm,
    WriteSync,
)
from mainstay_keeper.failsafe import Failsafe
from mainstay_keeper.keys import Turn
from mainstay_keeper.mysql import NotYetError
from mainstay_keeper.nouns import NO_SESSION, Observation
from mainstay_keeper.register import Register
from mainstay_keeper.sql import MysqlError
from mainstay_keeper.store import StoreError

AFTER_THE_DEADLINE = (StartMysql, Fence, KillMysql, StopReceiving)
"""What does no harm without a session. All else is done only while one is alive."""


SPARING_SECONDS = 1.2
"""A COMMIT under way takes milliseconds, on a busy machine tenths of a second. MySQL is told to wait for a second."""


class RefusedError(Exception):
    """The store no longer stands as it was read: somebody else was faster."""


class Watched(Protocol):
    """What sees to it that mysqld does not outlive its right to write and acknowledge."""

    def arm(self, seen: Observation) -> None:
        """From now on mysqld is killed when the deadline passes."""

    def mind(self, seen: Observation) -> None:
        """Armed as long as mysqld writes or acknowledges, with the deadline that is known now; else not."""

    def prolong(self, seen: Observation) -> None:
        """If it is armed for this mysqld, its deadline is a later one."""

    def may_open(self, seen: Observation) -> bool:
        """Whether the deadline has not passed and the guard looks."""


class Process(Protocol):
    """The process of mysqld: see `process.Mysqld`."""

    @property
    def handle(self) -> int | None:
        """Readable once it has ended."""

    def start(self) -> None:
        """Ask for it."""

    def kill(self) -> None:
        """SIGKILL."""


class Acts(Protocol):
    """What is done to MySQL: see `mysql.LocalMysql`."""

    def turn_read_only(self, seconds: float) -> bool:
        """Take no writes any more, if that works in this time without cutting anybody off."""

    def fence(self, seconds: float) -> str:
        """Take no writes any more, by the gentlest means that works in this time."""

    def stop_receiving(self) -> None:
        """Nothing is received when this returns."""

    def start_applying(self) -> None:
        """Have what was received applied."""

    def follow(self, source: str, is_acking: bool) -> None:
        """Follow a member."""

    def cut_off(self, name: str) -> None:
        """End the connection by which a member is fed."""

    def set_waiting(self, is_on: bool) -> None:
        """Whether a COMMIT waits."""

    def warm(self) -> None:
        """Be ready to wait once it is opened."""

    def circle(self, heir: str) -> None:
        """Follow the heir while being primary."""

    def leave_circle(self) -> None:
        """Follow nobody."""

    def open(self, action: Open, may_still: Callable[[], bool]) -> None:
        """Take writes."""


class Peers(Protocol):
    """The other keepers: see `peers.Peers`."""

    def meet(self, name: str) -> None:
        """Have a connection to one, if that can be."""

    def await_applied(self, action: AwaitApplied, seen: Observation) -> bool:
        """Whether it has applied in time all that is executed here."""


@dataclass(frozen=True)
class Hands:
    """All that a cycle reaches. `rebuild` begins beside the cycle.

    route: tell the router of this machine who takes writes.
    """

    mysqld: Process
    mysql: Acts
    register: Register
    watched: Watched
    peers: Peers
    rebuild: Callable[[Rebuild, Observation], None]
    close: Callable[[], None]
    failsafe: Failsafe
    route: Callable[[str], None]


def carry_out(decision: Decision, seen: Observation, hands: Hands) -> str:
    """Do it; gives why it stopped, "" if all was done."""
    for action in decision.actions:
        if clock.now() >= seen.deadline and not isinstance(action, AFTER_THE_DEADLINE):
            return f"{type(action).__name__}: the session's time is over"
        try:
            _carry_out(action, seen, hands)
        except (MysqlError, StoreError, NotYetError, RefusedError, OSError) as error:
            return f"{type(action).__name__}: {str(error) or type(error).__name__}"
    return ""


def _carry_out(action: Action, seen: Observation, hands: Hands) -> None:
    match action:
        case StartMysql() | KillMysql() | Fence():
            _start_or_end(action, seen, hands)
        case Open() | Follow() | StopReceiving() | StartApplying() | SetWaiting() | CutOff():
            _turn_mysql(action, seen, hands)
        case Warm() | Circle() | LeaveCircle() | Meet() | Rebuild():
            _prepare(action, seen, hands)
        case Bid() | Resign() | WriteSync() | HandOver() | Answer():
            if not _write(action, seen, hands.register):
                raise RefusedError("the store has changed meanwhile")
        case AwaitApplied():
            if not hands.peers.await_applied(action, seen):
                raise NotYetError(f"{action.name} has not applied all in {action.seconds:g} s")


def _start_or_end(action: StartMysql | KillMysql | Fence, seen: Observation, hands: Hands) -> None:
    """Before clients are cut off, nobody is told any more that writes are taken: they would come back at once.

    Where nobody is to be cut off it is the other way round, as routers would do so while COMMITs are waited for.
    """
    match action:
        case StartMysql():
            hands.mysqld.start()
        case KillMysql():
            hands.close()
            hands.mysqld.kill()
        case Fence():
            has_spared = action.spares_clients and hands.mysql.turn_read_only(_time_to_spare(seen))
            hands.close()
            if not has_spared:
                hands.mysql.fence(_time_to_fence(seen))


def _time_to_fence(seen: Observation) -> float:
    """In seconds. A keeper that was started anew may know of no session: its predecessor's deadline has the guard."""
    has_one = seen.deadline != NO_SESSION
    return min(seen.policy.fence, max(0.0, seen.deadline - clock.now())) if has_one else seen.policy.fence


def _time_to_spare(seen: Observation) -> float:
    """In seconds: what a fence of full length leaves of the session, and not for long, since writes stand still."""
    return max(0.1, min(SPARING_SECONDS, seen.deadline - clock.now() - seen.policy.fence))


def _turn_mysql(
    action: Open | Follow | StopReceiving | StartApplying | SetWaiting | CutOff, seen: Observation, hands: Hands
) -> None:
    """Whatever lets mysqld write or acknowledge is done with the guard armed before it."""
    match action:
        case Open():
            hands.watched.arm(seen)
            hands.mysql.open(action, lambda: hands.watched.may_open(seen))
        case Follow():
            if action.is_acking:
                hands.watched.arm(seen)
            hands.mysql.follow(action.source, action.is_acking)
        case StopReceiving():
            hands.mysql.stop_receiving()
        case StartApplying():
            hands.mysql.start_applying()
        case SetWaiting():
            hands.mysql.set_waiting(action.is_on)
        case CutOff():
            hands.mysql.cut_off(action.name)


def _prepare(action: Warm | Circle | LeaveCircle | Meet | Rebuild, seen: Observation, hands: Hands) -> None:
    """A leader acknowledges to its heir with the guard armed already: it writes."""
    match action:
        case Warm():
            hands.mysql.warm()
        case Circle():
            hands.mysql.circle(action.heir)
        case LeaveCircle():
            hands.mysql.leave_circle()
        case Meet():
            hands.peers.meet(action.name)
        case Rebuild():
            hands.rebuild(action, seen)


def _write(action: Bid | Resign | WriteSync | HandOver | Answer, seen: Observation, register: Register) -> bool:
    match action:
        case Bid():
            return register.bid(seen.me, seen.cluster.members[seen.me].session, action.sync_revision)
        case Resign():
            return register.resign(action.epoch)
        case WriteSync():
            if action.is_takeover:
                turn = _turn(seen, seen.me, "failover asked for" if action.answer else "the last primary was lost")
                return register.take_over(action, turn, seen.policy.window)
            return register.write_sync(action)
        case HandOver():
            is_another = action.to != seen.me
            return register.hand_over(action, _turn(seen, action.to, "switchover") if is_another else None)
        case Answer():
            return register.answer(action)


def _turn(seen: Observation, to: str, why: str) -> Turn:
    leaving = seen.cluster.sync.leader if seen.cluster.sync else ""
    when = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Turn(when, leaving, to, why, str(seen.mysql.executed), _seconds_without(seen))


def _seconds_without(seen: Observation) -> float | None:
    """How long there has been no primary: since it was told to stop here, or since another's last word was read here.

    Right to about a second: it speaks once a second, and is read once a second.
    """
    begun = seen.now if seen.mysql.is_writable else seen.primary_at
    return round(clock.now() - begun, 3) if begun <= seen.now else None
