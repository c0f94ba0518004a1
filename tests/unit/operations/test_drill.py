"""Which drills are run, and where."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.compiler.address import address
from mainstay.drills.catalogue import Drill
from mainstay.drills.exchange import Door
from mainstay.drills.result import Result, Run
from mainstay.drills.verdict import Course, Figures, Writes
from mainstay.operations.drill import chosen, of_finished, until_measured
from mainstay.operations.drilled import doors_of, ensure_possible
from mainstay.operations.errors import OperationError
from mainstay.operations.heal import hand_of
from mainstay.operations.site import Site
from mainstay.spec import Spec
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.hurtable import HurtableGround

IN_LAB = a_site(machines=machines_that_run(lb_01="balancer", srv_01="web app", srv_02="web app"))
ON_SERVERS = a_site(machines={"srv-01": {"runs": ["balancer", "web", "app"], "address": "192.0.2.1"}})


def opened(spec: Spec, folder: Path, ground: HurtableGround | None = None) -> Site:
    ground = ground or HurtableGround(dict.fromkeys(spec.machines, True))
    entrances = ("10.77.0.1:80", "10.77.0.2:80")
    return Site(spec, folder, address(spec), entrances, ground, Vault(Store(folder / "secrets.json")), folder)


def test_all_is_every_drill_in_the_lab_and_on_servers_what_can_be_undone(tmp_path: Path) -> None:
    in_lab = {drill.name for drill in chosen(opened(IN_LAB, tmp_path), ["all"])}
    assert {"balancer-power-off", "server-nginx-process-killed", "server-cut-off"} <= in_lab
    on_servers = chosen(opened(ON_SERVERS, tmp_path), ["all"])
    assert on_servers
    assert all(drill.is_for_servers for drill in on_servers)


def test_drills_are_run_in_the_order_in_which_they_were_named_in_either_form(tmp_path: Path) -> None:
    names = ["server-power-off", "balancer-haproxy-process-killed"]
    found = [drill.name for drill in chosen(opened(IN_LAB, tmp_path), names)]
    assert found == ["server-power-off", "balancer-process-killed"]


def test_an_unknown_drill_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="shop has no drill named server-made-of-glass"):
        chosen(opened(IN_LAB, tmp_path), ["server-made-of-glass"])


def test_on_servers_what_cannot_be_undone_is_refused(tmp_path: Path) -> None:
    site = opened(ON_SERVERS, tmp_path)
    ensure_possible(site, chosen(site, ["balancer-process-killed"]))
    with pytest.raises(OperationError, match="could not be undone from here: server-power-off"):
        ensure_possible(site, chosen(site, ["server-power-off"]))


def test_a_site_that_is_not_there_is_not_hurt(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="has not been made yet"):
        ensure_possible(opened(IN_LAB, tmp_path, HurtableGround({})), [])


def test_every_address_of_the_site_is_a_door(tmp_path: Path) -> None:
    doors = doors_of(opened(IN_LAB, tmp_path))
    assert doors == (Door("10.77.0.1", 80, "shop.test"), Door("10.77.0.2", 80, "shop.test"))


def test_the_note_of_what_is_hurt_lies_beside_the_file(tmp_path: Path) -> None:
    hand = hand_of(opened(IN_LAB, tmp_path))
    assert hand.note == tmp_path / ".mainstay" / "shop" / "hurt.json"
    assert hand.links is None


def test_a_repeat_that_is_broken_off_keeps_the_runs_that_were_finished() -> None:
    figures = Figures(0.1, 0, 0, 0, 0, Writes(), None, 1.0)
    a_run = Run("srv-01", 0.0, 10.0, Course(1.0, 6.0, 7.0), figures)

    def broken_off() -> Iterator[Run]:
        yield a_run
        yield a_run
        raise KeyboardInterrupt

    results: list[Result] = []
    with pytest.raises(KeyboardInterrupt):
        results.extend(of_finished(Drill("server-power-off", "", "server", "power-off", 2.0), broken_off()))
    assert [len(result.runs) for result in results] == [2]


def test_one_that_is_broken_off_in_its_first_run_has_no_result() -> None:
    def broken_off() -> Iterator[Run]:
        yield from ()
        raise KeyboardInterrupt

    results: list[Result] = []
    with pytest.raises(KeyboardInterrupt):
        results.extend(of_finished(Drill("server-power-off", "", "server", "power-off", 2.0), broken_off()))
    assert results == []


@pytest.mark.parametrize(
    ("stolen", "made"),
    [
        ([0, 0, 0], 2),
        ([50, 0, 0, 0], 3),
        ([0, 50, 50, 0, 0], 4),
        ([50, 50, 50, 0, 0], 4),
        ([50, 50, 50, 50, 50], 4),
    ],
)
def test_a_run_that_the_host_disturbed_is_made_again_once_for_each(stolen: list[int], made: int) -> None:
    def carried_out(number: int) -> Run:
        figures = Figures(0.1, 0, 0, 0, 0, Writes(), None, 1.0, stolen_percent=stolen[number])
        return Run("srv-01", 0.0, 10.0, Course(1.0, 6.0, 7.0), figures)

    assert [run.figures.stolen_percent for run in until_measured(carried_out, 2)] == stolen[:made]
