"""Goes on without the store while every other keeper agrees (hazard 10), and agrees when another asks.

A primary whose store is away would have to stop when its session's time is over, though all databases are well. So its
keeper asks all others: *I lead, of epoch e; may I go on for `ttl`?* As long as all of them say yes, it goes on.

Who says yes gives up, for a while, what would make it wrong: it does not bid for the asker's `ttl`. It also goes on
acknowledging for `ttl - margin`, as it would with a session (the shorter of the two's `ttl`). The asker's own time is
`ttl - margin` from before it asked, so it ends before the first of those promises does. Why nobody else can be opened
meanwhile:

- *All are asked who could be.* Only those whom the record names can be promoted, and only the leader changes the
  record. A change of its own whose outcome it does not know can only have added a member whose key it had read.
- *Yes means: what I read last says so, too.* Whoever has read that nobody, or another, leads says no. Its own earlier
  bids can take effect no more, since it has read after them.
- *Who hears the store says no.* It is not away, then: the asker was cut off alone, and another is to take its place
  as soon as ever. (This keeps no promise, and costs none.)
- *Agreeing and reading exclude each other.* A reading decided on before the promise finds it; a promise after it is
  refused if the reading says otherwise.
- *No yes is late.* The times count from the clock of the one that is asked, read just before: an answer that comes
  from a machine that was frozen in between grants a right that is over.
- *A keeper that is started anew may have promised.* So it does not bid for the longest `ttl` that anybody may have.

Nobody is counted out of the sync set while it may go on acknowledging in this way: the asker, too, remembers a promise.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from mainstay_keeper import clock, view
from mainstay_keeper.nouns import Cluster, Leader, Observation
from mainstay_keeper.policy import LONGEST_TTL, Policy

NEVER = float("-inf")


@dataclass(frozen=True)
class Question:
    """May this leader, of this epoch, go on for `seconds` from `at`, the time by the clock of the one that is asked?"""

    leader: str
    epoch: int
    at: float
    seconds: float


@dataclass(frozen=True)
class Right:
    """Until when a session may be held for alive without the store, and until when nobody may bid for that."""

    until: float
    promised_until: float


class Asks(Protocol):
    """How another keeper is asked: see `peers.Peers`."""

    def time_at(self, name: str) -> float | None:
        """What its clock says; None without an answer."""

    def agrees(self, name: str, question: Question) -> bool:
        """Whether it says yes."""


class Failsafe:
    """Both sides of it; its methods may be called from any thread.

    prolonged: is told of a right that ends later, as the cycle may be waiting for the store.
    """

    def __init__(
        self,
        policy: Policy,
        peers: Asks,
        now: Callable[[], float] = clock.now,
        prolonged: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._policy = policy
        self._peers = peers
        self._now = now
        self._prolonged = prolonged
        self._lock = threading.Lock()
        self._leader: Leader | None = None
        self._read_at = NEVER
        self._until = NEVER
        self._promised_until = now() + LONGEST_TTL

    def note(self, cluster: Cluster | None) -> Right:
        """What was read (None: nothing); gives what was agreed on, which holds as long as no other leader is read."""
        with self._lock:
            if cluster is not None:
                self._until = self._until if cluster.leader == self._leader else NEVER
                self._leader, self._read_at = cluster.leader, self._now()
            return Right(self._until, self._promised_until)

    def agree(self, question: Question) -> bool:
        """Say yes, and keep to it; or no."""
        with self._lock:
            leader = self._leader
            is_so = leader is not None and (leader.name, leader.epoch) == (question.leader, question.epoch)
            is_silent = self._now() - self._read_at >= self._policy.hearing
            is_sound = question.at <= self._now() and question.seconds <= LONGEST_TTL
            if not (is_so and is_silent and is_sound):
                return False
            seconds = min(question.seconds, self._policy.ttl)
            self._promised_until = max(self._promised_until, question.at + question.seconds)
            self._until = max(self._until, question.at + seconds - self._policy.margin)
        self._prolonged(self._until)
        return True

    def ask(self, seen: Observation) -> bool:
        """If this keeper leads and has read nothing for a while, ask all others; whether they all said yes."""
        leader, begun = self._leader, self._now()
        if leader is None or not self._must_ask(seen, leader, begun):
            return False
        names = sorted({*seen.cluster.members, *view.sync_of(seen).may_acknowledge} - {seen.me})
        with ThreadPoolExecutor(max(1, len(names))) as pool:
            if not all(pool.map(lambda name: self._is_agreed(name, leader), names)):
                return False
        with self._lock:
            if self._leader != leader:
                return False
            self._until = max(self._until, begun + self._policy.ttl - self._policy.margin)
        self._prolonged(self._until)
        return True

    def _must_ask(self, seen: Observation, leader: Leader, now: float) -> bool:
        is_primary = view.is_mine(seen) and view.is_last_leader(seen) and seen.mysql.is_writable
        return is_primary and leader == seen.cluster.leader and now - self._read_at > self._policy.silence

    def _is_agreed(self, name: str, leader: Leader) -> bool:
        at = self._peers.time_at(name)
        if at is None:
            return False
        with self._lock:  # before it can have promised anything
            self._promised_until = max(self._promised_until, self._now() + self._policy.ttl)
        return self._peers.agrees(name, Question(leader.name, leader.epoch, at, self._policy.ttl))
