"""A switchover that is prepared: the table of what leader and heir do, from the request to the last step."""

from dataclasses import replace

import pytest

from mainstay_keeper import warm
from mainstay_keeper.actions import (
    Answer,
    AwaitApplied,
    Circle,
    Decision,
    Fence,
    HandOver,
    LeaveCircle,
    Meet,
    SetWaiting,
    StartApplying,
    StopReceiving,
    Warm,
)
from mainstay_keeper.decide import decide
from mainstay_keeper.nouns import SWITCHOVER, Observation
from tests.unit.mainstay_keeper.builders import (
    EPOCH,
    asks,
    leads,
    member,
    mysql,
    primary,
    replica,
    seen,
    since,
    sync,
)

N1, N2 = leads("n1"), leads("n2")
BOTH = (member("n2"), member("n3"))
HANDED = HandOver("n2", 2, sync("n2", ["n3", "n1"]), EPOCH, Answer(9, "n2 is primary in place of n1"))
HANDS_OVER = Decision(
    (Meet("n2"), Fence("switchover to n2", spares_clients=True), AwaitApplied("n2", 3.0), HANDED),
    "Hands over to n2, as was asked.",
)
HEIR = member("n2", replica("n2", is_source_on=True, is_waiting=True, ackers=frozenset({"n1"})))
GIVING = replace(member("n1"), heir="n2")
ROUND = primary(source="n2", is_receiving=True, is_connected=True, is_acking=True, is_source_on=True)
GIVEN = replace(N1, handed_by="n2")
NO_CIRCLE = Decision((LeaveCircle(),), "Is primary, and follows nobody any more.")
PREPARES_NO_MORE = Decision((SetWaiting(is_on=False),), "Prepares no more to take over.")
TABLE: list[tuple[str, Observation, Decision]] = [
    (
        "a switchover to any, not prepared",
        seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(SWITCHOVER)),
        Decision((), "Prepares to hand over to n2."),
    ),
    (
        "its heir is ready to wait",
        seen(primary(), HEIR, leader=N1, sync=sync(replicas=["n2"]), request=asks(SWITCHOVER)),
        Decision((Circle("n2"),), "Prepares to hand over to n2: follows it, too."),
    ),
    (
        "it follows its heir, for too short a time",
        seen(ROUND, HEIR, leader=N1, sync=sync(), request=asks(SWITCHOVER, "n2"), since=since(circle=1.1)),
        Decision((), "Prepares to hand over to n2."),
    ),
    (
        "it follows its heir",
        seen(ROUND, HEIR, leader=N1, sync=sync(), request=asks(SWITCHOVER, "n2"), since=since(circle=1.2)),
        HANDS_OVER,
    ),
    (
        "it follows another than its heir",
        seen(replace(ROUND, source="n3"), HEIR, leader=N1, sync=sync(), request=asks(SWITCHOVER, "n2")),
        NO_CIRCLE,
    ),
    (
        "the preparation takes too long",
        seen(ROUND, HEIR, leader=N1, sync=sync(), request=asks(SWITCHOVER), since=since(asked_9=10.0)),
        NO_CIRCLE,
    ),
    (
        "the preparation took too long",
        seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(SWITCHOVER), since=since(asked_9=10.0)),
        HANDS_OVER,
    ),
    (
        "it has just taken over, and follows who gave the lead away",
        seen(ROUND, *BOTH, leader=GIVEN, sync=sync(), since=since(waiting=0.5)),
        decide(seen(replace(ROUND, source=""), *BOTH, leader=GIVEN, sync=sync(), since=since(waiting=0.5))),
    ),
    (
        "it took over a while ago",
        seen(ROUND, *BOTH, leader=GIVEN, sync=sync(), since=since(waiting=1.5)),
        NO_CIRCLE,
    ),
    (
        "nobody asks for the switchover any more",
        seen(ROUND, HEIR, leader=N1, sync=sync()),
        NO_CIRCLE,
    ),
    (
        "the leader is about to hand over to this one",
        seen(replica("n2"), GIVING, me="n2", leader=N1, sync=sync()),
        Decision((Warm(),), "Prepares to take over from n1."),
    ),
    (
        "ready to wait, as the heir is",
        seen(replica("n2", is_source_on=True, waiters=1), GIVING, me="n2", leader=N1, sync=sync()),
        Decision((), "Follows n1, acknowledging, 0 s behind."),
    ),
    (
        "ready to wait, and no heir any more",
        seen(replica("n2", is_source_on=True, waiters=1), member("n1"), me="n2", leader=N1, sync=sync()),
        PREPARES_NO_MORE,
    ),
    (
        "ready to wait, and the leader is lost",
        seen(replica("n2", is_source_on=True, waiters=1), me="n2", sync=sync()),
        PREPARES_NO_MORE,
    ),
    (
        "ready to wait, and won the lead without a hand-over",
        seen(replica("n2", is_source_on=True), me="n2", leader=N2, sync=sync()),
        PREPARES_NO_MORE,
    ),
    (
        "handed over to the heir that it follows",
        seen(replace(ROUND, is_writable=False), member("n2", primary("n2")), leader=N2, sync=sync("n2", ["n1"])),
        Decision((SetWaiting(is_on=False), StartApplying()), "Follows n2, which it has followed for a while already."),
    ),
    (
        "it followed its heir, which takes over without a hand-over",
        seen(replace(ROUND, is_writable=False), member("n2"), leader=N2, sync=sync()),
        Decision((StopReceiving(),), "n2 takes over: receives nothing more from n2."),
    ),
    (
        "the last primary still acknowledges to the one that takes over",
        seen(mysql("n2"), member("n1", replica("n1", source="n2")), me="n2", leader=N2, sync=sync(replicas=["n2"])),
        Decision((), "Takes over: waits until n1 receives nothing more."),
    ),
]


@pytest.mark.parametrize(("observation", "decision"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_the_table_of_decisions(observation: Observation, decision: Decision) -> None:
    assert decide(observation) == decision


def test_an_heir_is_named_only_while_a_switchover_is_prepared() -> None:
    asked = seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(SWITCHOVER, "n3"))
    assert warm.heir(asked) == "n3"
    assert warm.heir(replace(asked, since=since(asked_9=10.0))) == ""
    assert warm.heir(seen(primary(), *BOTH, leader=N1, sync=sync())) == ""
    assert warm.heir(seen(replica("n2"), member("n1"), me="n2", leader=N1, sync=sync(), request=asks(SWITCHOVER))) == ""
