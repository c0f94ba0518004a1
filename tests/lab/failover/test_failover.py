"""With `failover: automatic` the primary is lost in several ways, and no write that was acknowledged is."""

import time

from tests.lab import computer
from tests.lab.failover.acts import (
    DATABASES,
    ENTRIES,
    FREEZE,
    becomes_primary,
    both,
    has_all,
    seen,
    stands_by,
    takes_writes,
    watched,
    write,
)
from tests.lab.lead import LED_FROM, TAKES_THE_LEAD
from tests.lab.load import Load
from tests.lab.site import LabSite
from tests.lab.waiting import becomes

LABS = ("mst-failover",)

VOTERS = ("lb-01", *DATABASES)
LONGER_THAN_A_SESSION = 7.0
FROZEN_SECONDS = 60.0
TOO_LATE = f"INSERT INTO {ENTRIES} (author, message, created_at) VALUES ('Ada', 'too-late', NOW())"


def test_the_primary_loses_its_power_and_rejoins_by_itself(site: LabSite) -> None:
    primary, other = both(site)
    acknowledged = write(site, "power")
    site.power_off(primary)
    becomes_primary(site, other, within=15)
    has_all(site, other, acknowledged)
    site.power_on(primary)
    stands_by(site, primary)
    has_all(site, primary, acknowledged)


def test_the_primary_is_lost_with_the_voters_leader(site: LabSite) -> None:
    """Then every session begins its time anew, once another leads: it takes longer, and costs no write (hazard 9)."""
    primary, other = both(site)
    acknowledged = write(site, "leader")
    taking = site.starts("exec", "-m", primary, "--", "python3", "-c", TAKES_THE_LEAD)
    becomes("Led from the primary", lambda: led_from(site, other), lambda name: name == primary, within=10)
    site.power_off(primary)
    becomes_primary(site, other, within=20)
    taking.is_killed()
    has_all(site, other, acknowledged)
    site.power_on(primary)
    stands_by(site, primary)
    has_all(site, primary, acknowledged)


def led_from(site: LabSite, asked: str) -> str:
    """Where the voters' leader is, as the voter on this machine has it."""
    return site.runs(asked, "python3", "-c", LED_FROM).strip()


def test_the_guard_ends_mysql_when_the_keeper_is_frozen(site: LabSite) -> None:
    primary, other = both(site)
    acknowledged = write(site, "frozen")
    site.runs(primary, "sh", "-c", FREEZE)
    becomes_primary(site, other, within=15)
    has_all(site, other, acknowledged)
    said = site.runs(primary, "journalctl", "--boot", "--unit", "mainstay-keeper-guard", "--output", "cat")
    assert said.count("after the deadline that its keeper had not renewed") == 1


def test_a_primary_that_stood_still_for_a_minute_acknowledges_nothing_of_its_own(site: LabSite) -> None:
    primary, other = both(site)
    acknowledged = write(site, "still")
    site.runs(primary, "systemctl", "kill", "--signal=STOP", "mysql.service")
    frozen_at = time.monotonic()
    client = site.starts("exec", "-m", primary, "--", "mysql", "-e", TOO_LATE)
    becomes_primary(site, other, within=15)
    acknowledged += write(site, "meanwhile")
    time.sleep(max(0.0, frozen_at + FROZEN_SECONDS - time.monotonic()))
    site.tries_on(primary, "systemctl", "kill", "--signal=CONT", "mysql.service")
    assert client.ends() != 0, client.told
    stands_by(site, primary)
    for machine in (primary, other):
        has_all(site, machine, acknowledged)
        assert site.sql(machine, f"SELECT COUNT(*) FROM {ENTRIES} WHERE message = 'too-late'") == "0"


def test_a_primary_that_is_cut_off_beside_a_frozen_keeper_is_silent_before_the_next_one_opens(site: LabSite) -> None:
    primary, other = both(site)
    acknowledged = write(site, "silent")
    for machine in (primary, other):
        watched(site, machine)
    site.runs(primary, "sh", "-c", FREEZE)
    with computer.cut_off(site.name, primary):
        becomes_primary(site, other, within=15)
        has_all(site, other, acknowledged)
    stands_by(site, primary)
    last = max(look.answered for look in seen(site, primary) if look.takes_writes)
    first = min(look.asked for look in seen(site, other) if look.takes_writes)
    assert last < first
    has_all(site, primary, acknowledged)


def test_a_switchover_changes_places_in_good_order(site: LabSite) -> None:
    primary, other = both(site)
    acknowledged = write(site, "switched")
    assert site.does("db", "switchover", "--to", other).strip() == f"{other} is primary in place of {primary}"
    becomes_primary(site, other, within=5)
    has_all(site, other, acknowledged)
    assert f"{primary} -> {other}: switchover" in site.does("db", "history")


def test_visitors_do_not_notice_a_switchover(site: LabSite) -> None:
    _, other = both(site)
    with Load(lambda: site.post("/entries", {"author": "Ada", "message": "meanwhile"}), per_second=20) as load:
        site.does("db", "switchover", "--to", other)
        time.sleep(1)
    assert load.failures() == []
    assert both(site)[0] == other


def test_a_keeper_that_is_started_anew_costs_nothing(site: LabSite) -> None:
    primary, _ = both(site)
    with site.load("/whoami") as load:
        site.runs(primary, "systemctl", "restart", "mainstay-keeper-guard.service", "mainstay-keeper.service")
        time.sleep(LONGER_THAN_A_SESSION)  # one that the restart had cost would have lapsed by then
    assert load.failures() == []
    assert both(site)[0] == primary


def test_a_primary_whose_voters_are_all_away_goes_on(site: LabSite) -> None:
    primary, other = both(site)
    begun = [begun_at(site, machine) for machine in (primary, other)]
    try:
        for voter in VOTERS:
            site.runs(voter, "systemctl", "stop", "etcd.service")
        time.sleep(LONGER_THAN_A_SESSION)
        assert [begun_at(site, machine) for machine in (primary, other)] == begun
        takes_writes(site, within=5)
        acknowledged = write(site, "no-store")
    finally:
        for voter in VOTERS:
            site.runs(voter, "systemctl", "start", "--no-block", "etcd.service")
    becomes_primary(site, primary, within=30)
    has_all(site, primary, acknowledged)


def begun_at(site: LabSite, machine: str) -> str:
    """Since when a machine's keeper runs: another than before, if it ended meanwhile."""
    shown = "--property=ExecMainStartTimestampMonotonic"
    return site.runs(machine, "systemctl", "show", shown, "mainstay-keeper.service")


def test_up_again_changes_nothing(site: LabSite) -> None:
    assert set(site.up().values()) == {0}
