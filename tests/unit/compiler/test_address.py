"""Addresses: the file's own, or derived from the machine's name."""

import zlib
from ipaddress import ip_address
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.compiler.address import address, virtual_addresses
from mainstay.spec.lab_addresses import LAB_NETWORK, RESERVED_TAIL
from tests.builders import a_site

A_NAME = st.from_regex("[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda name: name[:2] != "x-")
NAMES = st.lists(A_NAME, min_size=2, max_size=20, unique=True)


def addresses(*in_lab: str, **own: str) -> dict[str, str]:
    """The addresses of machines that are made in the lab, or have these of their own; the first is the balancer."""
    machines: dict[str, dict[str, object]] = {name: {"runs": ["web", "app"]} for name in in_lab}
    machines |= {name: {"runs": ["web", "app"], "address": address} for name, address in own.items()}
    next(iter(machines.values()))["runs"] = ["balancer", "web", "app"]
    return {machine.name: machine.address for machine in address(a_site(machines=machines))}


def colliding_with(name: str) -> str:
    """Another name that would like to have the same address."""
    slots = LAB_NETWORK.num_addresses - RESERVED_TAIL - 1
    wish = zlib.crc32(name.encode()) % slots
    return next(other for n in count() if zlib.crc32((other := f"srv-{n}").encode()) % slots == wish)


def test_the_addresses_of_the_lab_are_always_these() -> None:
    assert addresses("lb-01", "srv-01", "srv-02") == {
        "lb-01": "10.77.225.29",
        "srv-01": "10.77.79.233",
        "srv-02": "10.77.5.242",
    }


def test_a_machine_stays_where_it_is_when_others_come_and_go() -> None:
    before = addresses("lb-01", "srv-01", "srv-02")
    assert (
        addresses("srv-00", "srv-02", "zoe", "lb-01").items()
        >= {"lb-01": before["lb-01"], "srv-02": before["srv-02"]}.items()
    )


def test_of_two_that_want_one_address_the_later_gets_the_next() -> None:
    other = colliding_with("lb-01")
    assert addresses("lb-01", other) == {"lb-01": "10.77.225.29", other: "10.77.225.30"}
    assert addresses(other, "lb-01") == {other: "10.77.225.29", "lb-01": "10.77.225.30"}


@settings(max_examples=20, deadline=None)
@given(NAMES)
def test_addresses_are_distinct_and_leave_the_labs_own_alone(names: list[str]) -> None:
    found = [int(ip_address(found)) for found in addresses(*names).values()]
    assert len(set(found)) == len(names)
    last_own = int(LAB_NETWORK.broadcast_address) - RESERVED_TAIL
    assert all(int(LAB_NETWORK.network_address) < number <= last_own for number in found)


def test_servers_keep_their_own_addresses() -> None:
    own = {"a": "192.0.2.7", "b": "10.77.225.29"}
    assert addresses(**own) == own


def test_a_machine_has_its_tiers_in_the_order_written() -> None:
    spec = a_site(machines={"srv-01": {"runs": ["app", "balancer", "web"]}})
    assert [machine.roles for machine in address(spec)] == [("app", "balancer", "web")]


def moving(*balancers: str, others: tuple[str, ...] = ("srv-01",), **balancer: object) -> tuple[str, ...]:
    """The addresses that move between these balancers; the other machines are servers."""
    machines = {name: {"runs": ["balancer"]} for name in balancers} | {n: {"runs": ["web", "app"]} for n in others}
    return virtual_addresses(a_site(machines=machines, balancer=balancer))


def test_nothing_moves_with_a_single_balancer() -> None:
    assert moving("lb-01") == ()
    assert moving("lb-01", mode="active-active") == ()


def test_the_labs_moving_addresses_are_always_these() -> None:
    first, second, third = "10.77.207.152", "10.77.106.99", "10.77.166.152"
    assert moving("lb-01", "lb-02") == (first,)
    assert moving("lb-01", "lb-02", mode="active-active") == (first, second)
    assert moving("lb-01", "lb-02", "lb-03") == (first,)
    assert moving("zoe", "anna", "bob", others=("a", "b", "c"), mode="active-active") == (first, second, third)


def test_servers_have_the_addresses_of_the_file_in_its_order() -> None:
    machines = {
        name: {"runs": ["balancer", "web", "app"], "address": f"192.0.2.{number}"}
        for number, name in enumerate(("lb-01", "lb-02"), 1)
    }
    two = {"mode": "active-active", "addresses": ["192.0.2.9", "192.0.2.8"]}
    assert virtual_addresses(a_site(machines=machines, balancer=two)) == ("192.0.2.9", "192.0.2.8")
    one = {"addresses": ["192.0.2.9"]}
    assert virtual_addresses(a_site(machines=machines, balancer=one)) == ("192.0.2.9",)


def test_an_address_that_moves_is_never_a_machines_own() -> None:
    (wish,) = moving("lb-01", "lb-02")
    taker = colliding_with("virtual 1")
    assert addresses("lb-01", taker)[taker] == wish
    assert moving("lb-01", "lb-02", others=(taker,)) == (str(ip_address(wish) + 1),)


@settings(max_examples=20, deadline=None)
@given(NAMES)
def test_addresses_that_move_are_one_for_each_balancer_and_nobodys(names: list[str]) -> None:
    machines = {name: {"runs": ["balancer", "web", "app"]} for name in names}
    spec = a_site(machines=machines, balancer={"mode": "active-active"})
    found = virtual_addresses(spec)
    assert len({*found, *(machine.address for machine in address(spec))}) == 2 * len(names)
    first, last = LAB_NETWORK[1], LAB_NETWORK[-RESERVED_TAIL - 1]
    assert [each for each in found if not int(first) <= int(ip_address(each)) <= int(last)] == []
