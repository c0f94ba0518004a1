"""The table of decisions: each row a small observation and the whole decision."""

from dataclasses import replace

import pytest

from mainstay_keeper.actions import (
    Answer,
    Bid,
    CutOff,
    Decision,
    Fence,
    Follow,
    HandOver,
    KillMysql,
    Open,
    Rebuild,
    Resign,
    SetWaiting,
    StartApplying,
    StartMysql,
    StopReceiving,
    WriteSync,
)
from mainstay_keeper.decide import decide
from mainstay_keeper.nouns import FAILOVER, HANGING, REINIT, STARTING, SWITCHOVER, Beginning, Observation
from mainstay_keeper.policy import Policy
from tests.unit.mainstay_keeper.builders import (
    EPOCH,
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

N1, N2, N3 = leads("n1"), leads("n2"), leads("n3")
OLD = mysql("n1")
"""n1 without a role."""
GONE_HOME = member("n1", mysql("n1"), can_lead=False)
FROZEN = {name: member(name, mysql(name), frozen_for=EPOCH) for name in ("n1", "n2", "n3")}
OPEN_N1, OPEN_N2 = member("n1"), member("n2", primary("n2"))
ROOM = "it waits for room on the disk, which there is again"
SILENT_N1 = "n1 has said nothing for a while: receives nothing from it until it does."
CANDIDATE = replica("n2", is_receiving=False)

FENCING = [
    (
        "a primary whose session ends",
        seen(primary(), leader=N1, sync=sync(), left=Policy().fence),
        Decision(
            (Fence("the session ends before it could be renewed"),),
            "MySQL is fenced: the session ends before it could be renewed.",
        ),
    ),
    (
        "a primary whose key is another's",
        seen(primary(), member("n2"), leader=N2, sync=sync("n2")),
        Decision(
            (Fence("it takes writes without the right to"),), "MySQL is fenced: it takes writes without the right to."
        ),
    ),
    (
        "a replica whose session ends",
        seen(replica("n2"), leader=N1, sync=sync(), me="n2", left=0.5),
        Decision((StopReceiving(),), "The session ends: this replica acknowledges nothing more."),
    ),
    (
        "a replica that does not acknowledge may go on receiving",
        seen(replica("n2", is_acking=False), leader=N1, sync=sync(), me="n2", left=0.5),
        Decision((), "The store does not answer: nothing is begun until it does."),
    ),
    (
        "the store is away, and MySQL is down",
        seen(down(), leader=N1, sync=sync(), is_store_heard=False),
        Decision((StartMysql(),), "The store does not answer: nothing is begun until it does."),
    ),
]

STARTING_ROWS = [
    (
        "MySQL starts",
        seen(replace(OLD, state=STARTING), leader=N1, sync=sync()),
        Decision((), "MySQL is starting."),
    ),
    (
        "MySQL hangs since a moment",
        seen(replace(OLD, state=HANGING), leader=N1, sync=sync(), since=since(hung=1)),
        Decision((), "MySQL is hanging."),
    ),
    (
        "the primary's MySQL hangs, and another can take over",
        seen(replace(OLD, state=HANGING), member("n2"), member("n3"), leader=N1, sync=sync(), since=since(hung=2)),
        Decision(
            (KillMysql("it no longer answers"), Resign(EPOCH, "its MySQL is hanging")),
            "Gives the lead up: its MySQL is hanging, and another can take over.",
        ),
    ),
    (
        "the primary's MySQL is off, and somebody of the set is not heard",
        seen(down(), member("n2"), leader=N1, sync=sync()),
        Decision((StartMysql(),), "MySQL is off and is started."),
    ),
    (
        "the primary's MySQL is off, too soon after the last two times",
        seen(down(), member("n2"), member("n3"), leader=N1, sync=sync(), recent=2),
        Decision((StartMysql(),), "MySQL is off and is started."),
    ),
    (
        "nobody was ever primary",
        seen(OLD),
        Decision((), "No primary was ever named here: one has to be founded."),
    ),
    (
        "the key is bound to a session before this one",
        seen(OLD, leader=leads("n1", session=99), sync=sync()),
        Decision(
            (HandOver("n1", 1, sync(), EPOCH),),
            "Binds the leader's key, which an earlier session of this keeper holds, to this one.",
        ),
    ),
]

STANDING = [
    ("the last primary", seen(OLD, sync=sync()), Decision((Bid(3),), "Bids for the lead that it had last.")),
    (
        "the last primary, paused and after many failovers",
        seen(OLD, sync=sync(), is_paused=True, recent=9),
        Decision((Bid(3),), "Bids for the lead that it had last."),
    ),
    (
        "the last primary, with a full disk",
        seen(replace(OLD, is_disk_full=True), sync=sync()),
        Decision((), "Nobody leads: the last primary cannot take writes."),
    ),
    (
        "the last primary, when another was asked for",
        seen(OLD, sync=sync(), request=asks(FAILOVER, "n2"), since=since(asked_9=3)),
        Decision((), "Nobody leads: the last primary lets another be first, as was asked."),
    ),
    (
        "the last primary, when another was asked for in vain",
        seen(OLD, sync=sync(), request=asks(FAILOVER, "n2"), since=since(asked_9=15)),
        Decision((Bid(3),), "Bids for the lead that it had last."),
    ),
    (
        "a member of the set that has all",
        seen(replica("n2"), member("n3"), me="n2", sync=sync()),
        Decision((Bid(3), StopReceiving()), "Bids for the lead: it has all that the others have."),
    ),
    (
        "the last primary may still come",
        seen(replica("n2"), member("n1"), member("n3"), me="n2", sync=sync(), since=since(leaderless=1)),
        Decision((), "Nobody leads: the last primary may come first."),
    ),
    (
        "the last primary did not come",
        seen(replica("n2"), member("n1"), member("n3"), me="n2", sync=sync(), since=since(leaderless=2)),
        Decision((Bid(3), StopReceiving()), "Bids for the lead: it has all that the others have."),
    ),
    (
        "the last primary says it cannot",
        seen(replica("n2"), GONE_HOME, member("n3"), me="n2", sync=sync()),
        Decision((Bid(3), StopReceiving()), "Bids for the lead: it has all that the others have."),
    ),
    (
        "one of the set is not heard",
        seen(replica("n2"), me="n2", sync=sync()),
        Decision((), "Nobody leads: n3 of the sync set not heard, and may have what nobody else has."),
    ),
    (
        "one of the set has other data than it had",
        seen(replica("n2"), member("n3", replica("n3", uuid="new")), me="n2", sync=sync()),
        Decision((), "Nobody leads: n3 of the sync set not heard, and may have what nobody else has."),
    ),
    (
        "another has more",
        seen(replica("n2"), member("n3", replica("n3", retrieved=6)), me="n2", sync=sync()),
        Decision((), "Nobody leads: n3 goes first."),
    ),
    (
        "another has as much, and the earlier name",
        seen(replica("n3"), member("n2"), me="n3", sync=sync()),
        Decision((), "Nobody leads: n2 goes first."),
    ),
    (
        "another has as much and the earlier name, but this one was asked for",
        seen(replica("n3"), member("n2"), me="n3", sync=sync(), request=asks(FAILOVER, "n3"), is_paused=True),
        Decision((Bid(3), StopReceiving()), "Bids for the lead: it has all that the others have."),
    ),
    (
        "paused",
        seen(replica("n2"), member("n3"), me="n2", sync=sync(), is_paused=True),
        Decision((), "Nobody leads: automation is paused."),
    ),
    (
        "twice in a short time",
        seen(replica("n2"), member("n3"), me="n2", sync=sync(), recent=2),
        Decision((), "Nobody leads: 2 failovers in a short time are enough, until an operator acknowledges them."),
    ),
    (
        "not in the set, and something left to apply",
        seen(replica("n2", retrieved=6, is_applying=False), me="n2", sync=sync(replicas=["n3"])),
        Decision((StartApplying(),), "Nobody leads: this one is not in the sync set."),
    ),
    (
        "its applier stands still",
        seen(replica("n2", sql_error="1062"), me="n2", sync=sync()),
        Decision((), "Nobody leads: this one could not take writes."),
    ),
    (
        "it has promised to wait",
        seen(replica("n2"), member("n3"), me="n2", sync=sync(), promised_until=NOW + 1),
        Decision((), "Nobody leads: this one may have promised the last primary to wait."),
    ),
    (
        "forced, outside the set",
        seen(replica("n2"), me="n2", sync=sync(replicas=["n3"]), request=asks(FAILOVER, "n2", is_forced=True)),
        Decision((Bid(3), StopReceiving()), "Bids for the lead: it has all that the others have."),
    ),
]

PROMOTING = [
    (
        "it still receives",
        seen(replica("n2"), member("n3"), me="n2", leader=N2, sync=sync()),
        Decision((StopReceiving(),), "Takes over: receives nothing more."),
    ),
    (
        "another still receives",
        seen(CANDIDATE, member("n3"), me="n2", leader=N2, sync=sync()),
        Decision((), "Takes over: waits until n3 receives nothing more."),
    ),
    (
        "another was frozen for an earlier leader",
        seen(CANDIDATE, member("n3", mysql("n3"), frozen_for=EPOCH - 1), me="n2", leader=N2, sync=sync()),
        Decision((), "Takes over: waits until n3 receives nothing more."),
    ),
    (
        "another has more",
        seen(CANDIDATE, member("n3", mysql("n3", retrieved=6), frozen_for=EPOCH), me="n2", leader=N2, sync=sync()),
        Decision((Resign(EPOCH, "n3 has more"),), "Gives the lead up: n3 has more."),
    ),
    (
        "another is not heard",
        seen(CANDIDATE, me="n2", leader=N2, sync=sync(), since=since(stuck=2)),
        Decision(
            (Resign(EPOCH, "n3 not heard, and may have what nobody else has"),),
            "Gives the lead up: n3 not heard, and may have what nobody else has.",
        ),
    ),
    (
        "it is no longer in the set",
        seen(CANDIDATE, me="n2", leader=N2, sync=sync(replicas=["n3"])),
        Decision(
            (Resign(EPOCH, "this one is not in the sync set"),), "Gives the lead up: this one is not in the sync set."
        ),
    ),
    (
        "its disk is full",
        seen(replace(CANDIDATE, is_disk_full=True), FROZEN["n3"], me="n2", leader=N2, sync=sync()),
        Decision((Resign(EPOCH, "this one cannot take writes"),), "Gives the lead up: this one cannot take writes."),
    ),
    (
        "something is left to apply",
        seen(replace(CANDIDATE, retrieved=gtids(6)), FROZEN["n3"], me="n2", leader=N2, sync=sync()),
        Decision((), "Takes over: applies what it received."),
    ),
    (
        "all is ready",
        seen(CANDIDATE, FROZEN["n3"], me="n2", leader=N2, sync=sync(), since=since(promoting=1.5)),
        Decision(
            (WriteSync(sync("n2", ["n3"]), EPOCH, is_takeover=True), Open(is_waiting=True)),
            "Becomes primary in place of n1, 1.5 s after it won the lead.",
        ),
    ),
    (
        "all is ready, and the other has less",
        seen(CANDIDATE, member("n3", mysql("n3", 4), frozen_for=EPOCH), me="n2", leader=N2, sync=sync()),
        Decision(
            (WriteSync(sync("n2", [], ["n3"]), EPOCH, is_takeover=True), Open(is_waiting=False)),
            "Becomes primary in place of n1.",
        ),
    ),
    (
        "it was forced",
        seen(CANDIDATE, me="n2", leader=N2, sync=sync(), request=asks(FAILOVER, "n2", is_forced=True)),
        Decision(
            (
                WriteSync(sync("n2", [], ["n3"]), EPOCH, is_takeover=True, answer=Answer(9, "n2 is primary now")),
                Open(is_waiting=False),
            ),
            "Becomes primary in place of n1.",
        ),
    ),
    (
        "the record was written, and then the keeper died",
        seen(mysql("n2"), me="n2", leader=N2, sync=sync("n2", ["n3"])),
        Decision((Open(is_waiting=True),), "Becomes primary, and waits for n3."),
    ),
]

FOLLOWING = [
    (
        "COMMITs still wait from its time as primary",
        seen(mysql("n1", waiters=2), member("n2", mysql("n2")), leader=N2, sync=sync("n2", ["n3"])),
        Decision(
            (KillMysql("2 COMMITs of its time as primary still wait"),),
            "Is started anew before it follows n2: 2 COMMITs of its time as primary still wait.",
        ),
    ),
    (
        "another takes over",
        seen(replica("n3"), member("n2"), me="n3", leader=N2, sync=sync()),
        Decision((StopReceiving(),), "n2 takes over: receives nothing more from n1."),
    ),
    (
        "another takes over, and nothing is received",
        seen(mysql("n3", retrieved=6), member("n2"), me="n3", leader=N2, sync=sync()),
        Decision((StartApplying(),), "n2 takes over: waits to see whom to follow."),
    ),
    (
        "all is well",
        seen(replica("n2"), member("n1"), me="n2", leader=N1, sync=sync()),
        Decision((), "Follows n1, acknowledging, 0 s behind."),
    ),
    (
        "all is well outside the set",
        seen(replica("n2", is_acking=False, lag=None), member("n1"), me="n2", leader=N1, sync=sync(replicas=["n3"])),
        Decision((), "Follows n1, an unknown time behind."),
    ),
    (
        "it is in the set now",
        seen(replica("n2", is_acking=False), member("n1"), me="n2", leader=N1, sync=sync()),
        Decision((Follow("n1", is_acking=True),), "Follows n1, acknowledging."),
    ),
    (
        "it joins",
        seen(replica("n2", is_acking=False), member("n1"), me="n2", leader=N1, sync=sync(replicas=[], joining=["n2"])),
        Decision((Follow("n1", is_acking=True),), "Follows n1, acknowledging."),
    ),
    (
        "it is in the set no more",
        seen(replica("n2"), member("n1"), me="n2", leader=N1, sync=sync(replicas=["n3"])),
        Decision((Follow("n1", is_acking=False),), "Follows n1."),
    ),
    (
        "its applier stands still",
        seen(replica("n2", sql_error="1062"), member("n1"), me="n2", leader=N1, sync=sync()),
        Decision((), "Follows n1, but cannot apply what it receives: 1062."),
    ),
    (
        "it cannot connect",
        seen(replica("n2", io_error="2003"), member("n1"), me="n2", leader=N1, sync=sync()),
        Decision((), "Follows n1, but receives nothing: 2003."),
    ),
    (
        "the leader no longer has what is missing",
        seen(
            replica("n2", io_error="1236: purged", is_acking=False, is_receiving=False),
            member("n1"),
            me="n2",
            leader=N1,
            sync=sync(replicas=["n3"]),
        ),
        Decision(
            (Rebuild("n1", "n1 no longer has what is missing here"),),
            "Is made anew from n1: n1 no longer has what is missing here.",
        ),
    ),
    (
        "from another source",
        seen(replica("n3"), OPEN_N2, me="n3", leader=N2, sync=sync("n2", ["n3"])),
        Decision((StopReceiving(),), "Receives nothing more from n1: n2 leads."),
    ),
    (
        "from another source, and in the set with something left to apply",
        seen(replica("n3", retrieved=6, is_receiving=False), OPEN_N2, me="n3", leader=N2, sync=sync("n2", ["n3"])),
        Decision((), "Applies what it received before it follows n2."),
    ),
    (
        "from another source, outside the set with something left to apply",
        seen(replica("n3", retrieved=6, is_receiving=False), OPEN_N2, me="n3", leader=N2, sync=sync("n2", [])),
        Decision((Follow("n2", is_acking=False),), "Follows n2."),
    ),
    (
        "a leader that is not open yet and has all of this one",
        seen(mysql("n3"), member("n2", mysql("n2")), me="n3", leader=N2, sync=sync("n2", ["n3"])),
        Decision((Follow("n2", is_acking=True),), "Follows n2, acknowledging."),
    ),
    (
        "a leader that is not open yet and seems to have less",
        seen(mysql("n1", 6), member("n2", mysql("n2")), leader=N2, sync=sync("n2", ["n3"])),
        Decision((), "Waits until n2 is open, to compare what both have."),
    ),
    (
        "a leader that is not heard",
        seen(mysql("n1"), leader=N2, sync=sync("n2", ["n3"])),
        Decision((), "Waits until n2 is open, to compare what both have."),
    ),
]

TAIL = "1 transactions here were never acknowledged (n1-data:6)"
RETURNED = mysql("n1", 6)
ERRANT = [
    (
        "a tail, seen for the first time",
        seen(RETURNED, OPEN_N2, leader=N2, sync=sync("n2", ["n3"])),
        Decision((), f"Looks again before it is made anew: {TAIL}."),
    ),
    (
        "a tail that stays",
        seen(RETURNED, OPEN_N2, leader=N2, sync=sync("n2", ["n3"]), since=since(errant=2)),
        Decision((Rebuild("n2", TAIL),), f"Is made anew from n2: {TAIL}."),
    ),
    (
        "a tail, paused",
        seen(RETURNED, OPEN_N2, leader=N2, sync=sync("n2", ["n3"]), since=since(errant=2), is_paused=True),
        Decision((), f"Is not made anew while automation is paused: {TAIL}."),
    ),
    (
        "a tail, and the only one of the set",
        seen(RETURNED, OPEN_N2, leader=N2, sync=sync("n2", ["n1"]), since=since(errant=2)),
        Decision((), f"Is not made anew while n2 relies on it alone: {TAIL}."),
    ),
    (
        "a tail in a replica that follows",
        seen(replace(RETURNED, is_receiving=True, source="n2"), OPEN_N2, leader=N2, sync=sync("n2", ["n3"])),
        Decision((StopReceiving(),), f"Follows nobody: {TAIL}."),
    ),
    (
        "its disk is full",
        seen(replica("n2", is_short_of_room=True, is_disk_full=True), OPEN_N1, me="n2", leader=N1, sync=sync()),
        Decision((), "Follows n1, acknowledging, 0 s behind."),
    ),
    (
        "its disk was full, and MySQL has not noticed that there is room again",
        seen(replica("n2", is_short_of_room=True), OPEN_N1, me="n2", leader=N1, sync=sync()),
        Decision((KillMysql(ROOM),), f"Is started anew: {ROOM}."),
    ),
    (
        "the leader has said nothing for half of its session's length",
        seen(replica("n2"), OPEN_N1, me="n2", leader=N1, sync=sync(), since={"word:n1:0": Beginning(NOW - 2.5)}),
        Decision((StopReceiving(),), SILENT_N1),
    ),
    (
        "the leader still says nothing",
        seen(
            replica("n2", is_receiving=False, is_connected=False),
            OPEN_N1,
            me="n2",
            leader=N1,
            sync=sync(),
            since={"word:n1:0": Beginning(NOW - 4)},
        ),
        Decision((), SILENT_N1),
    ),
    (
        "the leader speaks again",
        seen(
            replica("n2", is_receiving=False, is_connected=False),
            OPEN_N1,
            me="n2",
            leader=N1,
            sync=sync(),
            since={"word:n1:8": Beginning(NOW - 4), "word:n1:0": Beginning(NOW)},
        ),
        Decision((Follow("n1", is_acking=True),), "Follows n1, acknowledging."),
    ),
    (
        "the leader went on writing since it published",
        seen(mysql("n3", "n1-data:1-5,n2-data:1-9"), OPEN_N2, me="n3", leader=N2, sync=sync("n2", ["n3"])),
        Decision((Follow("n2", is_acking=True),), "Follows n2, acknowledging."),
    ),
    (
        "made anew as asked",
        seen(replica("n2"), member("n1"), member("n3"), me="n2", leader=N1, sync=sync(), request=asks(REINIT, "n2")),
        Decision((Answer(9, "n2 is made anew from n1"), Rebuild("n1", "it was asked for")), "n2 is made anew from n1."),
    ),
    (
        "made anew as asked, but it is needed",
        seen(replica("n2"), member("n1"), me="n2", leader=N1, sync=sync(replicas=["n2"]), request=asks(REINIT, "n2")),
        Decision((), "Is to be made anew, once n1 no longer relies on it."),
    ),
    (
        "made anew as asked, but the leader is not open",
        seen(
            replica("n2"),
            member("n1", mysql("n1")),
            me="n2",
            leader=N1,
            sync=sync(replicas=["n3"]),
            request=asks(REINIT, "n2"),
        ),
        Decision(
            (Answer(9, "Not made anew: n1 does not take writes", is_refused=True),),
            "Not made anew: n1 does not take writes.",
        ),
    ),
]

BOTH = (member("n2"), member("n3"))
FULL = "its disk is full"
LEADING = [
    (
        "a cold start with a set",
        seen(OLD, leader=N1, sync=sync()),
        Decision((Open(is_waiting=True),), "Becomes primary, and waits for n2, n3."),
    ),
    (
        "a cold start without",
        seen(OLD, leader=N1, sync=sync(replicas=[])),
        Decision((Open(is_waiting=False),), "Becomes primary, and waits for nobody."),
    ),
    (
        "handed over, and still receiving",
        seen(replica("n2"), me="n2", leader=N2, sync=sync("n2", ["n1"])),
        Decision((Open(is_waiting=True),), "Becomes primary, and waits for n1."),
    ),
    (
        "handed over by the one that is followed",
        seen(replica("n2"), me="n2", leader=replace(N2, handed_by="n1"), sync=sync("n2", ["n1"])),
        Decision((Open(is_waiting=True, is_source_fenced=True),), "Becomes primary, and waits for n1."),
    ),
    (
        "handed over by one who is not followed",
        seen(replica("n2"), me="n2", leader=replace(N2, handed_by="n3"), sync=sync("n2", ["n1"])),
        Decision((Open(is_waiting=True),), "Becomes primary, and waits for n1."),
    ),
    (
        "handed over, still receiving, and something left to apply",
        seen(replica("n2", retrieved=6), me="n2", leader=N2, sync=sync("n2", ["n1"])),
        Decision((StopReceiving(),), "Is to be primary: receives nothing more."),
    ),
    (
        "handed over, and something left to apply",
        seen(mysql("n2", retrieved=6), me="n2", leader=N2, sync=sync("n2", ["n1"])),
        Decision((StartApplying(),), "Is to be primary: applies what it received."),
    ),
    (
        "handed over, and applying",
        seen(mysql("n2", retrieved=6, is_applying=True), me="n2", leader=N2, sync=sync("n2", ["n1"])),
        Decision((), "Is to be primary: applies what it received."),
    ),
    (
        "a hand-over that went wrong",
        seen(OLD, leader=N1, sync=sync(), request=asks(SWITCHOVER, "n2")),
        Decision(
            (Answer(9, "The switchover was called off: n1 is primary again", is_refused=True), Open(is_waiting=True)),
            "The switchover was called off: n1 is primary again.",
        ),
    ),
    (
        "somebody is to be made anew, meanwhile",
        seen(OLD, leader=N1, sync=sync(), request=asks(REINIT, "n2")),
        Decision((Open(is_waiting=True),), "Becomes primary, and waits for n2, n3."),
    ),
    (
        "its disk is full, and another can take over",
        seen(primary(is_disk_full=True), *BOTH, leader=N1, sync=sync()),
        Decision((Fence(FULL), Resign(EPOCH, FULL)), f"Gives the lead up: {FULL}, and another can take over."),
    ),
    (
        "its disk is full before it was opened",
        seen(replace(OLD, is_disk_full=True), *BOTH, leader=N1, sync=sync()),
        Decision((Resign(EPOCH, FULL),), f"Gives the lead up: {FULL}, and another can take over."),
    ),
    (
        "its disk is full, and nobody can take over",
        seen(primary(is_disk_full=True), leader=N1, sync=sync(replicas=[])),
        Decision((), f"Is primary, and {FULL}: nobody can take over."),
    ),
]

NO_SWITCHOVER = "No switchover: n2 is not in the sync set, or not close behind"
ASKED = [
    (
        "a switchover to the primary",
        seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(SWITCHOVER, "n1")),
        Decision((Answer(9, "n1 is primary already"),), "n1 is primary already."),
    ),
    (
        "a switchover to one that is behind",
        seen(primary(), member("n2", replica("n2", lag=5.0)), leader=N1, sync=sync(), request=asks(SWITCHOVER, "n2")),
        Decision((Answer(9, NO_SWITCHOVER, is_refused=True),), f"{NO_SWITCHOVER}."),
    ),
    (
        "a switchover to one that does not know how far behind it is",
        seen(primary(), member("n2", replica("n2", lag=None)), leader=N1, sync=sync(), request=asks(SWITCHOVER, "n2")),
        Decision((Answer(9, NO_SWITCHOVER, is_refused=True),), f"{NO_SWITCHOVER}."),
    ),
    (
        "a failover to any",
        seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(FAILOVER)),
        Decision(
            (Fence("failover to another was asked for"), Resign(EPOCH, "failover to another was asked for")),
            "Gives the lead up: failover to another was asked for.",
        ),
    ),
    (
        "a forced failover to one outside the set",
        seen(primary(), member("n2"), leader=N1, sync=sync(replicas=[]), request=asks(FAILOVER, "n2", is_forced=True)),
        Decision(
            (Fence("failover to n2 was asked for"), Resign(EPOCH, "failover to n2 was asked for")),
            "Gives the lead up: failover to n2 was asked for.",
        ),
    ),
    (
        "a forced failover to one that is not there",
        seen(primary(), leader=N1, sync=sync(replicas=[]), request=asks(FAILOVER, "n2", is_forced=True)),
        Decision(
            (Answer(9, "No failover: n2 cannot take writes", is_refused=True),), "No failover: n2 cannot take writes."
        ),
    ),
    (
        "a failover to the primary",
        seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(FAILOVER, "n1")),
        Decision((Answer(9, "n1 is primary already"),), "n1 is primary already."),
    ),
    (
        "a failover while somebody of the set is not heard",
        seen(primary(), member("n2"), leader=N1, sync=sync(), request=asks(FAILOVER, "n2")),
        Decision(
            (Answer(9, "No failover: n2 is not in the sync set, or not all of it is heard", is_refused=True),),
            "No failover: n2 is not in the sync set, or not all of it is heard.",
        ),
    ),
    (
        "the primary is to be made anew",
        seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(REINIT, "n1")),
        Decision(
            (Answer(9, "Not made anew: n1 is primary, or not heard", is_refused=True),),
            "Not made anew: n1 is primary, or not heard.",
        ),
    ),
    (
        "a replica is to be made anew",
        seen(primary(), *BOTH, leader=N1, sync=sync(), request=asks(REINIT, "n2")),
        Decision((), "Is primary; n2, n3 could take over."),
    ),
]


def written(*names: str, joining: tuple[str, ...] = (), gone: tuple[str, ...] = ()) -> WriteSync:
    return WriteSync(sync("n1", names, joining), EPOCH, gone=frozenset(gone))


ALONE = primary(is_waiting=False, ackers=frozenset())
LONELY = "Is primary alone: nobody acknowledges, so writes wait for nobody."
LET_GO = "Is primary alone: n2 is to be made anew, so writes wait for nobody."
STUCK = "Is primary alone: n2, n3 no longer acknowledges, so writes wait for nobody."
SETS = [
    (
        "one of the set could not take writes",
        seen(primary(), member("n2", can_lead=False), member("n3"), leader=N1, sync=sync()),
        Decision((), "Is primary; n3 could take over."),
    ),
    (
        "all is well",
        seen(primary(), *BOTH, leader=N1, sync=sync()),
        Decision((), "Is primary; n2, n3 could take over."),
    ),
    (
        "all is well again, after many failovers",
        seen(primary(), *BOTH, leader=N1, sync=sync(), recent=2),
        Decision(
            (),
            "Is primary; n2, n3 could take over, but not by itself: 2 failovers in a short time are enough, until an"
            " operator acknowledges them.",
        ),
    ),
    (
        "a stranger is connected",
        seen(primary(), member("n2"), leader=N1, sync=sync(replicas=["n2"])),
        Decision((CutOff("n3"),), "Cuts off n3: not heard, or not in the set."),
    ),
    (
        "it does not wait though the set is not empty",
        seen(primary(is_waiting=False), *BOTH, leader=N1, sync=sync()),
        Decision((SetWaiting(is_on=True),), "Is primary, and waits for n2, n3 from now on."),
    ),
    (
        "nobody acknowledges since a moment",
        seen(primary(ackers=frozenset()), *BOTH, leader=N1, sync=sync(), since=since(alone=0.9)),
        Decision((), "Is primary; n2, n3 could take over; writes stand still, nobody acknowledges."),
    ),
    (
        "nobody acknowledges for too long",
        seen(primary(ackers=frozenset()), *BOTH, leader=N1, sync=sync(), since=since(alone=1)),
        Decision((written(joining=("n2", "n3")), SetWaiting(is_on=False)), STUCK),
    ),
    (
        "they are connected and do not answer",
        seen(primary(waiters=1), *BOTH, leader=N1, sync=sync(), since=since(stalled=1)),
        Decision((written(joining=("n2", "n3")), SetWaiting(is_on=False), CutOff("n2"), CutOff("n3")), STUCK),
    ),
    (
        "the only one that could take over is to be made anew",
        seen(primary(), member("n2"), leader=N1, sync=sync(replicas=["n2"]), request=asks(REINIT, "n2")),
        Decision((written(joining=("n2",)), SetWaiting(is_on=False), CutOff("n2"), CutOff("n3")), LET_GO),
    ),
    (
        "the only one of the set that is heard is to be made anew",
        seen(primary(), member("n2"), leader=N1, sync=sync(), request=asks(REINIT, "n2")),
        Decision(
            (written(joining=("n2", "n3")), SetWaiting(is_on=False), CutOff("n2"), CutOff("n3")),
            LET_GO,
        ),
    ),
    (
        "it is to be made anew, and was let go of, but writes still wait",
        seen(primary(), member("n2"), leader=N1, sync=sync(replicas=[], joining=["n2"]), request=asks(REINIT, "n2")),
        Decision((SetWaiting(is_on=False), CutOff("n2"), CutOff("n3")), LET_GO),
    ),
    (
        "it is to be made anew, and nobody relies on it",
        seen(ALONE, member("n2"), leader=N1, sync=sync(replicas=[], joining=["n2"]), request=asks(REINIT, "n2")),
        Decision((), LET_GO),
    ),
    (
        "one has left, and another has all",
        seen(primary(ackers=frozenset({"n2"})), member("n2"), leader=N1, sync=sync(), since=since(left_n3=0)),
        Decision((written("n2", gone=("n3",)),), "Is primary, and no longer waits for n3."),
    ),
    (
        "one has left, and the other lacks something yet",
        seen(
            primary(ackers=frozenset({"n2"})),
            member("n2", replica("n2", 4)),
            leader=N1,
            sync=sync(),
            since=since(left_n3=0),
        ),
        Decision((), "Is primary; nobody, while n3 is not heard, could take over."),
    ),
    (
        "one joins the armed set",
        seen(primary(ackers=frozenset({"n2"})), *BOTH, leader=N1, sync=sync(replicas=["n2"])),
        Decision((written("n2", "n3"),), "Is primary: n3 joins the set."),
    ),
    (
        "one is too far behind to join",
        seen(
            primary(ackers=frozenset({"n2"})),
            member("n2"),
            member("n3", replica("n3", lag=9.0)),
            leader=N1,
            sync=sync(replicas=["n2"]),
        ),
        Decision((), "Is primary; n2 could take over."),
    ),
    (
        "nobody is there",
        seen(ALONE, leader=N1, sync=sync(replicas=[])),
        Decision((), "Is primary alone: nobody could take over."),
    ),
    (
        "two come",
        seen(ALONE, *BOTH, leader=N1, sync=sync(replicas=[])),
        Decision((written(joining=("n2", "n3")),), "Is primary alone: n2, n3 may acknowledge."),
    ),
    (
        "one that was to join has left",
        seen(ALONE, leader=N1, sync=sync(replicas=[], joining=["n2"]), since=since(left_n2=0)),
        Decision((written(gone=("n2",)),), "Is primary alone: n2 has left."),
    ),
    (
        "they are connected, and nobody knows how near",
        seen(primary(is_waiting=False), *BOTH, leader=N1, sync=sync(replicas=[], joining=["n2", "n3"])),
        Decision((), "Is primary alone: n2, n3 is not close enough to be waited for."),
    ),
    (
        "they are connected, and too far behind",
        seen(
            primary(is_waiting=False, ackers=frozenset({"n2"})),
            member("n2", replica("n2", 4)),
            leader=N1,
            sync=sync(replicas=[], joining=["n2"]),
            since=since(nearing=1),
        ),
        Decision((), "Is primary alone: n2 is not close enough to be waited for."),
    ),
    (
        "they are connected and near",
        seen(
            primary(is_waiting=False),
            *BOTH,
            leader=N1,
            sync=sync(replicas=[], joining=["n2", "n3"]),
            since=since(nearing=1),
        ),
        Decision((SetWaiting(is_on=True),), "Is primary, and begins to wait for n2, n3."),
    ),
    (
        "it waits, and what began before may be running",
        seen(primary(), *BOTH, leader=N1, sync=sync(replicas=[], joining=["n2", "n3"])),
        Decision((), "Is primary, and waits until n2, n3 has all."),
    ),
    (
        "it waits, and one has all",
        seen(primary(), *BOTH, leader=N1, sync=sync(replicas=[], joining=["n2", "n3"]), since=since(settled=0)),
        Decision((written("n2", "n3"),), "Is primary; n2, n3 can take over from now on."),
    ),
    (
        "it waits, and nobody has all",
        seen(
            primary(ackers=frozenset({"n2"})),
            member("n2", replica("n2", 4)),
            leader=N1,
            sync=sync(replicas=[], joining=["n2"]),
            since=since(settled=0),
        ),
        Decision((), "Is primary, and waits until n2 has all."),
    ),
    (
        "it waits, and nobody is connected any more",
        seen(primary(ackers=frozenset()), member("n2"), leader=N1, sync=sync(replicas=[], joining=["n2"])),
        Decision((SetWaiting(is_on=False),), LONELY),
    ),
]

TABLE: list[tuple[str, Observation, Decision]] = [
    *FENCING, *STARTING_ROWS, *STANDING, *PROMOTING, *FOLLOWING, *ERRANT, *LEADING, *ASKED, *SETS,
]  # fmt: skip


@pytest.mark.parametrize(("observation", "decision"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_the_table_of_decisions(observation: Observation, decision: Decision) -> None:
    assert decide(observation) == decision


def test_what_was_executed_when_somebody_left_is_what_counts() -> None:
    """The primary may be far ahead by now; the one that stays need not have what came later."""
    last_word = {"left:n3": Beginning(NOW, gtids(5))}
    ahead = primary(executed=900, ackers=frozenset({"n2"}))
    observation = seen(ahead, member("n2"), leader=N1, sync=sync(), since=last_word)
    assert decide(observation).actions == (written("n2", gone=("n3",)),)
