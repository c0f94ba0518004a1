"""What the balancers are asked, and told."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mainstay.compiler.compile import compile_plan
from mainstay.model.state import MachineState
from mainstay.operations.prepare import Prepared
from mainstay.operations.rotation import (
    ADMIN_SOCKET,
    NOTES,
    REMEMBER,
    _rows,
    balancers_on,
    is_spoken_anew,
    noted,
    out_of_rotation,
    put_back,
    requests,
    sessions,
    set_state,
)
from tests.builders import a_site, machines_that_run
from tests.unit.operations.edge import Edge, an_edge

MACHINES = machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app", srv_02="web app", srv_03="database")
STATIC = {"static": {"/static": "static"}}


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return an_edge(tmp_path, a_site(machines=MACHINES, web=STATIC))


def test_a_server_is_looked_up_in_all_backends_of_all_balancers(edge: Edge) -> None:
    edge.balancers["lb-02"].states["static/srv-01"] = "DOWN"
    rows = [(row["pxname"], row["svname"], row["status"], row["weight"]) for row in _rows(edge.site, "srv-01")]
    assert rows == [
        ("app", "srv-01", "UP", "1"),
        ("static", "srv-01", "UP", "1"),
        ("app", "srv-01", "UP", "1"),
        ("static", "srv-01", "DOWN", "1"),
    ]
    assert _rows(edge.site, "srv-03") == []
    assert _rows(edge.site, "BACKEND") != []


def test_without_files_of_its_own_a_site_has_one_backend(tmp_path: Path) -> None:
    edge = an_edge(tmp_path, a_site(machines=MACHINES))
    assert [row["pxname"] for row in _rows(edge.site, "srv-01")] == ["app", "app"]


def test_requests_under_way_are_those_of_all_balancers_together(edge: Edge) -> None:
    edge.balancers["lb-01"].sessions = {"app/srv-01": 2, "static/srv-01": 3, "app/srv-02": 50}
    edge.balancers["lb-02"].sessions = {"app/srv-01": 10}
    assert sessions(edge.site, "srv-01") == 15
    assert sessions(edge.site, "srv-03") == 0


def test_a_balancers_requests_are_those_on_their_way_to_servers_not_its_connections(edge: Edge) -> None:
    edge.balancers["lb-01"].requests = 7
    edge.balancers["lb-01"].connections = 20
    assert (requests(edge.site, "lb-01"), requests(edge.site, "lb-02")) == (7, 0)


def test_a_haproxy_that_does_not_answer_sends_no_requests(edge: Edge) -> None:
    edge.balancers["lb-01"].is_answering = False
    edge.balancers["lb-02"].sessions = {"app/srv-01": 4}
    assert (sessions(edge.site, "srv-01"), requests(edge.site, "lb-01")) == (4, 0)


def test_balancers_that_are_off_are_not_asked(edge: Edge) -> None:
    edge.ground.power_off("lb-01")
    edge.balancers["lb-01"].notes = {"srv-01"}
    assert balancers_on(edge.site) == ["lb-02"]
    assert noted(edge.site) == frozenset()
    assert sessions(edge.site, "srv-01") == 0
    assert edge.asked("lb-01") == []


def test_what_the_user_has_drained_is_what_any_balancer_noted(edge: Edge) -> None:
    edge.balancers["lb-01"].notes = {"srv-01", "lb-01", "a-machine-of-old"}
    edge.balancers["lb-02"].notes = {"srv-01", "srv-02"}
    assert noted(edge.site) == {"lb-01", "srv-01", "srv-02"}


def test_of_a_balancer_that_cannot_be_reached_nothing_is_noted(edge: Edge) -> None:
    edge.balancers["lb-01"].is_reachable = False
    edge.balancers["lb-02"].notes = {"srv-01"}
    assert noted(edge.site) == {"srv-01"}


def test_a_balancer_that_cannot_be_reached_does_not_keep_the_others_from_hearing(edge: Edge) -> None:
    edge.balancers["lb-01"].is_reachable = False
    set_state(edge.site, "srv-01", "drain")
    assert edge.balancers["lb-02"].states["app/srv-01"] == "DRAIN"


def test_every_balancer_is_told_and_remembers(edge: Edge) -> None:
    set_state(edge.site, "srv-01", "drain")
    told = [
        f"python3 {ADMIN_SOCKET} set server app/srv-01 state drain",
        f"python3 {ADMIN_SOCKET} set server static/srv-01 state drain",
        REMEMBER,
    ]
    assert (edge.asked("lb-01"), edge.asked("lb-02")) == (told, told)
    assert {balancer.remembered["app/srv-01"] for balancer in edge.balancers.values()} == {"DRAIN"}
    set_state(edge.site, "srv-01", "ready")
    assert {balancer.remembered["app/srv-01"] for balancer in edge.balancers.values()} == {"UP"}


def test_a_server_is_out_while_it_changes_and_idle_before(edge: Edge) -> None:
    edge.balancers["lb-02"].sessions = {"app/srv-01": 2}
    with out_of_rotation(edge.site, "srv-01", edge.report):
        assert (edge.states("srv-01"), edge.states("srv-02")) == ({"DRAIN"}, {"UP"})
        assert edge.balancers["lb-02"].sessions == {"app/srv-01": 0}
    assert edge.states("srv-01") == {"UP"}
    assert edge.reported == [
        ("srv-01", "taking it out of rotation"),
        ("srv-01", "coming back into rotation"),
        ("srv-01", ""),
    ]


def break_off(edge: Edge) -> None:
    with out_of_rotation(edge.site, "srv-01", edge.report):
        raise KeyboardInterrupt


def test_a_server_comes_back_whatever_happens(edge: Edge) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(edge)
    assert edge.states("srv-01") == {"UP"}


def test_a_server_that_the_user_has_drained_stays_out(edge: Edge) -> None:
    set_state(edge.site, "srv-01", "drain")
    edge.balancers["lb-01"].notes = {"srv-01"}
    with out_of_rotation(edge.site, "srv-01", edge.report):
        assert edge.states("srv-01") == {"DRAIN"}
    assert edge.states("srv-01") == {"DRAIN"}
    assert edge.reported == []


@pytest.mark.parametrize("runs", [{"srv_01": "balancer web app"}, {"lb_01": "balancer", "srv_01": "web app"}])
def test_a_single_server_is_never_taken_out(tmp_path: Path, runs: dict[str, Any]) -> None:
    edge = an_edge(tmp_path, a_site(machines=machines_that_run(**runs)))
    with out_of_rotation(edge.site, "srv-01", edge.report):
        assert edge.states("srv-01") == {"UP"}
    assert edge.ground.way.asked == []


def test_what_a_run_that_broke_off_left_out_is_put_back_and_what_the_user_drained_is_not(edge: Edge) -> None:
    for server in ("srv-01", "srv-02"):
        set_state(edge.site, server, "drain")
    edge.balancers["lb-02"].notes = {"srv-02"}
    put_back(edge.site, edge.report)
    assert (edge.states("srv-01"), edge.states("srv-02")) == ({"UP"}, {"DRAIN"})
    assert edge.reported == [("srv-01", "coming back into rotation"), ("srv-01", "")]


def test_what_only_one_balancer_left_out_is_put_back(edge: Edge) -> None:
    edge.balancers["lb-02"].states["static/srv-01"] = "DRAIN (agent)"
    put_back(edge.site, edge.report)
    assert edge.states("srv-01") == {"UP"}


def test_what_is_in_rotation_is_let_alone(edge: Edge) -> None:
    edge.balancers["lb-01"].states["app/srv-02"] = "DOWN"
    put_back(edge.site, edge.report)
    assert edge.reported == []
    assert {*edge.asked("lb-01")} == {f"ls {NOTES}", f"python3 {ADMIN_SOCKET} show stat"}


@pytest.mark.parametrize(
    ("before", "after", "anew"),
    [("off", "on", True), ("on", "off", True), ("on", "on", False), ("off", "off", False), ("", "on", False)],
)
def test_balancers_and_servers_speak_anew_where_tls_comes_or_goes(
    edge: Edge, before: str, after: str, anew: bool
) -> None:
    old, new = (compile_plan(a_site(machines=MACHINES, https=https or "off"), "") for https in (before, after))
    states = {name: MachineState(record=old.manifests[name] if before else None) for name in new.manifests}
    prepared = SimpleNamespace(site=edge.site, plan=new, states=states)
    assert is_spoken_anew(cast(Prepared, prepared)) is anew
