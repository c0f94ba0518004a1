"""Ways in which others lost writes, or stood still, done to a real site: hazards of docs/architecture/failover.md."""

import itertools
import json
import time

from benchmarks.soak.diverged import ENDED, ERRANT, messages_in, writing_alone
from mainstay.drills.writable import overlapping, spans
from tests.lab import computer
from tests.lab.failover.acts import (
    DATABASES,
    ENTRIES,
    becomes_primary,
    both,
    have_the_same,
    messages,
    seen,
    stands_by,
    watched,
    word,
    write,
    writing,
)
from tests.lab.failover.clients import DIES_ONCE_ANOTHER_STANDS_BY, DIES_UNDER_A_CLIENT, REOPENED
from tests.lab.running import Running
from tests.lab.site import LabSite
from tests.lab.waiting import becomes

A_MOMENT = 1.0
"""Seconds of writing, where one write would do."""

STATUS = "(SELECT variable_value FROM performance_schema.global_status WHERE variable_name = 'Rpl_semi_sync_source_{}')"
HOW_IT_WAITS = (
    "SELECT @@GLOBAL.rpl_semi_sync_source_enabled, @@GLOBAL.rpl_semi_sync_source_timeout,"
    " @@GLOBAL.rpl_semi_sync_source_wait_no_replica, @@GLOBAL.rpl_semi_sync_source_wait_point,"
    f" {STATUS.format('status')}"
)
SHORTENED = "SET GLOBAL rpl_semi_sync_source_timeout = 1"
FOR_EVER = "1\t31536000000\t1\tAFTER_SYNC\tON"
UNACKNOWLEDGED = f"SELECT {STATUS.format('no_tx')}"
CLONED = "SELECT state FROM performance_schema.clone_status"
SLOWLY = "/etc/mysql/mysql.conf.d/zzz-slowly.cnf"
COPIES_SLOWLY = f"printf '[mysqld]\\nclone_max_data_bandwidth = 4\\n' > {SLOWLY}"
DIES_SOON = "sleep 4; systemctl kill --signal=KILL mysql.service"
ASKS_FOR_THE_COPY = (
    "mysql", "--batch", "--skip-column-names", "-e",
    "SELECT state FROM performance_schema.clone_progress WHERE stage = 'FILE COPY'",
)  # fmt: skip
ENOUGH = "2 failovers in a short time are enough, until an operator acknowledges them"
INSERT_ALONE = f"INSERT INTO {ENTRIES} (author, message, created_at) VALUES ('Ada', 'alone', NOW())"


def test_a_primary_that_somebody_stopped_from_waiting_waits_again_at_once(site: LabSite) -> None:
    """Semi-synchronous replication became asynchronous, switched off or by a wait that timed out (hazard 1).

    A wait that was only shortened is made endless again before it strikes; if it strikes at once, right after it.
    """
    primary, other = both(site)
    assert site.sql(primary, HOW_IT_WAITS) == FOR_EVER
    site.sql(primary, "SET GLOBAL rpl_semi_sync_source_enabled = OFF")
    waits_for_ever(site, primary)
    site.sql(primary, SHORTENED)
    waits_for_ever(site, primary)
    alone = int(site.sql(primary, UNACKNOWLEDGED))
    with computer.cut_apart(site.name, primary, other):
        site.sql(primary, f"{SHORTENED}; {INSERT_ALONE}")
        waits_for_ever(site, primary)
    assert int(site.sql(primary, UNACKNOWLEDGED)) == alone + 1
    acknowledged = write(site, "waiting", A_MOMENT)
    assert int(site.sql(primary, UNACKNOWLEDGED)) == alone + 1
    have_the_same(site, acknowledged)


def waits_for_ever(site: LabSite, primary: str) -> None:
    becomes("Waiting for ever", lambda: site.sql(primary, HOW_IT_WAITS), lambda told: told == FOR_EVER, within=3)


def test_a_primary_that_restarts_in_place_waits_before_it_takes_a_write(site: LabSite) -> None:
    """Nobody can take over; what nobody had acknowledged was shown to nobody, and its client was told so (hazard 3)."""
    primary, other = both(site)
    acknowledged = write(site, "in-place", A_MOMENT)
    site.does("db", "pause")
    try:
        with computer.cut_apart(site.name, primary, other):
            told = json.loads(site.runs(primary, "python3", "-c", DIES_UNDER_A_CLIENT))
    finally:
        site.does("db", "resume")
    assert (told["outcome"], told["visible"], told["waited"] > 0) == (2013, 0, True)
    stands_by(site, other)
    have_the_same(site, [*acknowledged, REOPENED])
    assert both(site)[0] == primary


def test_an_old_primary_returns_with_writes_that_nobody_acknowledged(site: LabSite) -> None:
    """They are written out and its data is kept aside; it is made anew, and nobody is shown them (hazard 4)."""
    primary, other = both(site)
    acknowledged = write(site, "before", A_MOMENT)
    kept = asides(site, primary)
    site.runs(primary, "systemd-run", "--quiet", "sh", "-c", writing_alone(ENTRIES))
    with computer.cut_off(site.name, primary):
        becomes_primary(site, other, within=15)
    stands_by(site, primary)
    assert site.runs(primary, "cat", ENDED).splitlines() == ["1"] * len(ERRANT)
    data, errant = sorted(asides(site, primary) - kept)
    assert errant == f"{data}.errant.sql"
    assert messages_in(site.runs(primary, "cat", errant)) == set(ERRANT)
    assert site.sql(primary, CLONED) == "Completed"
    have_the_same(site, acknowledged)
    assert messages(site, other) & set(ERRANT) == set()


def asides(site: LabSite, machine: str) -> set[str]:
    """What is kept of data that was put aside."""
    return set(site.runs(machine, "find", "/var/lib", "-maxdepth", "1", "-name", "mysql.aside-*").split())


def test_a_second_primary_is_lost_as_soon_as_the_first_could_take_over_again(site: LabSite) -> None:
    """Two failovers in a row: who has only just come back has all that is needed (hazard 5)."""
    primary, other = both(site)
    dies = f"MACHINE = {other!r}\n{DIES_ONCE_ANOTHER_STANDS_BY}"
    with writing(site, "twice") as acknowledged:
        second = site.starts("exec", "-m", other, "--", "python3", "-c", dies)
        site.runs(primary, "systemctl", "kill", "--signal=KILL", "mysql.service")
        assert second.ends() == 0, second.told
        becomes_primary(site, primary, within=15)
    stands_by(site, other)
    have_the_same(site, acknowledged)


FLAPS = ((0.3, 0.7), (0.6, 1.2), (0.2, 2.0))
"""For how many seconds the two machines are cut apart, and for how many they are together again."""


def test_a_switchover_on_a_flapping_network_never_leaves_two_primaries(site: LabSite) -> None:
    """It is carried out, or called off with a sentence; nothing is lost either way (hazard 7)."""
    primary, other = both(site)
    for machine in DATABASES:
        watched(site, machine, every=0.02)
    with writing(site, "flapping") as acknowledged:
        asked = site.starts("db", "switchover", "--to", other)
        flaps(site, asked)
        status, said = asked.ends(), asked.told
    primaries = {machine: spans(machine, seen(site, machine)) for machine in DATABASES}
    assert overlapping(primaries) == ()
    if status == 0:
        assert said.strip() == f"{other} is primary in place of {primary}"
    else:
        assert "The switchover was called off" in said or "No switchover: " in said, said
    becomes_primary(site, other if status == 0 else primary, within=10)
    stands_by(site, primary if status == 0 else other)
    have_the_same(site, acknowledged)


def flaps(site: LabSite, asked: Running) -> None:
    """The two databases' machines are cut apart and together again, until a verb has ended."""
    for apart, together in itertools.cycle(FLAPS):
        if not asked.is_running:
            return
        with computer.cut_apart(site.name, *DATABASES):
            time.sleep(apart)
        time.sleep(together)


def test_a_copy_that_breaks_off_is_begun_again_and_never_promoted(site: LabSite) -> None:
    """Its source is cut off for longer than its session and its MySQL dies, and nobody else has the data (hazard 14).

    If that MySQL lived, it might go on with the copy once it is reached again: CLONE tries that by itself.
    """
    primary, other = both(site)
    acknowledged = write(site, "copied", A_MOMENT)
    site.sql(primary, "FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 MINUTE")
    site.runs(other, "sh", "-c", COPIES_SLOWLY)
    site.does("db", "reinit", other)
    watched(site, other)
    becomes("Copying", lambda: site.tries_on(other, *ASKS_FOR_THE_COPY).output, is_under_way, within=30)
    site.runs(other, "rm", SLOWLY)
    site.runs(primary, "systemd-run", "--quiet", "sh", "-c", DIES_SOON)
    with computer.cut_off(site.name, primary):
        becomes("Nobody leading", lambda: word(site, other).get("leader", primary), is_nobody, within=15)
    becomes_primary(site, primary, within=30)
    site.tries_on(other, "mysql", "-e", "SET GLOBAL clone_max_data_bandwidth = 0")
    stands_by(site, other)
    assert not [look for look in seen(site, other) if look.takes_writes]
    said = site.runs(other, "journalctl", "--boot", "--unit", "mainstay-keeper", "--output", "cat")
    assert "The copy failed, and is begun again" in said
    have_the_same(site, acknowledged)


def is_nobody(leader: str | None) -> bool:
    return leader is None


def is_under_way(state: str) -> bool:
    return state.strip() == "In Progress"


def test_all_machines_lose_their_power_at_once_and_the_last_primary_opens_by_itself(site: LabSite) -> None:
    """A cold start, in which nobody is there to say who has all (hazard 15)."""
    primary, other = both(site)
    changes = site.does("db", "history")
    with writing(site, "dark") as acknowledged:
        becomes("Writes", lambda: len(acknowledged), bool, within=10)
        computer.pull_all_plugs(site.name)
    returning = [site.starts("lab", "power", "on", machine) for machine in site.status()["machines"]]
    for machine in returning:
        assert machine.ends() == 0, machine.told
    becomes_primary(site, primary, within=30)
    stands_by(site, other)
    have_the_same(site, acknowledged)
    assert site.does("db", "history") == changes


def test_a_third_failover_in_a_row_waits_for_an_operator(site: LabSite) -> None:
    """`db status` says so, before it is needed and when it is; `db ack` lets it happen (hazard 16)."""
    primary, other = both(site)
    for lost, next_one in ((primary, other), (other, primary)):
        site.runs(lost, "systemctl", "kill", "--signal=KILL", "mysql.service")
        becomes_primary(site, next_one, within=15)
        stands_by(site, lost)
    assert f"{other} could take over, but not by itself: {ENOUGH}" in site.does("db", "status")
    site.runs(primary, "systemctl", "stop", "mainstay-keeper.service")
    try:
        becomes("Saying so", lambda: site.tries("db", "status").output, lambda said: ENOUGH in said, within=20)
        assert word(site, other)["leader"] is None
        site.does("db", "ack")
        becomes_primary(site, other, within=15)
    finally:
        site.runs(primary, "systemctl", "start", "mainstay-keeper.service")
    stands_by(site, primary)
