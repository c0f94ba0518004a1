"""What monitoring is told: whole answers, and by what each number changes."""

from dataclasses import replace

from mainstay_keeper.cycle import Told
from mainstay_keeper.metrics import text
from mainstay_keeper.nouns import Cluster, Mysql, Observation
from tests.unit.mainstay_keeper.builders import NOW, down, leads, member, mysql, primary, replica, seen, sync

NEVER = float("-inf")
WELL = seen(primary(), member("n2"), member("n3"), leader=leads("n1"), sync=sync())
FOLLOWS = seen(replica("n2"), member("n1"), member("n3"), leader=leads("n1"), sync=sync(), me="n2")

A_PRIMARY = """\
# HELP mainstay_keeper_is_primary Whether MySQL takes writes here by right, as routers are told.
# TYPE mainstay_keeper_is_primary gauge
mainstay_keeper_is_primary 1
# HELP mainstay_keeper_cycle_age_seconds Seconds since the last cycle had looked at MySQL and the store; \
what it did then is not waited for.
# TYPE mainstay_keeper_cycle_age_seconds gauge
mainstay_keeper_cycle_age_seconds 0.25
# HELP mainstay_keeper_paused Whether automation is off, as last read from the store.
# TYPE mainstay_keeper_paused gauge
mainstay_keeper_paused 0
# HELP mainstay_keeper_sync_members Replicas that COMMITs wait for and that may be promoted, as last read from \
the store.
# TYPE mainstay_keeper_sync_members gauge
mainstay_keeper_sync_members 2
# HELP mainstay_keeper_members Databases that the site has, by this keeper's settings.
# TYPE mainstay_keeper_members gauge
mainstay_keeper_members 3
# HELP mainstay_keeper_changes_total Epoch of the leader's key, as last read from the store: rises with each \
change of primary, by more than one, and when the same one takes the lead anew; left out while nobody leads.
# TYPE mainstay_keeper_changes_total counter
mainstay_keeper_changes_total 7
# HELP mainstay_keeper_store_reachable Whether the store answered in the last cycle, and this keeper's session lived.
# TYPE mainstay_keeper_store_reachable gauge
mainstay_keeper_store_reachable 1
# HELP mainstay_keeper_failsafe Whether this is the primary, and goes on without the store because all others agree.
# TYPE mainstay_keeper_failsafe gauge
mainstay_keeper_failsafe 0
# HELP mainstay_keeper_errant_transactions Transactions executed here that the open primary does not have; \
0 also while that cannot be said.
# TYPE mainstay_keeper_errant_transactions gauge
mainstay_keeper_errant_transactions 0
"""


def told(observation: Observation) -> Told:
    return Told(observation, "All is well.")


def shown(said: Told, now: float = NOW) -> dict[str, str]:
    """The numbers alone, by the name's own part."""
    lines = [line for line in text(said, 3, now).splitlines() if not line.startswith("#")]
    return dict(line.removeprefix("mainstay_keeper_").split(" ") for line in lines)


NUMBERS = {
    "is_primary": "1", "cycle_age_seconds": "0.0", "paused": "0", "sync_members": "2", "members": "3",
    "changes_total": "7", "store_reachable": "1", "failsafe": "0", "errant_transactions": "0",
}  # fmt: skip


def test_a_primary() -> None:
    assert text(told(WELL), 3, NOW + 0.25) == A_PRIMARY


def test_a_replica_reads_the_same_from_the_store() -> None:
    assert shown(told(FOLLOWS)) == {**NUMBERS, "is_primary": "0"}


def test_before_the_first_cycle_nothing_is_known_but_the_settings() -> None:
    nothing = Told(Observation("n1", NOW, Mysql(), Cluster(), False, NEVER), "")
    assert shown(nothing) == {"members": "3"}


def test_a_store_that_was_never_heard_has_said_nothing() -> None:
    alone = Observation("n1", NOW, down(), Cluster(), False, NEVER)
    assert shown(told(alone)) == {
        "is_primary": "0", "cycle_age_seconds": "0.0", "members": "3", "store_reachable": "0", "failsafe": "0",
        "errant_transactions": "0",
    }  # fmt: skip


def test_a_cycle_that_stands_grows_old_and_its_right_ends() -> None:
    assert shown(told(WELL), NOW + 60.1239) == {**NUMBERS, "is_primary": "0", "cycle_age_seconds": "60.124"}


def test_a_primary_that_fences_is_none() -> None:
    assert shown(replace(told(WELL), is_closed=True)) == {**NUMBERS, "is_primary": "0"}


def test_a_site_that_nobody_leads_and_whose_automation_is_off() -> None:
    left = seen(replica("n2"), member("n3"), sync=sync(), me="n2", is_paused=True)
    numbers = {**NUMBERS, "is_primary": "0", "paused": "1"}
    del numbers["changes_total"]
    assert shown(told(left)) == numbers


def test_who_only_begins_to_acknowledge_does_not_count() -> None:
    alone = replace(WELL, cluster=replace(WELL.cluster, sync=sync(replicas=(), joining=("n2", "n3"))))
    assert shown(told(alone)) == {**NUMBERS, "sync_members": "0"}


def test_a_site_that_was_not_founded_yet() -> None:
    numbers = {**NUMBERS, "is_primary": "0", "sync_members": "0"}
    del numbers["changes_total"]
    assert shown(told(seen(mysql("n1")))) == numbers


def test_a_primary_goes_on_without_the_store_as_long_as_the_others_agree() -> None:
    silent = replace(WELL, is_store_heard=False)
    agreed = replace(silent, agreed_until=NOW + 4)
    assert shown(told(silent)) == {**NUMBERS, "store_reachable": "0"}
    assert shown(told(agreed)) == {**NUMBERS, "store_reachable": "0", "failsafe": "1"}
    late = shown(told(agreed), NOW + 5)
    assert late == {**NUMBERS, "is_primary": "0", "cycle_age_seconds": "5.0", "store_reachable": "0"}


def test_transactions_that_only_this_machine_has() -> None:
    tail = replica("n2", "n1-data:1-5,n2-data:1-3:7")
    diverged = seen(tail, member("n1"), leader=leads("n1"), sync=sync(), me="n2")
    assert shown(told(diverged)) == {**NUMBERS, "is_primary": "0", "errant_transactions": "4"}
