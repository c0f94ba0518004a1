"""The store's keys of one site: their names, what they hold, and under which conditions they are changed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from mainstay_keeper import published
from mainstay_keeper.actions import Answer, WriteSync
from mainstay_keeper.nouns import Cluster, Sync
from mainstay_keeper.store import ABSENT, Change, Compare, Delete, Outcome, Put


@dataclass(frozen=True)
class Turn:
    """A change of primary, for people: when (UTC, by the wall clock), from whom to whom, why, with what data.

    seconds: for how long there had been no primary when this was written, just before the new one opens; None unknown.
    """

    when: str
    leaving: str
    taking: str
    why: str
    gtid: str
    seconds: float | None = None


@dataclass(frozen=True)
class Keys:
    """All below `root`: leader, sync, members/NAME, history/EPOCH, recent/EPOCH, pause, request, answer."""

    site: str

    @property
    def root(self) -> str:
        """With what every key of the site begins."""
        return f"/mainstay/{self.site}/"

    def key(self, *words: str) -> str:
        """A key by its words below the root."""
        return self.root + "/".join(words)

    def put_sync(self, sync: Sync) -> Put:
        """The sync set."""
        return Put(self.key("sync"), published.text_of_sync(sync))

    def put_turn(self, turn: Turn, moment: int) -> Put:
        """A line of the history; later ones have a higher number."""
        parties = {"from": turn.leaving, "to": turn.taking}
        text = {"when": turn.when, **parties, "why": turn.why, "gtid": turn.gtid, "seconds": turn.seconds}
        return Put(self.key("history", str(moment)), json.dumps(text))

    def answering(self, answer: Answer | None) -> tuple[Change, ...]:
        """The request goes, the answer comes."""
        if answer is None:
            return ()
        said = {"revision": answer.revision, "sentence": answer.sentence, "is_refused": answer.is_refused}
        return (Delete(self.key("request")), Put(self.key("answer"), json.dumps(said)))

    def of_epoch(self, epoch: int) -> Compare:
        """The leader's key changes hands only by being put: its last change is the epoch."""
        return Compare(self.key("leader"), "modified", epoch)

    def unchanged(self, sync: Sync, epoch: int) -> tuple[Compare, ...]:
        """The leader's key is of this epoch, the sync set as it was read."""
        return (self.of_epoch(epoch), Compare(self.key("sync"), "modified", sync.revision))

    def as_ordered(self, order: WriteSync) -> tuple[Compare, ...]:
        """Unchanged, and who shall be gone is."""
        return (*self.unchanged(order.sync, order.epoch), *self._absent(order.gone))

    def cluster(self, outcome: Outcome) -> Cluster:
        """All that was read, as nouns."""
        found = outcome.entries
        leader, sync, request = (found.get(self.key(word)) for word in ("leader", "sync", "request"))
        start = self.key("members", "")
        told = [entry for key, entry in found.items() if key.startswith(start)]
        members = [published.member_from(entry.value, entry.session, entry.modified) for entry in told]
        return Cluster(
            revision=outcome.revision,
            leader=published.leader_from(leader.value, leader.modified, leader.session) if leader else None,
            sync=published.sync_from(sync.value, sync.modified) if sync else None,
            members={member.name: member for member in members},
            request=published.request_from(request.value, request.modified) if request else None,
            is_paused=self.key("pause") in found,
            recent=sum(key.startswith(self.key("recent", "")) for key in found),
        )

    def _absent(self, names: Iterable[str]) -> tuple[Compare, ...]:
        return tuple(Compare(self.key("members", name), "modified", ABSENT) for name in names)
