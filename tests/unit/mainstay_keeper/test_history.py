"""The history says for how long there was no primary, as far as the keeper that wrote it can tell."""

from dataclasses import replace

import pytest

from mainstay_keeper import clock
from mainstay_keeper.act import carry_out
from mainstay_keeper.actions import Decision, HandOver, WriteSync
from mainstay_keeper.nouns import Observation, Sync
from mainstay_keeper.orders import Orders
from tests.fakes.store import FakeStore
from tests.unit.mainstay_keeper.keeping import KEYS, Keeper, a_keeper, a_mysql


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def a_leader(store: FakeStore) -> Keeper:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    Orders(store, KEYS).found("one", "u1")
    for _ in range(3):
        keeper.runs()
    return keeper


def noted(store: FakeStore) -> object:
    (turn,) = Orders(store, KEYS).history()
    return turn["seconds"]


def written(keeper: Keeper, seen: Observation, is_another: bool) -> None:
    """A hand-over to this keeper itself would be no change: it goes to two."""
    cluster = seen.cluster
    assert cluster.leader
    assert cluster.sync
    sync = Sync("two", "u2", {"one": "u1"}, {}, cluster.sync.revision)
    epoch, session = cluster.leader.epoch, cluster.leader.session
    action = HandOver("two", session, sync, epoch) if is_another else WriteSync(sync, epoch, is_takeover=True)
    assert carry_out(Decision((action,), ""), seen, keeper.hands) == ""


def test_a_switchover_counts_from_when_the_old_primary_was_told_to_stop(store: FakeStore) -> None:
    keeper = a_leader(store)
    seen = replace(keeper.cycle.told.seen, mysql=replace(a_mysql("u1"), is_writable=True), now=clock.now() - 1.5)
    written(keeper, seen, is_another=True)
    assert noted(store) == pytest.approx(1.5, abs=0.4)


def test_a_failover_counts_from_the_last_word_of_the_primary(store: FakeStore) -> None:
    keeper = a_leader(store)
    written(keeper, replace(keeper.cycle.told.seen, primary_at=clock.now() - 6), is_another=False)
    assert noted(store) == pytest.approx(6, abs=0.4)


def test_a_keeper_that_never_heard_a_primary_does_not_guess(store: FakeStore) -> None:
    keeper = a_leader(store)
    written(keeper, keeper.cycle.told.seen, is_another=False)
    assert noted(store) is None
