"""What a component sees of the others."""

import pytest

from mainstay.model.component import UnknownPeerError, View
from mainstay.model.exposure import EVERYBODY, Exposure, Port
from mainstay.model.machine import Instance
from tests.builders import a_machine

LB, ONE, TWO = a_machine("lb-01"), a_machine("srv-01"), a_machine("srv-02")
HTTP, ADMIN = Port("http", 8080, ("haproxy",)), Port("admin", 9000)
VIEW = View(
    "the file",
    ONE,
    {
        Instance("haproxy", LB): Exposure(),
        Instance("nginx", TWO): Exposure((ADMIN, HTTP)),
        Instance("haproxy", TWO): Exposure(),
        Instance("nginx", ONE): Exposure((HTTP,)),
    },
    "0123456789ab",
)


def test_machines_are_named_once_in_the_order_of_the_file() -> None:
    assert VIEW.machines == (LB, TWO, ONE)


@pytest.mark.parametrize(("component", "machines"), [("nginx", (TWO, ONE)), ("haproxy", (LB, TWO)), ("mysql", ())])
def test_peers_are_all_machines_that_run_it(component: str, machines: tuple[object, ...]) -> None:
    assert VIEW.peers(component) == machines


@pytest.mark.parametrize(
    ("open_to", "machines"),
    [
        (("haproxy",), (LB, TWO)),
        (("web",), (LB, TWO, ONE)),
        (("balancer",), ()),
        (("nginx", "haproxy"), (LB, TWO, ONE)),
        ((EVERYBODY,), ()),
        ((), ()),
    ],
)
def test_callers_run_a_component_or_a_tier_that_a_port_is_open_to(
    open_to: tuple[str, ...], machines: tuple[object, ...]
) -> None:
    assert VIEW.callers(Port("http", 8080, open_to)) == machines


def test_a_port_is_found_by_its_name() -> None:
    assert (VIEW.port(TWO, "nginx", "http"), VIEW.port(TWO, "nginx", "admin")) == (HTTP, ADMIN)


def test_the_ports_of_who_does_not_run_are_none() -> None:
    assert (VIEW.ports(TWO, "nginx"), VIEW.ports(TWO, "mysql")) == ((ADMIN, HTTP), ())


@pytest.mark.parametrize(
    ("component", "name", "sentence"),
    [
        ("mysql", "mysql", "mysql does not run on srv-01"),
        ("haproxy", "site", "haproxy does not run on srv-01"),
        ("nginx", "admin", "nginx exposes no port named admin"),
    ],
)
def test_a_wrong_name_is_an_error(component: str, name: str, sentence: str) -> None:
    with pytest.raises(UnknownPeerError) as caught:
        VIEW.port(ONE, component, name)
    assert str(caught.value) == sentence
