"""Which components run where."""

import pytest

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.compiler.place import TIERS, place
from mainstay.model.component import Component
from mainstay.spec import Spec
from tests.builders import a_machine

ORDER = tuple(component.name for component in COMPONENTS)


@pytest.mark.parametrize(
    ("tiers", "components"),
    [
        ("balancer", ["base", "haproxy"]),
        ("web app", ["base", "haproxy", "app", "nginx"]),
        ("database", ["base", "mysql"]),
        ("database app web", ["base", "mysql", "haproxy", "app", "nginx"]),
        ("balancer web app database", ["base", "mysql", "haproxy", "app", "nginx"]),
    ],
)
def test_tiers_become_components_in_the_order_of_the_catalogue(tiers: str, components: list[str]) -> None:
    assert [i.component for i in place((a_machine(runs=tiers),), ORDER)] == components


def test_machines_stay_in_the_order_of_the_file() -> None:
    zoe, anna = a_machine("zoe", runs="database"), a_machine("anna", runs="balancer")
    placed = [(i.machine, i.component) for i in place((zoe, anna), ORDER)]
    assert placed == [(zoe, "base"), (zoe, "mysql"), (anna, "base"), (anna, "haproxy")]


@pytest.mark.parametrize("component", COMPONENTS, ids=ORDER)
def test_every_component_has_a_place(component: Component[Spec]) -> None:
    everything = a_machine(runs=" ".join(TIERS))
    assert component.name in [i.component for i in place((everything,), ORDER)]
