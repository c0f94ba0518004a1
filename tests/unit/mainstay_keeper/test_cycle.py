"""A keeper's cycle: its session, what it publishes, what it tells."""

from dataclasses import replace

import pytest

from mainstay_keeper import clock
from mainstay_keeper.act import carry_out
from mainstay_keeper.actions import Decision, Fence, HandOver
from mainstay_keeper.cycle import Told
from mainstay_keeper.failsafe import Question
from mainstay_keeper.keys import Turn
from mainstay_keeper.lasting import ALONE
from mainstay_keeper.nouns import OFF, Beginning, Member, Mysql, Sync
from mainstay_keeper.orders import Orders
from mainstay_keeper.policy import Policy
from mainstay_keeper.register import Register
from mainstay_keeper.store import OutcomeUnknownError
from tests.fakes.store import FakeStore
from tests.unit.mainstay_keeper.keeping import KEYS, Keeper, a_keeper, a_mysql

FAST, SAFE = Policy(ttl=3.0), Policy(ttl=10.0)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def test_a_first_cycle_begins_a_session_and_publishes(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    begun = clock.now()
    assert keeper.runs() == []
    assert set(store.entries) == {"/mainstay/shop/members/one"}
    seen = keeper.cycle.told.seen
    assert (seen.is_store_heard, list(seen.cluster.members)) == (True, ["one"])
    assert begun + 4.3 <= seen.deadline <= clock.now() + 4.3
    assert keeper.said == ["No primary was ever named here: one has to be founded."]


def test_a_mysql_that_is_off_is_started(store: FakeStore) -> None:
    assert a_keeper(store, "one", Mysql(state=OFF)).runs() == ["start"]


def test_the_first_primary_is_founded_by_an_order_and_opens(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.runs()
    orders = Orders(store, KEYS)
    assert (orders.found("one", "u1"), orders.found("two", "u2")) == (True, False)
    assert keeper.runs() == []  # it bids
    assert keeper.runs() == ["arm", "open alone True"]
    assert keeper.said[1:] == [
        "Bids for the lead that it had last. [Bid]",
        "Becomes primary, and waits for nobody. [Open]",
    ]


def test_a_store_that_is_not_heard_moves_no_deadline(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.runs()
    before = keeper.cycle.told.seen.deadline
    store.is_reachable = False
    keeper.runs()
    seen = keeper.cycle.told.seen
    assert (seen.is_store_heard, seen.deadline, list(seen.cluster.members)) == (False, before, ["one"])


def test_a_publication_without_an_answer_moves_no_deadline_either(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.runs()
    before = keeper.cycle.told.seen.deadline
    store.is_answering = False
    keeper.runs()
    assert keeper.cycle.told.seen.deadline == before


def test_a_session_that_has_lapsed_ends_the_right_at_once_and_another_begins(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.runs()
    (session,) = store.sessions
    store.lapse(session)
    keeper.runs()
    assert keeper.cycle.told.seen.deadline <= clock.now()
    keeper.runs()
    assert keeper.cycle.told.seen.deadline > clock.now()
    assert session not in store.sessions


def test_a_keeper_that_is_started_anew_goes_on_with_the_session(store: FakeStore) -> None:
    a_keeper(store, "one", a_mysql("u1")).runs()
    a_keeper(store, "one", a_mysql("u1")).runs()
    assert len(store.sessions) == 1


def test_an_open_mysql_without_a_session_is_fenced(store: FakeStore) -> None:
    store.is_reachable = False
    keeper = a_keeper(store, "one", replace(a_mysql("u1"), is_writable=True))
    assert keeper.runs() == ["close", "fence 0.8"]


def test_nothing_is_decided_while_it_is_being_made_anew(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", Mysql(state=OFF), is_rebuilding=True)
    assert (keeper.runs(), keeper.cycle.told.sentence) == ([], "Is being made anew.")


def test_what_was_refused_is_told_once(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.runs()
    Orders(store, KEYS).found("one", "u1")
    keeper.runs()
    keeper.mysql.refuses = "open"
    assert [keeper.runs(), keeper.runs()] == [["arm"], ["arm"]]
    assert keeper.said[2:] == ["Becomes primary, and waits for nobody. Open: open alone True: refused [Open]"]


def test_what_was_agreed_on_counts_as_long_as_the_store_is_silent(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    Orders(store, KEYS).found("one", "u1")
    for _ in range(3):
        keeper.runs()
    leader = keeper.cycle.told.seen.cluster.leader
    assert leader
    store.is_reachable = False
    assert keeper.failsafe.agree(Question("one", leader.epoch, clock.now(), 5.0))
    keeper.runs()
    seen = keeper.cycle.told.seen
    assert seen.deadline == seen.agreed_until


def test_what_is_agreed_on_while_the_cycle_waits_is_told_at_once(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.cycle.prolong(clock.now() + 60)  # it has no session yet
    assert keeper.done == []
    keeper.runs()
    until = clock.now() + 60
    keeper.cycle.close()
    keeper.cycle.prolong(until)
    assert (keeper.cycle.told.seen.deadline, keeper.cycle.told.is_closed) == (until, True)
    assert keeper.done[-1] == "prolong"
    keeper.cycle.prolong(until - 1)
    assert keeper.cycle.told.seen.deadline == until


def test_the_last_word_of_a_primary_is_remembered(store: FakeStore) -> None:
    one, two = a_keeper(store, "one", a_mysql("u1")), a_keeper(store, "two", a_mysql("u2"))
    Orders(store, KEYS).found("one", "u1")
    one.eyes.sees = replace(a_mysql("u1"), is_writable=True)
    one.runs()
    two.runs()
    first = two.cycle.told.seen.primary_at
    two.runs()
    assert two.cycle.told.seen.primary_at == first
    one.runs()
    two.runs()
    assert first < two.cycle.told.seen.primary_at <= clock.now()


def test_cycles_that_follow_each_other_renew_the_session_once(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.runs()
    before = keeper.cycle.told.seen.deadline
    keeper.runs()
    assert keeper.cycle.told.seen.deadline == before


def test_a_session_is_held_for_no_longer_than_it_was_granted_for(store: FakeStore) -> None:
    first = a_keeper(store, "one", a_mysql("u1"), policy=FAST)
    Orders(store, KEYS).found("one", "u1")
    for _ in range(3):
        first.runs()
    patient = a_keeper(store, "one", a_mysql("u1"), policy=SAFE)
    for _ in range(2):
        patient.runs()
    assert patient.cycle.told.seen.cluster.leader == first.cycle.told.seen.cluster.leader
    assert list(store.sessions.values()) == [FAST.ttl]
    assert patient.cycle.told.seen.deadline <= clock.now() + FAST.ttl - SAFE.margin


def test_who_does_not_lead_begins_a_session_of_the_new_length(store: FakeStore) -> None:
    a_keeper(store, "one", a_mysql("u1"), policy=FAST).runs()
    patient = a_keeper(store, "one", a_mysql("u1"), policy=SAFE)
    for _ in range(2):
        patient.runs()
    assert sorted(store.sessions.values()) == [FAST.ttl, SAFE.ttl]
    assert patient.cycle.told.seen.deadline > clock.now() + FAST.ttl


def test_writes_that_stand_still_are_looked_at_again_as_soon_as_they_may_go_on(store: FakeStore) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"), policy=Policy(every=30.0, standstill=0.05))
    begun = clock.now()
    stands_still = replace(keeper.cycle.told.seen, since={ALONE: Beginning(begun)}, is_store_heard=True)
    keeper.cycle.told = Told(stands_still, "")
    keeper.cycle.wait()
    assert 0.05 <= clock.now() - begun < 5


def an_heir(store: FakeStore) -> tuple[Keeper, HandOver]:
    """A keeper that knows itself the heir of `one`, and what `one` would write to hand over."""
    one = Register(store, KEYS)
    Orders(store, KEYS).found("one", "u1")
    session = one.begin_session(5)
    first = one.publish(Member("one", "10.0.0.1", session, a_mysql("u1"), heir="two"), is_first=True)
    assert first
    assert first.sync
    assert one.bid("one", session, first.sync.revision)
    heir = a_keeper(store, "two", replace(a_mysql("u2"), source="one", is_receiving=True, is_applying=True))
    for _ in range(2):
        heir.runs()
    seen = heir.cycle.told.seen.cluster
    assert seen.leader
    assert seen.sync
    sync = Sync("two", "u2", {"one": "u1"}, {}, seen.sync.revision)
    return heir, HandOver("two", seen.members["two"].session, sync, seen.leader.epoch)


def hands_over(store: FakeStore, order: HandOver) -> None:
    """What the last word of `one` was is of no weight here."""
    assert Register(store, KEYS).hand_over(order, Turn("now", "one", "two", "switchover", "a:1-5"))


def test_an_heir_opens_by_what_it_reads_before_it_says_a_word(store: FakeStore) -> None:
    heir, order = an_heir(store)
    before = store.entries["/mainstay/shop/members/two"].modified
    hands_over(store, order)
    assert heir.runs() == ["arm", "open fenced waiting True"]
    assert store.entries["/mainstay/shop/members/two"].modified == before
    heir.runs()
    assert store.entries["/mainstay/shop/members/two"].modified > before


def test_an_heir_whose_last_change_may_still_land_says_its_word_first(store: FakeStore) -> None:
    heir, order = an_heir(store)
    before = store.entries["/mainstay/shop/members/two"].modified
    store.is_answering = False
    with pytest.raises(OutcomeUnknownError):
        heir.hands.register.resign(order.epoch + 1)
    store.is_answering = True
    hands_over(store, order)
    assert heir.runs() == ["arm", "open fenced waiting True"]
    assert store.entries["/mainstay/shop/members/two"].modified > before


def test_an_heir_whose_session_is_another_by_now_does_not_open(store: FakeStore) -> None:
    heir, order = an_heir(store)
    hands_over(store, replace(order, session=store.grant(5)))
    assert "open fenced waiting True" not in heir.runs()


SPARING = Decision((Fence("switchover", spares_clients=True),), "Hands over.")


@pytest.mark.parametrize(
    ("is_prompt", "expected"),
    [(True, ["turn read-only", "close"]), (False, ["turn read-only", "close", "fence 0.8"])],
    ids=["its COMMITs end", "one does not end"],
)
def test_clients_that_are_spared_are_not_sent_away_while_their_commits_end(
    store: FakeStore, is_prompt: bool, expected: list[str]
) -> None:
    keeper = a_keeper(store, "one", a_mysql("u1"))
    keeper.runs()
    keeper.done.clear()
    keeper.mysql.is_prompt = is_prompt
    assert carry_out(SPARING, keeper.cycle.told.seen, keeper.hands) == ""
    assert keeper.done == expected
