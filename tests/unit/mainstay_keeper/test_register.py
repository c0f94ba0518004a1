"""What keepers have in common changes only as it was decided on."""

from dataclasses import replace

import pytest

from mainstay_keeper.actions import Answer, HandOver, WriteSync
from mainstay_keeper.keys import Turn
from mainstay_keeper.nouns import SWITCHOVER, Cluster, Member, Mysql, Request, Sync
from mainstay_keeper.orders import Orders
from mainstay_keeper.register import Register
from mainstay_keeper.store import OutcomeUnknownError
from tests.fakes.store import FakeStore
from tests.unit.mainstay_keeper.keeping import KEYS

TURN = Turn("2026-01-01T00:00:00+00:00", "one", "two", "the last primary was lost", "a:1-5")


class Published:
    """A member with its session and its last reading."""

    def __init__(self, store: FakeStore, name: str) -> None:
        self.register = Register(store, KEYS)
        self.name = name
        self.session = self.register.begin_session(5)
        self.read(is_first=True)

    def read(self, is_first: bool = False) -> Cluster:
        cluster = self.register.publish(Member(self.name, "", self.session, Mysql()), is_first)
        assert cluster is not None
        return cluster

    def leads(self) -> int:
        cluster = self.read()
        assert cluster.sync
        assert self.register.bid(self.name, self.session, cluster.sync.revision)
        leader = self.read().leader
        assert leader
        return leader.epoch


@pytest.fixture
def store() -> FakeStore:
    store = FakeStore()
    Orders(store, KEYS).found("one", "u1")
    return store


def sync_of(cluster: Cluster) -> Sync:
    assert cluster.sync
    return cluster.sync


def test_one_of_two_bids_wins(store: FakeStore) -> None:
    one, two = Published(store, "one"), Published(store, "two")
    revision = sync_of(one.read()).revision
    assert sync_of(two.read()).revision == revision
    assert one.register.bid("one", one.session, revision)
    assert not two.register.bid("two", two.session, revision)
    leader = two.read().leader
    assert leader
    assert (leader.name, leader.session) == ("one", one.session)


def test_a_write_that_was_decided_on_an_older_reading_is_refused(store: FakeStore) -> None:
    one = Published(store, "one")
    epoch = one.leads()
    sync = sync_of(one.read())
    late = Register(store, KEYS)
    late._as_decided_on = one.register._as_decided_on
    one.read()
    assert not late.write_sync(WriteSync(sync, epoch))
    assert one.register.write_sync(WriteSync(sync, epoch))


def test_a_sync_set_is_written_by_the_leader_of_this_epoch_only(store: FakeStore) -> None:
    one = Published(store, "one")
    epoch = one.leads()
    assert not one.register.write_sync(WriteSync(sync_of(one.read()), epoch + 1))
    assert one.register.resign(epoch)
    assert not one.register.write_sync(WriteSync(sync_of(one.read()), epoch))


def test_who_shall_be_gone_must_be(store: FakeStore) -> None:
    one, two = Published(store, "one"), Published(store, "two")
    order = WriteSync(sync_of(one.read()), one.leads(), gone=frozenset({"two"}))
    assert not one.register.write_sync(order)
    store.lapse(two.session)
    assert one.register.write_sync(order)


def test_a_takeover_is_noted_and_counted_until_it_is_acknowledged(store: FakeStore) -> None:
    one, orders = Published(store, "one"), Orders(store, KEYS)
    epoch = one.leads()
    assert one.register.take_over(WriteSync(sync_of(one.read()), epoch, is_takeover=True), TURN, 3600)
    assert one.read().recent == 1
    assert [(turn["epoch"], turn["to"]) for turn in orders.history()] == [(epoch, "two")]
    orders.acknowledge()
    assert one.read().recent == 0


def test_a_takeover_that_was_asked_for_is_not_counted(store: FakeStore) -> None:
    one, orders = Published(store, "one"), Orders(store, KEYS)
    revision = orders.ask(Request(SWITCHOVER))
    assert revision
    order = WriteSync(sync_of(one.read()), one.leads(), is_takeover=True, answer=Answer(revision, "Done."))
    assert one.register.take_over(order, TURN, 3600)
    assert (one.read().recent, one.read().request, orders.answer_to(revision)) == (0, None, Answer(revision, "Done."))


def test_a_lead_is_handed_over_with_the_sync_set_or_not_at_all(store: FakeStore) -> None:
    one, two = Published(store, "one"), Published(store, "two")
    epoch = one.leads()
    read = sync_of(one.read())
    order = HandOver("two", two.session, Sync("two", "u2", {"one": "u1"}, {}, read.revision), epoch)
    store.is_answering = False
    with pytest.raises(OutcomeUnknownError):
        one.register.hand_over(order, TURN)
    store.is_answering = True
    cluster = two.read()
    assert cluster.leader
    assert (cluster.leader.name, sync_of(cluster).leader) == ("two", "two")
    assert cluster.leader.epoch > epoch


def test_a_leader_that_took_over_and_hands_over_has_two_lines_in_the_history(store: FakeStore) -> None:
    one, two, orders = Published(store, "one"), Published(store, "two"), Orders(store, KEYS)
    epoch = one.leads()
    assert one.register.take_over(WriteSync(sync_of(one.read()), epoch, is_takeover=True), TURN, 3600)
    read = sync_of(one.read())
    order = HandOver("two", two.session, Sync("two", "u2", {"one": "u1"}, {}, read.revision), epoch)
    assert one.register.hand_over(order, replace(TURN, why="a switchover"))
    assert [turn["why"] for turn in orders.history()] == [TURN.why, "a switchover"]
    after = two.read().leader
    assert after
    moments = [turn["epoch"] for turn in orders.history()]
    assert moments == [epoch, read.revision]
    assert epoch < read.revision < after.epoch


def test_one_request_at_a_time(store: FakeStore) -> None:
    one, orders = Published(store, "one"), Orders(store, KEYS)
    revision = orders.ask(Request(SWITCHOVER, "two"))
    assert revision
    assert orders.ask(Request(SWITCHOVER, "one")) is None
    assert one.read().request == Request(SWITCHOVER, "two", revision=revision)
    assert orders.answer_to(revision) is None
    assert one.register.answer(Answer(revision, "Called off."))
    assert (orders.answer_to(revision), one.read().request) == (Answer(revision, "Called off."), None)


def test_pause_and_resume(store: FakeStore) -> None:
    one, orders = Published(store, "one"), Orders(store, KEYS)
    orders.pause(True)
    assert one.read().is_paused
    orders.pause(False)
    assert not one.read().is_paused
