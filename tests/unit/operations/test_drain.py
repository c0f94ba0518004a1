"""A machine out of rotation, and back; and when it may not go."""

from pathlib import Path

import pytest

from mainstay.operations.drain import drain, undrain
from mainstay.operations.errors import OperationError
from mainstay.operations.lock import only_operator
from mainstay.operations.owed import settle
from tests.builders import a_site, machines_that_run
from tests.unit.operations.edge import Edge, an_edge

MACHINES = machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app", srv_02="web app", srv_03="database")


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return an_edge(tmp_path, a_site(machines=MACHINES))


def notes(edge: Edge) -> dict[str, set[str]]:
    return {name: balancer.notes for name, balancer in edge.balancers.items() if balancer.notes}


def refusal(edge: Edge, name: str) -> str:
    """What is said to one who wants to drain a machine; nothing is noted then."""
    before = {name: {*balancer.notes} for name, balancer in edge.balancers.items() if balancer.notes}
    with pytest.raises(OperationError) as caught:
        drain(edge.site, name, 1, edge.report)
    assert (notes(edge), edge.reported) == (before, [])
    return str(caught.value)


def test_a_server_goes_out_when_its_last_request_is_answered(edge: Edge) -> None:
    edge.balancers["lb-01"].sessions = {"app/srv-01": 2}
    assert drain(edge.site, "srv-01", 60, edge.report) == "srv-01 is out of rotation and idle."
    assert (edge.states("srv-01") >= {"DRAIN"}, edge.states("srv-02")) == (True, {"UP"})
    assert notes(edge) == {"lb-01": {"srv-01"}, "lb-02": {"srv-01"}}
    assert edge.reported == [("srv-01", "taking it out of rotation")]


def test_a_balancer_goes_out_when_its_address_has_gone_and_its_last_visitor(edge: Edge) -> None:
    edge.balancers["lb-01"].looks_until_addresses_leave = 1
    edge.balancers["lb-01"].requests = 1
    assert drain(edge.site, "lb-01", 60, edge.report) == "lb-01 is out of rotation and idle."
    assert notes(edge) == {"lb-01": {"lb-01"}}
    assert edge.states("srv-01") == edge.states("srv-02") == {"UP"}


@pytest.mark.parametrize("name", ["lb-01", "srv-01"])
def test_one_whose_connections_stay_open_is_out_all_the_same(edge: Edge, name: str) -> None:
    edge.balancers["lb-01"].requests = 9
    edge.balancers["lb-01"].sessions = {"app/srv-01": 9}
    said = drain(edge.site, name, 0, edge.report)
    assert said == f"{name} is out of rotation; some of its requests were still under way after 0 s."
    assert name in notes(edge)["lb-01"]


def test_what_is_put_back_gets_visitors_again(edge: Edge) -> None:
    for name in ("srv-01", "lb-02"):
        drain(edge.site, name, 60, edge.report)
    edge.reported.clear()
    assert undrain(edge.site, "srv-01", edge.report) == "srv-01 is in rotation."
    assert undrain(edge.site, "lb-02", edge.report) == "lb-02 is in rotation."
    assert (notes(edge), edge.states("srv-01") - {"DRAIN"}) == ({}, {"UP"})
    assert edge.balancers["lb-01"].states["app/srv-01"] == "UP"
    assert edge.reported == [
        ("srv-01", "putting it back into rotation"),
        ("lb-02", "putting it back into rotation"),
    ]


def test_a_balancer_is_back_when_its_keepalived_wants_the_address_again(edge: Edge) -> None:
    drain(edge.site, "lb-01", 60, edge.report)
    edge.balancers["lb-01"].looks_until_willing = 2
    assert undrain(edge.site, "lb-01", edge.report) == "lb-01 is in rotation."
    assert edge.balancers["lb-01"].looks_until_willing < 0


def test_a_balancer_that_was_off_hears_later_who_was_put_back_meanwhile(edge: Edge) -> None:
    drain(edge.site, "srv-01", 60, edge.report)
    edge.ground.power_off("lb-02")
    said = undrain(edge.site, "srv-01", edge.report)
    assert said == "srv-01 is in rotation; lb-02 will hear of it when switched on by Mainstay."
    assert notes(edge) == {"lb-02": {"srv-01"}}
    settle(edge.site)
    assert notes(edge) == {"lb-02": {"srv-01"}}
    edge.ground.power_on("lb-02")
    settle(edge.site)
    assert (notes(edge), edge.balancers["lb-02"].states["app/srv-01"]) == ({}, "UP")
    assert not (edge.site.folder / "owed.json").exists()


def test_a_balancer_that_is_off_is_put_back_when_it_returns(edge: Edge) -> None:
    drain(edge.site, "lb-02", 60, edge.report)
    edge.ground.power_off("lb-02")
    said = undrain(edge.site, "lb-02", edge.report)
    assert said == "lb-02 is in rotation; lb-02 will hear of it when switched on by Mainstay."
    edge.ground.power_on("lb-02")
    settle(edge.site)
    assert notes(edge) == {}


def test_what_is_drained_anew_stays_so_when_a_balancer_returns(edge: Edge) -> None:
    drain(edge.site, "srv-01", 60, edge.report)
    edge.ground.power_off("lb-02")
    undrain(edge.site, "srv-01", edge.report)
    drain(edge.site, "srv-01", 60, edge.report)
    edge.ground.power_on("lb-02")
    settle(edge.site)
    assert notes(edge) == {"lb-01": {"srv-01"}, "lb-02": {"srv-01"}}


def test_what_was_never_out_can_be_put_back(edge: Edge) -> None:
    assert undrain(edge.site, "srv-01", edge.report) == "srv-01 is in rotation."
    assert undrain(edge.site, "srv-03", edge.report) == "srv-03 is in rotation."
    assert notes(edge) == {}


def test_one_that_is_out_already_can_be_drained_again(edge: Edge) -> None:
    drain(edge.site, "srv-01", 60, edge.report)
    assert drain(edge.site, "srv-01", 60, edge.report) == "srv-01 is out of rotation and idle."


@pytest.mark.parametrize("verb", [drain, undrain])
def test_a_machine_of_the_site_is_meant(edge: Edge, verb: object) -> None:
    with pytest.raises(OperationError) as caught:
        drain(edge.site, "srv-04", 1, edge.report) if verb is drain else undrain(edge.site, "srv-04", edge.report)
    assert str(caught.value) == ("There is no machine named srv-04.\nThere are: lb-01, lb-02, srv-01, srv-02, srv-03.")


def test_one_that_takes_no_visitors_cannot_be_drained(edge: Edge) -> None:
    assert refusal(edge, "srv-03") == "srv-03 takes no visitors: there is nothing to drain."


ONLY = (
    "{} is the only {} machine in rotation: without it the site would be down.\n"
    "Add another, or put one back with `mainstay undrain`."
)


@pytest.mark.parametrize(("name", "role"), [("lb-01", "balancer"), ("srv-01", "web")])
def test_a_single_one_cannot_be_drained(tmp_path: Path, name: str, role: str) -> None:
    edge = an_edge(tmp_path, a_site(machines=machines_that_run(lb_01="balancer", srv_01="web app")))
    assert refusal(edge, name) == ONLY.format(name, role)


@pytest.mark.parametrize(("name", "other", "role"), [("lb-01", "lb-02", "balancer"), ("srv-01", "srv-02", "web")])
def test_the_last_in_rotation_cannot_be_drained(edge: Edge, name: str, other: str, role: str) -> None:
    drain(edge.site, other, 60, edge.report)
    edge.reported.clear()
    assert refusal(edge, name) == ONLY.format(name, role)


@pytest.mark.parametrize(("name", "other", "role"), [("lb-01", "lb-02", "balancer"), ("srv-01", "srv-02", "web")])
def test_the_last_that_is_switched_on_cannot_be_drained(edge: Edge, name: str, other: str, role: str) -> None:
    edge.ground.power_off(other)
    assert refusal(edge, name) == ONLY.format(name, role)


def test_one_that_is_off_cannot_be_drained(edge: Edge) -> None:
    edge.ground.power_off("srv-01")
    assert refusal(edge, "srv-01") == "Switched off: srv-01.\n`mainstay up` switches machines on."


def test_a_site_that_was_not_made_has_nothing_to_drain(edge: Edge) -> None:
    edge.ground.dismiss([machine.name for machine in edge.site.machines])
    assert refusal(edge, "srv-01") == "shop has not been made yet.\nRun `mainstay up`."


def test_only_one_operator_drains(edge: Edge) -> None:
    with only_operator(edge.site):
        assert refusal(edge, "srv-01").startswith("Another Mainstay (process ")


def test_a_machine_with_both_duties_leaves_both(tmp_path: Path) -> None:
    machines = machines_that_run(lb_01="balancer", srv_01="balancer web app", srv_02="web app")
    edge = an_edge(tmp_path, a_site(machines=machines))
    drain(edge.site, "srv-01", 60, edge.report)
    assert edge.balancers["lb-01"].states["app/srv-01"] == "DRAIN"
