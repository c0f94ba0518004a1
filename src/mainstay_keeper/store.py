"""A small store that all keepers share: it orders changes, does several as one, and lets what a session holds lapse."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

ABSENT = 0
"""The revision of a key that is not there."""


class StoreError(Exception):
    """The store was asked in vain; the text says why."""


class StoreUnreachableError(StoreError):
    """Nobody answered in time, and nothing was asked for that could have changed something."""


class OutcomeUnknownError(StoreError):
    """A change was sent and no whole answer came: it may have been made, or be made yet."""


class SessionLapsedError(StoreError):
    """The session that something was to be bound to is no more; nothing was changed."""


@dataclass(frozen=True)
class Entry:
    """A key's value, the revision of its last change, and the session it is bound to (0 for none)."""

    value: str
    modified: int
    session: int = 0


@dataclass(frozen=True)
class Compare:
    """What must be so for a change to be made: the revision of a key's last change, or its session."""

    key: str
    what: Literal["modified", "session"]
    wanted: int


@dataclass(frozen=True)
class Put:
    """A key gets a value, bound to a session or (0) to none."""

    key: str
    value: str
    session: int = 0


@dataclass(frozen=True)
class Delete:
    """A key, or all keys that begin with it, are no more."""

    key: str
    is_prefix: bool = False


Change = Put | Delete


@dataclass(frozen=True)
class Outcome:
    """Whether the changes were made, and what the prefix held right after, at one revision."""

    is_done: bool
    revision: int
    entries: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """A key was put (its value) or is gone (None)."""

    key: str
    value: str | None


class Store(Protocol):
    """All methods return within a bounded time (`watch` between two events), and raise a StoreError otherwise."""

    def transact(
        self, compares: Sequence[Compare], changes: Sequence[Change], prefix: str, is_repeatable: bool = False
    ) -> Outcome:
        """If all compares hold make all changes; in either case read the prefix, all of it as one.

        The reading is linearizable. `is_repeatable`: the changes do no harm if they are made twice, so that an
        answer that did not come may be asked for again elsewhere.

        Raises:
            OutcomeUnknownError: the changes may have been made or not.
            SessionLapsedError: a change was to be bound to a session that is no more.
        """

    def grant(self, seconds: float) -> int:
        """A new session, which lapses unless it is kept alive."""

    def keep_alive(self, session: int) -> float:
        """Let the session live for its full time from now, and give that in seconds; 0 if it has lapsed."""

    def watch(self, prefix: str) -> Iterator[Event]:
        """What changes under the prefix from now on; ends, or raises, when the connection does."""
