"""What operators put into the store, and read there: the first primary, requests, the switch of the automation."""

import json
from collections.abc import Mapping

from mainstay_keeper import published
from mainstay_keeper.actions import Answer
from mainstay_keeper.keys import Keys
from mainstay_keeper.nouns import Request, Sync
from mainstay_keeper.store import ABSENT, Change, Compare, Delete, Entry, Put, Store


class Orders:
    """Each method is one transaction; all raise a StoreError where the store does not answer."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    def found(self, leader: str, uuid: str) -> bool:
        """The first word on who is primary; False once there has been one."""
        sync = self._keys.key("sync")
        compare = Compare(sync, "modified", ABSENT)
        return self._store.transact((compare,), (self._keys.put_sync(Sync(leader, uuid)),), sync).is_done

    def ask(self, request: Request) -> int | None:
        """Put a request; gives its revision, None if another is still unanswered."""
        key = self._keys.key("request")
        change = Put(key, published.text_of_request(request))
        outcome = self._store.transact((Compare(key, "modified", ABSENT),), (change,), key)
        return outcome.entries[key].modified if outcome.is_done else None

    def answer_to(self, revision: int) -> Answer | None:
        """What became of the request of this revision; None as long as nobody has answered."""
        entry = self._entries().get(self._keys.key("answer"))
        said = Answer(**json.loads(entry.value)) if entry else None
        return said if said and said.revision == revision else None

    def pause(self, is_paused: bool) -> None:
        """Switch the automation off or on again."""
        key = self._keys.key("pause")
        change: Change = Put(key, "paused") if is_paused else Delete(key)
        self._store.transact((), (change,), key, is_repeatable=True)

    def acknowledge(self) -> None:
        """Forget the failovers of the window: an operator has seen them."""
        recent = self._keys.key("recent", "")
        self._store.transact((), (Delete(recent, is_prefix=True),), recent, is_repeatable=True)

    def history(self) -> list[dict[str, object]]:
        """Every change of primary, oldest first."""
        start = self._keys.key("history", "")
        found = [(int(key[len(start) :]), entry) for key, entry in self._entries().items() if key.startswith(start)]
        return [{"epoch": epoch, **json.loads(entry.value)} for epoch, entry in sorted(found, key=lambda f: f[0])]

    def _entries(self) -> Mapping[str, Entry]:
        return self._store.transact((), (), self._keys.root).entries
