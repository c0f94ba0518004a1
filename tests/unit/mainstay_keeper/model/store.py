"""The store: one linearizable map with sessions that lapse, and writes whose fate their writer may not learn."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mainstay_keeper.actions import Bid, HandOver, Resign, WriteSync
from mainstay_keeper.nouns import Cluster, Leader, Member, Request, Sync

TTL = 5.0


@dataclass
class Store:
    """Keys as the keepers use them.

    is_strict: a write must come from the reading that its keeper made last. asks_who_is_gone: who leaves the sync set
    must have no key at that very moment.
    """

    sync: Sync
    revision: int = 1
    now: float = 0.0
    leader: Leader | None = None
    members: dict[str, Member] = field(default_factory=dict)
    published_at: dict[str, int] = field(default_factory=dict)
    sessions: dict[int, float] = field(default_factory=dict)
    request: Request | None = None
    is_paused: bool = False
    recent: int = 0
    is_strict: bool = True
    asks_who_is_gone: bool = True
    late: list[Callable[[], bool]] = field(default_factory=list)

    def advance(self, now: float) -> None:
        self.now = now
        for session in [session for session, end in self.sessions.items() if end <= now]:
            self._lapse(session)

    def _lapse(self, session: int) -> None:
        del self.sessions[session]
        self.revision += 1
        if self.leader is not None and self.leader.session == session:
            self.leader = None
        for name in [name for name, member in self.members.items() if member.session == session]:
            del self.members[name]

    def open_session(self) -> int:
        self.revision += 1
        self.sessions[self.revision] = self.now + TTL
        return self.revision

    def renew(self, session: int) -> bool:
        if session in self.sessions:
            self.sessions[session] = self.now + TTL
        return session in self.sessions

    def publish(self, member: Member) -> Cluster:
        """Put a member's key and read everything, at one revision."""
        self.revision += 1
        self.members[member.name] = replace(member, revision=self.revision)
        self.published_at[member.name] = self.revision
        return self.read(member.name)

    def read(self, name: str) -> Cluster:
        """Everything, for a member whose word stands as it was."""
        revision, members = self.published_at[name], dict(self.members)
        return Cluster(revision, self.leader, self.sync, members, self.request, self.is_paused, self.recent)

    def is_current(self, name: str, session: int, revision: int) -> bool:
        """Whether the writer's session lives, and it has read nothing since."""
        member = self.members.get(name)
        is_alive = member is not None and member.session == session and session in self.sessions
        return is_alive and (not self.is_strict or self.published_at[name] == revision)

    def bid(self, name: str, session: int, bid: Bid) -> bool:
        if self.leader is not None or self.sync.revision != bid.sync_revision or session not in self.sessions:
            return False
        self.revision += 1
        self.leader = Leader(name, self.revision, session)
        return True

    def resign(self, name: str, resign: Resign) -> bool:
        if not self._leads(name, resign.epoch):
            return False
        self.revision += 1
        self.leader = None
        return True

    def write_sync(self, name: str, write: WriteSync) -> bool:
        if not self._leads(name, write.epoch) or self.sync.revision != write.sync.revision:
            return False
        if self.asks_who_is_gone and write.gone & self.members.keys():
            return False
        self._put(write.sync)
        self.recent += write.is_takeover and write.answer is None
        self.request = None if write.answer else self.request
        return True

    def hand_over(self, name: str, hand: HandOver) -> bool:
        if not self._leads(name, hand.epoch) or self.sync.revision != hand.sync.revision:
            return False
        if hand.session not in self.sessions:
            return False
        self._put(hand.sync)
        self.leader = Leader(hand.to, self.revision, hand.session, "" if hand.to == name else name)
        self.request = None if hand.answer else self.request
        return True

    def _leads(self, name: str, epoch: int) -> bool:
        return self.leader is not None and (self.leader.name, self.leader.epoch) == (name, epoch)

    def _put(self, sync: Sync) -> None:
        self.revision += 1
        self.sync = replace(sync, revision=self.revision)

    def answer(self, revision: int) -> bool:
        if self.request is None or self.request.revision != revision:
            return False
        self.revision += 1
        self.request = None
        return True

    def ask(self, kind: str, to: str, is_forced: bool = False) -> None:
        self.revision += 1
        self.request = Request(kind, to, is_forced, self.revision)
