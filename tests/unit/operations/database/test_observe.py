"""How the databases stand, and who is primary."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from mainstay.grounds.errors import GroundError
from mainstay.operations.database.observe import FACTS, Member, observe, primary_of
from mainstay.operations.errors import OperationError
from tests.fakes.reach import Asked, FakeReach

FACTS_OF_ONE = {
    "read_only": 0,
    "executed": "a:1-5,\nb:1-3",
    "uuid": "a",
    "schema_count": 1,
    "semi_sync": "ON",
    "semi_sync_clients": "1",
    "waiting_for_room": 0,
    "committing_seconds": None,
}
NEW = {**FACTS_OF_ONE, "read_only": 1, "executed": "", "schema_count": 0, "semi_sync": "OFF", "semi_sync_clients": "0"}
FOLLOWS = {
    "Source_Host": "10.77.0.2",
    "Replica_IO_Running": "Yes",
    "Replica_SQL_Running": "Yes",
    "Replica_IO_State": "Waiting for source to send event",
    "Replica_SQL_Running_State": "Replica has read all relay log; waiting for more updates",
    "Seconds_Behind_Source": 0,
    "Last_IO_Error": "",
    "Last_SQL_Error": "",
}
PRIMARY = Member("srv-01", is_writable=True, executed="a:1-5,b:1-3", has_schemas=True, is_waited_for=True)


def member(facts: Mapping[str, object], following: Mapping[str, object] | None = None) -> Member:
    """What is understood of a database's answer."""
    answer = json.dumps([[facts], [following] if following else []])
    return observe(FakeReach(lambda asked: answer), ["srv-01"])["srv-01"]


@pytest.mark.parametrize(
    ("semi_sync", "clients", "is_waited_for"),
    [("ON", "1", True), ("ON", "0", False), ("ON", None, False), ("OFF", "1", False), (None, None, False)],
)
def test_a_primary_takes_writes_and_follows_nobody(
    semi_sync: str | None, clients: str | None, is_waited_for: bool
) -> None:
    found = member({**FACTS_OF_ONE, "semi_sync": semi_sync, "semi_sync_clients": clients})
    assert found == replace(PRIMARY, is_waited_for=is_waited_for)
    assert found.state == "taking writes"


def test_one_that_neither_takes_writes_nor_follows_is_neither() -> None:
    found = member(NEW)
    assert found == Member("srv-01")
    assert found.state == "read-only, follows nobody"


IO_STOPPED = {**FOLLOWS, "Replica_IO_Running": "Connecting", "Seconds_Behind_Source": None, "Last_IO_Error": "no route"}
SQL_STOPPED = {**FOLLOWS, "Replica_SQL_Running": "No", "Seconds_Behind_Source": None, "Last_SQL_Error": "no such row"}
FULL = "Waiting for disk space"
NO_ROOM = {**FOLLOWS, "Replica_IO_State": FULL}
NO_ROOM_TO_APPLY = {**FOLLOWS, "Replica_SQL_Running_State": FULL}
BOTH_STOPPED = {**FOLLOWS, "Replica_IO_Running": "No", "Replica_SQL_Running": "No", "Seconds_Behind_Source": None}


@pytest.mark.parametrize(
    ("following", "lag", "is_following", "error", "state"),
    [
        (FOLLOWS, 0, True, "", "following"),
        ({**FOLLOWS, "Seconds_Behind_Source": 7}, 7, True, "", "following"),
        (NO_ROOM, 0, False, "waiting for disk space", "not following: waiting for disk space"),
        (NO_ROOM_TO_APPLY, 0, False, "waiting for disk space", "not following: waiting for disk space"),
        (IO_STOPPED, None, False, "no route", "not following: no route"),
        (SQL_STOPPED, None, False, "no such row", "not following: no such row"),
        (BOTH_STOPPED, None, False, "", "not following: stopped"),
    ],
)
def test_a_replica_follows_or_says_why_not(
    following: Mapping[str, object], lag: float | None, is_following: bool, error: str, state: str
) -> None:
    found = member({**FACTS_OF_ONE, "read_only": "1"}, following)
    assert found == Member(
        "srv-01",
        executed="a:1-5,b:1-3",
        has_schemas=True,
        source="10.77.0.2",
        is_following=is_following,
        lag_seconds=lag,
        error=error,
    )
    assert found.state == state


def test_of_one_that_cannot_be_asked_only_its_trouble_is_known() -> None:
    def answer(asked: Asked) -> str:
        if asked.machine == "srv-02":
            raise GroundError("srv-02 cannot be reached: no route", "Try again.")
        refused = {"error": [2003, "Can't connect"]}
        return json.dumps(refused if asked.machine == "srv-03" else [[FACTS_OF_ONE], []])

    members = observe(FakeReach(answer), ["srv-01", "srv-02", "srv-03"])
    assert members == {
        "srv-01": PRIMARY,
        "srv-02": Member("srv-02", trouble="srv-02 cannot be reached: no route"),
        "srv-03": Member("srv-03", trouble="MySQL on srv-03: Can't connect (error 2003)"),
    }
    assert members["srv-02"].state == "unknown: srv-02 cannot be reached: no route"


def test_a_database_is_asked_in_one_round_trip() -> None:
    reach = FakeReach(lambda asked: json.dumps([[FACTS_OF_ONE], []]))
    observe(reach, ["srv-01"])
    assert [json.loads(asked.given) for asked in reach.asked] == [[[FACTS, []], ["SHOW REPLICA STATUS", []]]]


NEITHER = Member("srv-03")
WRITABLE_REPLICA = Member("srv-04", is_writable=True, source="10.77.0.2")
SILENT = Member("srv-05", trouble="no answer")


@pytest.mark.parametrize(
    ("members", "primary"),
    [
        ((), None),
        ((NEITHER, SILENT), None),
        ((WRITABLE_REPLICA,), None),
        ((NEITHER, WRITABLE_REPLICA, PRIMARY, SILENT), "srv-01"),
    ],
)
def test_the_primary_is_the_one_that_takes_writes_and_follows_nobody(
    members: tuple[Member, ...], primary: str | None
) -> None:
    assert primary_of({found.name: found for found in members}) == primary


def test_two_primaries_are_an_error() -> None:
    other = Member("srv-02", is_writable=True)
    with pytest.raises(OperationError) as caught:
        primary_of({"srv-01": PRIMARY, "srv-03": NEITHER, "srv-02": other})
    assert str(caught.value) == (
        "srv-01 and srv-02 both take writes: two primaries, whose data has parted.\n"
        'docs/how-to/replace-a-lost-primary.md says, under "When the old primary returns", how to go on.'
    )


def test_a_primary_that_waits_for_room_takes_no_writes() -> None:
    assert member({**FACTS_OF_ONE, "waiting_for_room": 1}).state == "taking no writes: waiting for disk space"


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(None, "taking writes"), (2, "taking writes"), (3, "taking no writes: a COMMIT has waited for 3 s to be written")],
)
def test_a_primary_whose_commits_stand_still_takes_no_writes(seconds: int | None, state: str) -> None:
    assert member({**FACTS_OF_ONE, "committing_seconds": seconds}).state == state
