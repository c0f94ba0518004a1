"""Drills on the distributed design: they hold where it is redundant, break where it is not, and always heal.

Each test leaves it healthy, and leaves the entries that the drills wrote.
"""

import json

import pytest

from tests.lab import computer
from tests.lab.drilling import drilled, is_borne
from tests.lab.site import LabSite

LABS = ("mst-shop",)
A_LITTLE = 200 * 1024**2


def test_the_catalogue_is_derived_from_the_file(site: LabSite) -> None:
    told = json.loads(site.does("drill", "list", "-o", "json"))
    names = {drill["drill"] for drill in told}
    assert {"balancer-power-off", "server-nginx-process-killed", "primary-process-killed", "replica-cut-off"} <= names
    assert all(drill.keys() == {"drill", "does", "expects", "limit_seconds"} for drill in told)


@pytest.mark.parametrize(
    "name",
    [
        "server-power-off",
        "server-nginx-process-killed",
        "server-app-process-frozen",
        "server-cut-off-one-way",
        "server-drained",
        "balancer-disk-full",
    ],
)
def test_what_is_there_twice_or_not_needed_is_missed_by_nobody(site: LabSite, name: str) -> None:
    status, told = drilled(site, name)
    assert is_borne(status, told), told
    *_, run = told["runs"]
    assert run["gap_seconds"] <= 2
    assert run["acknowledged"] > 100
    assert (run["lost"], run["unexpected"]) == (0, 0)
    site.is_healthy(within=5)


@pytest.mark.parametrize("name", ["balancer-power-off", "primary-process-killed"])
def test_the_loss_of_what_is_there_once_is_told_honestly(site: LabSite, name: str) -> None:
    status, told = drilled(site, name)
    *_, run = told["runs"]
    limit = {drill["drill"]: drill["limit_seconds"] for drill in json.loads(site.does("drill", "list", "-o", "json"))}
    assert run["gap_seconds"] > limit[name]
    assert (status, told["held"]) == (1, False)
    assert "without a good answer" in told["why"]
    assert run["failed"] + run["unknown"] > 0
    assert (run["lost"], run["unexpected"]) == (0, 0)
    site.is_healthy(within=5)


def test_what_a_killed_drill_left_hurt_is_healed_by_the_next(site: LabSite) -> None:
    killed = site.starts("drill", "run", "server-power-off")
    killed.tells("srv-02     server-power-off, run 1", within=60)
    killed.lasts(1)
    killed.is_killed()
    assert "srv-02" not in computer.inits_of(site.name)
    assert (site.kept / "hurt.json").exists()
    status, told = drilled(site, "server-nginx-process-killed")
    assert (status, told["held"]) == (0, True)
    assert "srv-02" in computer.inits_of(site.name)
    assert not (site.kept / "hurt.json").exists()
    site.is_healthy(within=5)


def test_a_disk_that_a_killed_drill_left_full_has_room_again_for_the_next(site: LabSite) -> None:
    killed = site.starts("drill", "run", "balancer-disk-full")
    killed.tells("balancer-disk-full, run 1", within=60)
    killed.lasts(1)
    killed.is_killed()
    assert room_on(site, "lb-01") < A_LITTLE
    assert site.does("up", "-o", "json")
    assert room_on(site, "lb-01") > 10 * A_LITTLE
    site.is_healthy(within=5)


def room_on(site: LabSite, machine: str) -> int:
    """Bytes. A machine whose disk is full makes a little room itself: journald throws its oldest files away."""
    return int(site.runs(machine, "df", "--output=avail", "--block-size=1", "/").split()[-1])


def test_ctrl_c_keeps_the_runs_that_were_finished(site: LabSite) -> None:
    interrupted = site.starts("drill", "run", "balancer-disk-full", "--repeat", "9")
    interrupted.tells("balancer-disk-full, run 2", within=90)
    interrupted.is_interrupted()
    assert interrupted.ends(within=30) == 130
    assert "Report: " in interrupted.told
    site.is_healthy(within=5)


def test_ctrl_c_heals(site: LabSite) -> None:
    interrupted = site.starts("drill", "run", "server-nginx-process-stopped")
    interrupted.tells("server-nginx-process-stopped, run 1", within=60)
    interrupted.lasts(1)
    interrupted.is_interrupted()
    assert interrupted.ends(within=30) == 130
    assert not (site.kept / "hurt.json").exists()
    site.is_healthy(within=5)


def test_an_unknown_drill_is_said_so(site: LabSite) -> None:
    done = site.tries("drill", "run", "server-made-of-glass")
    assert done.status == 1
    assert "has no drill named server-made-of-glass" in done.errors
