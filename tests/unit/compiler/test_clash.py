"""Two parts of one machine that want one port."""

import pytest

from mainstay.compiler.clash import PortClashError, ensure_no_clash
from mainstay.model.exposure import EVERYBODY, Exposure, Port
from mainstay.model.machine import Instance
from tests.builders import a_machine, a_site, machines_that_run
from tests.vocabulary import compiled

FIX = "Write another `balancer: port:`, or run the balancer on a machine of its own."
ONE, TWO = a_machine("srv-01"), a_machine("srv-02")
SITE = Port("site", 8080, (EVERYBODY,))
HTTP = Port("http", 8080, ("haproxy",))
LOCAL = Port("local", 8080, ("app",), bind="127.0.0.1")


def clash(*ports: Port) -> str:
    """What is said of one machine whose first component, second component and so on show one port each."""
    with pytest.raises(PortClashError) as caught:
        ensure_no_clash({Instance(f"part-{n}", ONE): Exposure((port,)) for n, port in enumerate(ports, 1)})
    return str(caught.value)


@pytest.mark.parametrize(
    ("ports", "both"),
    [
        ((HTTP, HTTP), "part-1 (http) and part-2 (http)"),
        ((LOCAL, LOCAL), "part-1 (local) and part-2 (local)"),
        ((SITE, HTTP), "part-1 (site) and part-2 (http)"),
        ((LOCAL, SITE), "part-1 (local) and part-2 (site)"),
        ((HTTP, LOCAL, SITE), "part-1 (http) and part-3 (site)"),
    ],
)
def test_one_port_at_one_address_has_one_owner(ports: tuple[Port, ...], both: str) -> None:
    assert clash(*ports) == f"On srv-01 both {both} want port 8080.\n{FIX}"


@pytest.mark.parametrize(
    "exposures",
    [
        {},
        {Instance("nginx", ONE): Exposure((HTTP, LOCAL))},
        {Instance("nginx", ONE): Exposure((HTTP,)), Instance("app", ONE): Exposure((LOCAL,))},
        {Instance("nginx", ONE): Exposure((HTTP,)), Instance("haproxy", TWO): Exposure((SITE,))},
        {Instance("nginx", ONE): Exposure((HTTP,)), Instance("haproxy", ONE): Exposure((Port("a", 80, (EVERYBODY,)),))},
    ],
    ids=["nothing", "one component", "another address", "another machine", "another number"],
)
def test_what_does_not_meet_does_not_clash(exposures: dict[Instance, Exposure]) -> None:
    ensure_no_clash(exposures)


def test_one_component_can_clash_with_itself() -> None:
    with pytest.raises(PortClashError) as caught:
        ensure_no_clash({Instance("haproxy", ONE): Exposure((SITE, LOCAL))})
    assert str(caught.value) == f"On srv-01 both haproxy (site) and haproxy (local) want port 8080.\n{FIX}"


@pytest.mark.parametrize(
    ("port", "runs", "both"),
    [
        (22, "balancer", "base (ssh) and haproxy (site)"),
        (8080, "balancer web app", "haproxy (site) and nginx (http)"),
        (8000, "balancer web app", "haproxy (site) and app (http)"),
        (3306, "balancer database", "mysql (mysql) and haproxy (site)"),
        (8008, "balancer database", "mysql (role) and haproxy (site)"),
        (3307, "balancer web app database", "haproxy (site) and haproxy (replicas)"),
    ],
)
def test_a_site_whose_port_another_part_has_is_refused(port: int, runs: str, both: str) -> None:
    machines = machines_that_run(srv_01=runs, srv_02="web app database")
    spec = a_site(machines=machines, balancer={"port": port}, app={"source": ".", "run": "./serve"})
    with pytest.raises(PortClashError) as caught:
        compiled(spec)
    assert str(caught.value) == f"On srv-01 both {both} want port {port}.\n{FIX}"


def test_a_balancer_of_its_own_may_have_a_servers_port() -> None:
    machines = machines_that_run(lb_01="balancer", srv_01="web app")
    plan = compiled(a_site(machines=machines, balancer={"port": 8080}))
    taken = [(i.machine.name, p.name) for i, e in plan.exposures.items() for p in e.ports if p.number == 8080]
    assert taken == [("lb-01", "site"), ("srv-01", "http")]
