"""How a keeper keeps its session, and changes what the keepers hold in common: by compare-and-swap."""

from collections.abc import Sequence

from mainstay_keeper import published
from mainstay_keeper.actions import Answer, HandOver, WriteSync
from mainstay_keeper.keys import Keys, Turn
from mainstay_keeper.nouns import Cluster, Member
from mainstay_keeper.store import ABSENT, Change, Compare, Delete, Put, Store


class Register:
    """Every method is one transaction, and gives None or False where it was refused.

    All raise a StoreError where the store does not answer, or nobody can tell what it has done. What a decision asked
    for is changed only while this member's key is as it was put with the reading that was decided on: so a write whose
    outcome was unknown cannot land any more once its keeper has published again.
    """

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys
        self._as_decided_on: tuple[Compare, ...] = ()
        self._is_sure = True

    def begin_session(self, seconds: float) -> int:
        """A session of this length; lapses unless it is kept alive."""
        return self._store.grant(seconds)

    def keep_alive(self, session: int) -> float:
        """Let the session live for its full length from now, and give that in seconds; 0 if it has lapsed."""
        return self._store.keep_alive(session)

    def adopt_session(self, name: str) -> int:
        """The session that a member's last word is bound to, if it lives: a keeper started anew goes on with it.

        There is one keeper on a machine, so its predecessor holds it no more. 0 if there is none.
        """
        read = self._keys.cluster(self._store.transact((), (), self._keys.root))
        member = read.members.get(name)
        return member.session if member and self.keep_alive(member.session) else 0

    def publish(self, member: Member, is_first: bool) -> Cluster | None:
        """Say how this member stands, bound to its session, and read all; None if the session has lapsed.

        Unless it is the session's first word, its key must still be there and bound to it: else it has lapsed once.
        """
        key = self._keys.key("members", member.name)
        compares = () if is_first else (Compare(key, "session", member.session),)
        change = Put(key, published.text_of_member(member), member.session)
        outcome = self._store.transact(compares, (change,), self._keys.root, is_repeatable=True)
        self._as_decided_on, self._is_sure = (Compare(key, "modified", outcome.revision),), True
        return self._keys.cluster(outcome) if outcome.is_done else None

    def read(self) -> Cluster | None:
        """All, without a word of this member; None after a change whose outcome is unknown, which may still land."""
        return self._keys.cluster(self._store.transact((), (), self._keys.root)) if self._is_sure else None

    def bid(self, me: str, session: int, sync_revision: int) -> bool:
        """Take the leader's key, if it is free and the sync set is as it was read."""
        key = self._keys.key("leader")
        compares = (Compare(key, "modified", ABSENT), Compare(self._keys.key("sync"), "modified", sync_revision))
        return self._swap(compares, (Put(key, published.text_of_leader(me), session),))

    def resign(self, epoch: int) -> bool:
        """Give the leader's key up, if it is of this epoch."""
        return self._swap((self._keys.of_epoch(epoch),), (Delete(self._keys.key("leader")),))

    def write_sync(self, order: WriteSync) -> bool:
        """Replace the sync set, if it is as it was read, the leader's key of this epoch, and who shall be gone is."""
        changes = (self._keys.put_sync(order.sync), *self._keys.answering(order.answer))
        return self._swap(self._keys.as_ordered(order), changes)

    def take_over(self, order: WriteSync, turn: Turn, window: float) -> bool:
        """The same for a new primary: noted in the history, and, unless it was asked for, counted for a while."""
        key = self._keys.key("recent", str(order.epoch))
        counted = () if order.answer else (Put(key, "", self._store.grant(window)),)
        changes = (self._keys.put_sync(order.sync), self._keys.put_turn(turn, order.epoch), *counted)
        return self._swap(self._keys.as_ordered(order), (*changes, *self._keys.answering(order.answer)))

    def hand_over(self, order: HandOver, turn: Turn | None) -> bool:
        """The leader's key to another session, and the sync set to what it is then: both or neither.

        In the history its epoch stands for how the leader came to lead; that it leaves bears the sync set's revision,
        which lies between this epoch and the next.
        """
        text = published.text_of_leader(order.to, turn.leaving if turn else "")
        leader = Put(self._keys.key("leader"), text, order.session)
        noted = (self._keys.put_turn(turn, order.sync.revision),) if turn else ()
        changes = (leader, self._keys.put_sync(order.sync), *noted, *self._keys.answering(order.answer))
        return self._swap(self._keys.unchanged(order.sync, order.epoch), changes)

    def answer(self, answer: Answer) -> bool:
        """Take a request away, and leave the answer."""
        compare = Compare(self._keys.key("request"), "modified", answer.revision)
        return self._swap((compare,), self._keys.answering(answer))

    def _swap(self, compares: Sequence[Compare], changes: Sequence[Change]) -> bool:
        self._is_sure = False
        is_done = self._store.transact((*compares, *self._as_decided_on), changes, self._keys.root).is_done
        self._is_sure = True
        return is_done
