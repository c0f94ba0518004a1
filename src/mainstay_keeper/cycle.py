"""The keeper's cycle: look, renew and read, decide, act; twice a second, and at once when something happens."""

import os
import re
import select
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from mainstay_keeper import clock, lasting, view, warm
from mainstay_keeper.act import Hands, carry_out
from mainstay_keeper.actions import Decision
from mainstay_keeper.decide import decide
from mainstay_keeper.nouns import NO_SESSION, Cluster, Member, Mysql, Observation
from mainstay_keeper.policy import UNHEARD, Policy
from mainstay_keeper.store import StoreError

AT_ONCE = 0.01
MOST_AT_ONCE = 60
"""What was done shows at the next look; so that one follows, but a cycle that does the same for ever slows down."""

NEVER = float("-inf")
A_MOMENT = 0.1
"""A session is not renewed again so soon: when cycles follow each other something is under way that is in a hurry."""

NUMBERS = re.compile(r"\d+")
"""A lag that is another each second is no news."""


@dataclass(frozen=True)
class Told:
    """What a cycle saw and said, for whoever asks; `is_closed` from the moment at which it began to fence."""

    seen: Observation
    sentence: str
    is_closed: bool = False


class Bell:
    """Ends the wait between two cycles, from any thread."""

    def __init__(self) -> None:
        self.handle = os.eventfd(0, os.EFD_NONBLOCK)

    def ring(self) -> None:
        """The next cycle begins at once."""
        os.eventfd_write(self.handle, 1)

    def wait(self, seconds: float, also: int | None) -> None:
        """Until somebody rings, `also` is readable, or the time is over."""
        ready, _, _ = select.select([self.handle, *([also] if also is not None else [])], [], [], seconds)
        if self.handle in ready:
            os.eventfd_read(self.handle)


class Eyes(Protocol):
    """What sees MySQL: see `look.Look`."""

    def mysql(self, members: Mapping[str, Member]) -> Mysql:
        """How it stands now."""


@dataclass(frozen=True)
class Self:
    """Who a keeper is."""

    name: str
    address: str
    policy: Policy


class Cycle:
    """Holds the session and what was last seen; everything that is decided is decided elsewhere, and is pure."""

    def __init__(
        self,
        me: Self,
        look: Eyes,
        hands: Hands,
        bell: Bell,
        say: Callable[[str], None],
        is_rebuilding: Callable[[], bool],
    ) -> None:
        self._me = me
        self._is_rebuilding = is_rebuilding
        self._look = look
        self._hands = hands
        self._bell = bell
        self._say = say
        self._session = 0
        self._length = 0.0
        self._renewed_at = NEVER
        self._is_first_word = False
        self._deadline = NO_SESSION
        self._in_a_row = 0
        self._said = ""
        self._telling = threading.Lock()
        self.told = Told(Observation(me.name, clock.now(), Mysql(), Cluster(), False, NO_SESSION, me.policy), "")

    def run_once(self) -> None:
        """One cycle, and what came of it."""
        seen = self._observe()
        decision = Decision((), "Is being made anew.") if self._is_rebuilding() else decide(seen)
        with self._telling:
            self.told = Told(seen, decision.sentence)
        self._hands.route(view.rightful(seen))
        if seen.deadline != NO_SESSION:  # without a session the last word to the guard stays as it is
            self._hands.watched.mind(seen)
        trouble = carry_out(decision, seen, self._hands)
        self._tell(decision, trouble)
        self._in_a_row = self._in_a_row + 1 if decision.actions else 0

    def close(self) -> None:
        """From now on nobody is told that writes are taken here, whatever MySQL still does."""
        with self._telling:
            self.told = replace(self.told, is_closed=True)

    def prolong(self, until: float) -> None:
        """From any thread: while the cycle waits for the store, the guard and the routers learn what was agreed on."""
        with self._telling:
            seen = self.told.seen
            if self._session and until > seen.deadline:
                self.told = replace(self.told, seen=replace(seen, deadline=until))
                self._hands.watched.prolong(self.told.seen)

    def wait(self) -> None:
        """Until it is time again."""
        seen = self.told.seen
        usual = self._me.policy.every if seen.is_store_heard else UNHEARD
        if 0 < (due := lasting.writes_go_on_in(seen, clock.now())) < usual:
            usual = due
        seconds = AT_ONCE if 0 < self._in_a_row <= MOST_AT_ONCE else usual
        self._bell.wait(seconds, self._hands.mysqld.handle)

    def _observe(self) -> Observation:
        """MySQL first, then the store: what is published was so when the store was read."""
        last = self.told.seen
        mysql = self._look.mysql(last.cluster.members)
        leader = last.cluster.leader
        frozen_for = view.frozen_for(mysql, leader.name, leader.epoch) if leader else 0
        cluster = self._renew(mysql, frozen_for)
        right = self._hands.failsafe.note(cluster)
        deadline = max(self._deadline, right.until) if self._session else self._deadline
        now = clock.now()
        seen = replace(
            last, now=now, mysql=mysql, cluster=cluster or last.cluster, is_store_heard=cluster is not None,
            deadline=deadline, agreed_until=right.until, promised_until=right.promised_until,
            primary_at=_primary_at(last, cluster, now),
        )  # fmt: skip
        return replace(seen, since=lasting.remembered(seen))

    def _renew(self, mysql: Mysql, frozen_for: int) -> Cluster | None:
        """Prolong the session, publish, read; only if all of it succeeded, the deadline moves: by when that began."""
        try:
            cluster = self._handed() or (self._publish(mysql, frozen_for) if self._is_alive() else None)
        except StoreError as error:
            if self.told.seen.is_store_heard:  # once, however long it is away
                self._say(f"The store was not heard: {error}")
            return None
        if cluster is None:  # what was held is gone; the next cycle begins anew, as one who holds nothing
            self._session, self._length, self._deadline = 0, 0.0, min(self._deadline, clock.now())
            return None
        self._deadline = self._renewed_at + min(self._length, self._me.policy.ttl) - self._me.policy.margin
        return cluster

    def _handed(self) -> Cluster | None:
        """What an heir reads once the lead is here, before it says a word: voters keep a word, which takes time.

        Its last word stands, and with it its session and deadline. Nothing that it was asked to write is under way.
        """
        cluster = self._hands.register.read() if warm.is_heir(self.told.seen) else None
        is_here = cluster and cluster.leader and cluster.leader.session == self._session
        return cluster if is_here else None

    def _is_alive(self) -> bool:
        """Whether there is a session, renewed a moment ago; a keeper's first look is for its predecessor's."""
        register, wanted, now = self._hands.register, self._me.policy.ttl, clock.now()
        if not self._session and self._deadline == NO_SESSION:
            self._session = register.adopt_session(self._me.name)
        is_kept = self._session and (self._length in (0.0, wanted) or self._holds_the_lead())
        if is_kept and self._length and now - self._renewed_at < A_MOMENT:
            return True
        if is_kept:
            self._length = register.keep_alive(self._session)
        else:
            self._is_first_word, self._session, self._length = True, register.begin_session(wanted), wanted
        self._renewed_at = now
        return self._length > 0

    def _holds_the_lead(self) -> bool:
        """Whether the leader's key is bound to this session: it cannot be changed for one of another length then."""
        leader = self.told.seen.cluster.leader
        return leader is not None and leader.session == self._session

    def _publish(self, mysql: Mysql, frozen_for: int) -> Cluster | None:
        me = self._me
        heir = warm.heir(self.told.seen)
        member = Member(me.name, me.address, self._session, mysql, frozen_for, view.can_lead(mysql), heir=heir)
        cluster = self._hands.register.publish(member, self._is_first_word)
        self._is_first_word = False
        return cluster

    def _tell(self, decision: Decision, trouble: str) -> None:
        """Each cycle ends in one sentence; it is logged when it is another than the last."""
        sentence = f"{decision.sentence} {trouble}".strip()
        gist = NUMBERS.sub("", sentence)
        if gist != self._said:
            done = ", ".join(type(action).__name__ for action in decision.actions)
            self._say(f"{sentence}{f' [{done}]' if done else ''}")
        self._said = gist


def _primary_at(last: Observation, cluster: Cluster | None, now: float) -> float:
    """When a primary last said anew that it takes writes: one that lost its power says the same until it is gone."""
    word = view.word_of_primary(cluster) if cluster else 0
    return now if word not in (0, view.word_of_primary(last.cluster)) else last.primary_at
