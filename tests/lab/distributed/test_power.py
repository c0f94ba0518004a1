"""Machines lose their power under load, and come back by themselves; so do programs and the whole computer.

Each test leaves all machines running and the first server's database as the primary.
"""

import time

import pytest

from tests.lab import computer
from tests.lab.load import Load, Visit
from tests.lab.site import LabSite
from tests.lab.waiting import PATIENCE, becomes

PRIMARY, REPLICA = "srv-01", "srv-02"
SERVERS = (PRIMARY, REPLICA)
OUT_WITHIN = 2.0 * PATIENCE
"""Seconds after which a dead server gets no request any more: the promise of the issue."""


@pytest.fixture(autouse=True)
def _settled(site: LabSite) -> None:
    site.is_healthy(within=30)


def lasts(seconds: float) -> None:
    time.sleep(seconds)


def told(visits: list[Visit], since: float) -> str:
    return "\n".join(visit.told_since(since) for visit in visits)


def nothing_failed_but_shortly_after(load: Load, moment: float) -> None:
    """Before the moment no request failed, and none that began more than two seconds after it."""
    late = [visit for visit in load.failures() if not moment - 5 < visit.begun < moment + OUT_WITHIN]
    early = [visit for visit in load.failures() if visit.ended < moment]
    assert not late + early, f"failed, times counted from the power-off:\n{told(late + early, moment)}"


def survives(site: LabSite, lost: str, other: str, path: str) -> None:
    """Load; after three seconds a machine is lost, and the other server answers all that comes then."""
    with site.load(path) as load:
        lasts(3)
        moment = site.power_off(lost)
        lasts(OUT_WITHIN + 7)
    assert len(load.visits) > 400
    assert load.servers()[lost] > 50
    nothing_failed_but_shortly_after(load, moment)
    after = load.servers(after=moment + OUT_WITHIN)
    assert set(after) == {other}
    assert after[other] > 250


def test_the_replicas_machine_is_lost_under_load_and_returns(site: LabSite) -> None:
    survives(site, lost=REPLICA, other=PRIMARY, path="/whoami")
    told = site.whoami()
    assert (told["server"], told["write_host"], told["read_host"]) == (PRIMARY, PRIMARY, PRIMARY)
    assert site.post("/entries", {"author": "Ada", "message": "Alone"}).status == 201
    site.power_on(REPLICA)
    site.takes_turns(*SERVERS, within=30)
    site.reads_from(REPLICA, within=15)


def test_what_was_written_meanwhile_reaches_the_replica_when_it_returns(site: LabSite) -> None:
    site.power_off(REPLICA)
    written = site.post("/entries", {"author": "Ada", "message": "While you were out"})
    assert written.status == 201
    site.power_on(REPLICA)
    question = f"SELECT message FROM mst_shop.entries WHERE id = {written.json()['id']}"

    def ask() -> str:
        return site.tries_on(REPLICA, "mysql", "-BNe", question).output.strip()

    becomes("The entry on the replica", ask, lambda rows: rows == "While you were out", within=20)
    site.takes_turns(*SERVERS, within=30)


def test_the_primarys_machine_is_lost_under_load_and_returns_as_the_primary(site: LabSite) -> None:
    """Nobody is promoted (`failover: manual`): pages go on from the replica, writes wait for the primary."""
    entry = site.post("/entries", {"author": "Grace", "message": "Before the cut"}).json()["id"]
    survives(site, lost=PRIMARY, other=REPLICA, path="/")
    assert site.get(f"/entries/{entry}").json()["author"] == "Grace"
    assert site.post("/entries", {"author": "Grace", "message": "During the cut"}).status == 503
    said = site.status()
    assert (said["healthy"], said["database"]["primary"]) == (False, None)
    assert said["machines"][PRIMARY]["reachable"] is False
    site.power_on(PRIMARY)
    site.takes_turns(*SERVERS, within=30)
    site.is_healthy(within=30)
    assert site.whoami()["write_host"] == PRIMARY
    assert site.post("/entries", {"author": "Grace", "message": "After the cut"}).status == 201


def test_the_balancers_machine_is_lost_and_serves_again_when_it_returns(site: LabSite) -> None:
    site.power_off("lb-01")
    assert site.get("/", seconds=3).status == 0
    site.power_on("lb-01")
    site.takes_turns(*SERVERS, within=15)


def test_the_computer_loses_power_and_up_brings_all_back_with_its_data(site: LabSite) -> None:
    """No process, mount, namespace or control group of the lab is left, as after a reboot; what was on disk is."""
    entry = site.post("/entries", {"author": "Barbara", "message": "Still here"}).json()["id"]
    computer.lose_power(site.name)
    assert computer.remains_of(site.name) == []
    assert site.get("/").status == 0
    assert site.status()["healthy"] is False
    site.does("up")
    shown = site.get(f"/entries/{entry}")
    assert (shown.status, shown.json()["message"]) == (200, "Still here")
    site.is_healthy(within=15)
    site.takes_turns(*SERVERS, within=15)
    assert site.whoami()["write_host"] == PRIMARY
    assert site.does("up").startswith("Nothing to do")


def test_down_stops_the_machines_and_up_starts_them_with_their_data(site: LabSite) -> None:
    entry = site.post("/entries", {"author": "Barbara", "message": "And here"}).json()["id"]
    site.does("down")
    assert computer.inits_of(site.name) == {}
    site.does("up")
    site.shows(f"/entries/{entry}", within=10)


def test_a_replica_that_stops_following_is_not_read_from(site: LabSite) -> None:
    site.reads_from(REPLICA, within=10)
    site.sql(REPLICA, "STOP REPLICA")
    try:
        site.reads_from(PRIMARY, within=3)
        said = site.status()
        assert (said["healthy"], said["database"]["replicas"][REPLICA]["sync"]) == (False, False)
        assert f"{REPLICA} does not follow it" in site.tries("db", "status").output
    finally:
        site.sql(REPLICA, "START REPLICA")
    site.reads_from(REPLICA, within=5)


def test_a_replica_that_lags_too_far_behind_is_not_read_from(site: LabSite) -> None:
    """It applies what it gets 60 s late, where the file allows 5 s."""
    site.reads_from(REPLICA, within=10)
    late = "STOP REPLICA SQL_THREAD; CHANGE REPLICATION SOURCE TO SOURCE_DELAY = {}; START REPLICA SQL_THREAD"
    site.sql(REPLICA, late.format(60))
    try:
        site.post("/entries", {"author": "Ada", "message": "Seen late"})
        site.reads_from(PRIMARY, within=12)
    finally:
        site.sql(REPLICA, late.format(0))
    site.reads_from(REPLICA, within=10)


def test_the_primary_is_primary_and_writable_again_when_mysql_restarts(site: LabSite) -> None:
    site.runs(PRIMARY, "systemctl", "kill", "--signal=SIGKILL", "mysql")
    becomes(
        "A write",
        lambda: site.post("/entries", {"author": "Ada", "message": "Again"}).status,
        lambda status: status == 201,
        within=20,
    )
    site.runs(PRIMARY, "systemctl", "restart", "mysql")
    said = site.is_healthy(within=20)
    assert said["database"]["primary"] == PRIMARY
    assert site.whoami()["write_host"] == PRIMARY


def test_programs_that_die_are_started_again(site: LabSite) -> None:
    """All of them at once, on both servers and the balancer."""
    units = ("haproxy", "nginx", "mainstay-app.service", "mainstay-mysql-role")
    for machine in (*SERVERS, "lb-01"):
        site.tries_on(machine, "systemctl", "kill", "--signal=SIGKILL", *(units if machine != "lb-01" else units[:1]))
    site.takes_turns(*SERVERS, within=15)
    site.is_healthy(within=15)


def test_passive_servers_wait_until_the_active_one_is_lost(site: LabSite) -> None:
    before = site.file.read_text()
    site.change("  servers: active-active ", "  servers: active-passive ")
    try:
        is_active_passive(site)
    finally:
        site.file.write_text(before)
        site.does("up")
    site.takes_turns(*SERVERS, within=15)


def is_active_passive(site: LabSite) -> None:
    assert site.plan() == {
        "lb-01": ["change /etc/haproxy/haproxy.cfg", "reload haproxy.service"],
        PRIMARY: [],
        REPLICA: [],
    }
    site.does("up")
    assert set(site.servers(50)) == {PRIMARY}
    survives(site, lost=PRIMARY, other=REPLICA, path="/")
    site.power_on(PRIMARY)
    becomes("Back on the first", lambda: set(site.servers(8)), lambda seen: seen == {PRIMARY}, within=30)
    assert set(site.servers(50)) == {PRIMARY}
