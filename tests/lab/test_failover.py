"""With `failover: automatic` the primary is lost in several ways, and no write that was acknowledged is.

One lab for the file. Each test leaves all machines running, and a replica that could take over.
"""

import time
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from mainstay.drills.writable import Look, read_looks
from tests.lab import computer
from tests.lab.lead import LED_FROM, TAKES_THE_LEAD
from tests.lab.load import Load
from tests.lab.site import LabSite, lab_site
from tests.lab.waiting import becomes

LABS = ("mst-failover",)

FREEZE = "kill -STOP $(systemctl show --property=MainPID --value mainstay-keeper.service)"
WRITING_SECONDS = 3.0
VOTERS = ("lb-01", "srv-01", "srv-02")
LONGER_THAN_A_SESSION = 7.0
FROZEN_SECONDS = 60.0
TOO_LATE = "INSERT INTO mst_failover.entries (author, message, created_at) VALUES ('Ada', 'too-late', NOW())"
WATCHER = resources.files("mainstay.drills").joinpath("remote", "writable.py").read_text()
SEEN = "/run/mst-seen"


@pytest.fixture(scope="module")
def site() -> Iterator[LabSite]:
    """A site that was in use with `failover: manual` before keepers took it over: what was written then is there."""
    with lab_site("mst-failover", port=18190, blueprint="ha", is_plain=True) as site:
        site.change("failover: automatic ", "failover: manual ")
        site.up()
        acknowledged = write(site, "manual")
        site.change("failover: manual ", "failover: automatic ")
        site.up()
        for machine in both(site):
            has_all(site, machine, acknowledged)
        yield site


@pytest.fixture(autouse=True)
def _armed(site: LabSite) -> None:
    """Both run, the replica could take over, and earlier failovers do not count."""
    site.is_healthy(within=60)
    becomes("A replica that could take over", lambda: keepers(site).get("sync"), bool, within=60)
    site.does("db", "ack")


def database(site: LabSite) -> dict[str, Any]:
    told: dict[str, Any] = site.status()["database"]
    return told


def keepers(site: LabSite) -> dict[str, Any]:
    told: dict[str, Any] = database(site).get("keepers", {})
    return told


def both(site: LabSite) -> tuple[str, str]:
    """The primary and the other."""
    primary = str(database(site)["primary"])
    return primary, next(name for name in ("srv-01", "srv-02") if name != primary)


def write(site: LabSite, mark: str) -> list[str]:
    """Entries that were acknowledged, written for a while."""
    acknowledged: list[str] = []
    end = time.monotonic() + WRITING_SECONDS
    while time.monotonic() < end:
        message = f"{mark}-{len(acknowledged)}"
        if site.post("/entries", {"author": "Ada", "message": message}).status == 201:
            acknowledged.append(message)
    assert acknowledged
    return acknowledged


def becomes_primary(site: LabSite, machine: str, within: float) -> None:
    becomes(f"{machine} primary", lambda: keepers(site).get("leader"), lambda leader: leader == machine, within)
    becomes("Writing", lambda: site.post("/entries", {"author": "Ada", "message": "again"}).status, is_created, within)


def is_created(status: int) -> bool:
    return status == 201


def has_all(site: LabSite, machine: str, acknowledged: list[str]) -> None:
    rows = site.sql(machine, "SELECT message FROM mst_failover.entries").splitlines()
    assert set(acknowledged) - set(rows) == set()


def test_the_primary_loses_its_power_and_rejoins_by_itself(site: LabSite) -> None:
    primary, other = both(site)
    acknowledged = write(site, "power")
    site.power_off(primary)
    becomes_primary(site, other, within=15)
    has_all(site, other, acknowledged)
    site.power_on(primary)
    becomes("Rejoined", lambda: keepers(site).get("sync"), lambda sync: sync == [primary], within=60)
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
    becomes("Rejoined", lambda: keepers(site).get("sync"), lambda sync: sync == [primary], within=60)
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
    becomes("Rejoined", lambda: keepers(site).get("sync"), lambda sync: sync == [primary], within=60)
    for machine in (primary, other):
        has_all(site, machine, acknowledged)
        assert site.sql(machine, "SELECT COUNT(*) FROM mst_failover.entries WHERE message = 'too-late'") == "0"


def test_a_primary_that_is_cut_off_beside_a_frozen_keeper_is_silent_before_the_next_one_opens(site: LabSite) -> None:
    primary, other = both(site)
    acknowledged = write(site, "silent")
    for machine in (primary, other):
        watched(site, machine)
    site.runs(primary, "sh", "-c", FREEZE)
    with computer.cut_off(site.name, primary):
        becomes_primary(site, other, within=15)
        has_all(site, other, acknowledged)
    becomes("Rejoined", lambda: keepers(site).get("sync"), lambda sync: sync == [primary], within=60)
    last = max(look.answered for look in seen(site, primary) if look.takes_writes)
    first = min(look.asked for look in seen(site, other) if look.takes_writes)
    assert last < first
    has_all(site, primary, acknowledged)


def watched(site: LabSite, machine: str) -> None:
    """From now on the machine itself notes whether its database takes writes, whoever can reach it."""
    notes = f"--property=StandardOutput=truncate:{SEEN}"
    site.runs(machine, "systemd-run", "--quiet", "--collect", "--unit=mst-seen", notes, "python3", "-c", WATCHER)


def seen(site: LabSite, machine: str) -> tuple[Look, ...]:
    """What was noted; it is not watched any longer."""
    site.runs(machine, "systemctl", "stop", "mst-seen.service")
    return read_looks(site.runs(machine, "cat", SEEN).splitlines(keepends=True))


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
