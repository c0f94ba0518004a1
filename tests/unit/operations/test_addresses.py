"""The addresses that move, and who has them."""

from pathlib import Path

import pytest

from mainstay.operations.addresses import astray, holders
from tests.builders import a_site, machines_that_run
from tests.unit.operations.edge import Edge, an_edge

MACHINES = machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app")


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return an_edge(tmp_path, a_site(machines=MACHINES))


def test_an_address_at_one_balancer_is_as_it_should_be(edge: Edge) -> None:
    edge.balancers["lb-02"].notes.add("lb-02")
    assert [*holders(edge.site).values()] == [["lb-01"]]
    assert astray(edge.site) == ""


def test_an_address_at_two_balancers_or_none_is_astray(edge: Edge) -> None:
    (address,) = holders(edge.site)
    assert astray(edge.site) == f"{address} is at lb-01 and lb-02"
    edge.balancers["lb-01"].is_reachable = edge.balancers["lb-02"].is_reachable = False
    assert astray(edge.site) == f"{address} is at no balancer"


def test_the_address_of_a_single_balancer_does_not_move(tmp_path: Path) -> None:
    edge = an_edge(tmp_path, a_site(machines=machines_that_run(lb_01="balancer", srv_01="web app")))
    assert (holders(edge.site), astray(edge.site)) == ({}, "")
