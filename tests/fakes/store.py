"""A store in memory, which keeps the contract of `Store` exactly; sessions lapse when a test says so."""

from collections.abc import Iterator, Sequence

from mainstay_keeper.store import (
    Change,
    Compare,
    Delete,
    Entry,
    Event,
    Outcome,
    OutcomeUnknownError,
    Put,
    SessionLapsedError,
    StoreUnreachableError,
)


class FakeStore:
    """Set `is_reachable` or `is_answering` to False: nothing gets there; it gets there and no answer comes back."""

    def __init__(self) -> None:
        self.revision = 1
        self.entries: dict[str, Entry] = {}
        self.sessions: dict[int, float] = {}
        self.events: list[Event] = []
        self.is_reachable = True
        self.is_answering = True
        self._granted = 0

    def transact(
        self, compares: Sequence[Compare], changes: Sequence[Change], prefix: str, is_repeatable: bool = False
    ) -> Outcome:
        self._ensure_reachable()
        is_done = all(self._holds(compare) for compare in compares)
        if is_done and changes:
            self._change(changes)
        if not self.is_answering:
            is_harmless = is_repeatable or not changes
            raise StoreUnreachableError("no answer") if is_harmless else OutcomeUnknownError("no answer")
        return Outcome(is_done, self.revision, {k: e for k, e in self.entries.items() if k.startswith(prefix)})

    def grant(self, seconds: float) -> int:
        self._ensure_reachable()
        self._granted += 1
        self.sessions[self._granted] = seconds
        return self._granted

    def keep_alive(self, session: int) -> float:
        self._ensure_reachable()
        return self.sessions.get(session, 0.0)

    def watch(self, prefix: str) -> Iterator[Event]:
        while self.events:
            event = self.events.pop(0)
            if event.key.startswith(prefix):
                yield event

    def lapse(self, session: int) -> None:
        """The session's time is over: what it holds is gone."""
        del self.sessions[session]
        for key in [key for key, entry in self.entries.items() if entry.session == session]:
            self._change([Delete(key)])

    def _ensure_reachable(self) -> None:
        if not self.is_reachable:
            raise StoreUnreachableError("no way")

    def _holds(self, compare: Compare) -> bool:
        entry = self.entries.get(compare.key, Entry("", 0))
        return compare.wanted == (entry.modified if compare.what == "modified" else entry.session)

    def _change(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, Put) and change.session and change.session not in self.sessions:
                raise SessionLapsedError(str(change.session))
        self.revision += 1
        for change in changes:
            if isinstance(change, Put):
                self.entries[change.key] = Entry(change.value, self.revision, change.session)
                self.events.append(Event(change.key, change.value))
                continue
            for key in [k for k in self.entries if k == change.key or (change.is_prefix and k.startswith(change.key))]:
                del self.entries[key]
                self.events.append(Event(key, None))
