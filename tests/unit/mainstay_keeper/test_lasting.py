"""Which states last, and what is remembered of their beginning."""

from dataclasses import replace

import pytest

from mainstay_keeper.lasting import lasting, now, remembered, writes_go_on_in
from mainstay_keeper.nouns import FAILOVER, HANGING, Beginning, Observation
from mainstay_keeper.policy import Policy
from tests.unit.mainstay_keeper.builders import (
    NOW,
    asks,
    down,
    gtids,
    leads,
    member,
    mysql,
    primary,
    replica,
    seen,
    since,
    sync,
)

N1 = leads("n1")
ONE_ACKER = primary(ackers=frozenset({"n2"}))
AFTER_A_CYCLE = {"gone:n3": Beginning(NOW - 1)}

STATES = [
    ("all is well", seen(primary(), member("n2"), member("n3"), leader=N1, sync=sync()), {"waiting"}),
    (
        "waiting for long",
        seen(primary(), member("n2"), member("n3"), leader=N1, sync=sync(), since=since(waiting=1)),
        {"waiting", "settled"},
    ),
    (
        "nobody acknowledges",
        seen(primary(ackers=frozenset(), waiters=1), member("n2"), member("n3"), leader=N1, sync=sync()),
        {"waiting", "alone", "stalled"},
    ),
    ("one is gone", seen(ONE_ACKER, member("n2"), leader=N1, sync=sync()), {"waiting", "gone:n3"}),
    (
        "one is gone since a cycle",
        seen(ONE_ACKER, member("n2"), leader=N1, sync=sync(), since=AFTER_A_CYCLE),
        {"waiting", "gone:n3", "left:n3"},
    ),
    (
        "one has other data now",
        seen(ONE_ACKER, member("n2"), member("n3", replica("n3", uuid="new")), leader=N1, sync=sync()),
        {"waiting", "gone:n3"},
    ),
    (
        "one is down, and may come back as it was",
        seen(ONE_ACKER, member("n2"), member("n3", down()), leader=N1, sync=sync()),
        {"waiting"},
    ),
    ("its key is gone, and it is connected", seen(primary(), member("n2"), leader=N1, sync=sync()), {"waiting"}),
    (
        "its key is gone, and its right was prolonged",
        seen(ONE_ACKER, member("n2"), leader=N1, sync=sync(), promised_until=NOW + 1),
        {"waiting"},
    ),
    ("not waiting", seen(primary(is_waiting=False), leader=N1, sync=sync(replicas=[])), {"nearing"}),
    (
        "not waiting for long: the mark is moved on",
        seen(primary(is_waiting=False), leader=N1, sync=sync(replicas=[]), since=since(nearing=2)),
        set(),
    ),
    ("taking over", seen(mysql("n2"), member("n3"), me="n2", leader=leads("n2"), sync=sync()), {"promoting"}),
    ("taking over, stuck", seen(mysql("n2"), me="n2", leader=leads("n2"), sync=sync()), {"promoting", "stuck"}),
    ("nobody leads", seen(mysql("n1"), sync=sync(), request=asks(FAILOVER)), {"leaderless", "asked:9"}),
    (
        "a tail that nobody has",
        seen(mysql("n1", 6), member("n2", primary("n2")), leader=leads("n2"), sync=sync("n2")),
        {"errant"},
    ),
    ("the store is away", seen(ONE_ACKER, leader=N1, sync=sync(), is_store_heard=False), set()),
    (
        "the store is away, and nobody acknowledges",
        seen(primary(ackers=frozenset(), waiters=1), leader=N1, sync=sync(), is_store_heard=False),
        {"alone", "stalled"},
    ),
    (
        "the store is away, and another led last",
        seen(primary(ackers=frozenset(), waiters=1), leader=leads("n2"), sync=sync("n2"), is_store_heard=False),
        set(),
    ),
    ("MySQL hangs", seen(replace(mysql("n1"), state=HANGING), sync=sync(), is_store_heard=False), {"hung"}),
    ("MySQL hangs with a store", seen(replace(mysql("n2"), state=HANGING), me="n2", leader=N1, sync=sync()), {"hung"}),
]


@pytest.mark.parametrize(("observation", "states"), [pytest.param(*row[1:], id=row[0]) for row in STATES])
def test_the_states_that_last(observation: Observation, states: set[str]) -> None:
    assert lasting(observation) == states


def test_a_beginning_stays_while_the_state_lasts_and_goes_with_it() -> None:
    before = {"waiting": Beginning(NOW - 0.5, gtids(2)), "alone": Beginning(NOW - 9)}
    observation = seen(primary(), member("n2"), member("n3"), leader=N1, sync=sync(), since=before)
    assert remembered(observation) == {"waiting": Beginning(NOW - 0.5, gtids(2))}


def test_a_state_begins_with_what_is_executed_then() -> None:
    observation = seen(primary(executed=8), member("n2"), member("n3"), leader=N1, sync=sync())
    assert remembered(observation) == {"waiting": now(observation)} == {"waiting": Beginning(NOW, gtids(8))}


def test_writes_that_end_are_not_stalled() -> None:
    before = {"stalled": Beginning(NOW - 9, gtids(4))}
    observation = seen(primary(waiters=1), member("n2"), member("n3"), leader=N1, sync=sync(), since=before)
    assert "stalled" not in remembered(observation)


@pytest.mark.parametrize(
    ("states", "seconds"),
    [({}, float("inf")), ({"waiting": 9}, float("inf")), ({"alone": 0.4}, 0.6), ({"alone": 0.4, "stalled": 0.7}, 0.3)],
)
def test_when_writes_that_stand_still_may_go_on(states: dict[str, float], seconds: float) -> None:
    observation = seen(primary(), leader=N1, sync=sync(), since=since(**states))
    assert writes_go_on_in(replace(observation, policy=Policy(standstill=1.0)), NOW) == pytest.approx(seconds)
