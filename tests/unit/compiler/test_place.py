"""Which components run where."""

import pytest

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.compiler.place import TIERS, place, voters
from mainstay.model.component import Component
from mainstay.model.machine import Machine
from mainstay.spec import Spec
from tests.builders import a_machine

ORDER = tuple(component.name for component in COMPONENTS)


@pytest.mark.parametrize(
    ("tiers", "components"),
    [
        ("balancer", ["base", "haproxy"]),
        ("web app", ["base", "app", "nginx"]),
        ("database", ["base", "mysql"]),
        ("database app web", ["base", "mysql", "haproxy", "app", "nginx"]),
        ("balancer web app database", ["base", "mysql", "haproxy", "app", "nginx"]),
    ],
)
def test_tiers_become_components_in_the_order_of_the_catalogue(tiers: str, components: list[str]) -> None:
    assert [i.component for i in place((a_machine(runs=tiers),), ORDER)] == components


@pytest.mark.parametrize(
    ("others", "components"),
    [
        ((), ["base", "app", "nginx"]),
        (("balancer", "web app"), ["base", "app", "nginx"]),
        (("balancer", "database"), ["base", "haproxy", "app", "nginx"]),
    ],
)
def test_an_application_has_its_way_to_the_database_only_where_there_is_one(
    others: tuple[str, ...], components: list[str]
) -> None:
    here = a_machine(runs="web app")
    machines = (here, *(a_machine(f"other-{number}", runs=runs) for number, runs in enumerate(others)))
    assert [i.component for i in place(machines, ORDER) if i.machine == here] == components


@pytest.mark.parametrize("count", [2, 3])
def test_several_balancers_share_addresses(count: int) -> None:
    balancers = tuple(a_machine(f"lb-{number:02}", runs="balancer") for number in range(1, count + 1))
    placed = [(i.machine, i.component) for i in place((*balancers, a_machine()), ORDER)]
    assert placed == [
        *((balancer, component) for balancer in balancers for component in ("base", "haproxy", "keepalived")),
        *((a_machine(), component) for component in ("base", "app", "nginx")),
    ]


def test_machines_stay_in_the_order_of_the_file() -> None:
    zoe, anna = a_machine("zoe", runs="database"), a_machine("anna", runs="balancer")
    placed = [(i.machine, i.component) for i in place((zoe, anna), ORDER)]
    assert placed == [(zoe, "base"), (zoe, "mysql"), (anna, "base"), (anna, "haproxy")]


@pytest.mark.parametrize("component", COMPONENTS, ids=ORDER)
def test_every_component_has_a_place(component: Component[Spec]) -> None:
    everything = (a_machine("srv-01", runs=" ".join(TIERS)), a_machine("srv-02", runs="balancer"))
    placed = place(everything, ORDER, everything, on=("firewall", "updates", "acme", "monitoring"))
    assert component.name in [instance.component for instance in placed]


def named(*runs: str) -> tuple[Machine, ...]:
    """Machines named by their number, which run these tiers."""
    return tuple(a_machine(str(number), runs=tiers) for number, tiers in enumerate(runs, 1))


@pytest.mark.parametrize(
    ("machines", "voting"),
    [
        (("balancer", "balancer", "web app database", "web app database"), "1 3 4"),
        (("balancer", "database", "database", "witness"), "2 3 4"),
        (("balancer", "web app", "database", "database"), "2 3 4"),
        (("database", "database", "database", "witness"), "1 2 3"),
        (("database", "database", "database", "balancer", "witness", "witness"), "1 2 3 5 6"),
        (("database",) * 6, "1 2 3 4 5"),
        (("balancer", "web app", "database"), "1 2 3"),
        (("balancer", "web app", "web app"), ""),
    ],
)
def test_an_odd_number_votes_databases_and_witnesses_first(machines: tuple[str, ...], voting: str) -> None:
    assert " ".join(machine.name for machine in voters(named(*machines), "automatic")) == voting


@pytest.mark.parametrize("count", range(3, 9))
def test_no_machine_alone_takes_the_majority(count: int) -> None:
    chosen = voters(named(*["database"] * count), "automatic")
    assert len({machine.name for machine in chosen}) in (3, 5)


def test_nobody_votes_where_a_person_decides() -> None:
    assert voters(named("database", "database", "witness"), "manual") == ()


def test_etcd_runs_where_somebody_votes() -> None:
    machines = named("balancer", "database", "database")
    placed = [(i.machine.name, i.component) for i in place(machines, ORDER, machines[1:])]
    assert placed == [
        *(("1", component) for component in ("base", "haproxy")),
        *((name, component) for name in "23" for component in ("base", "etcd", "mysql", "keeper")),
    ]
