"""Two balancers share an address: whatever happens to the one that holds it, the other has it soon.

One lab for the file. After each test both balancers are well and exactly one holds the address, whichever it is. How
long it takes is measured by drills, over many runs; here each fault happens once, and may take twice their limit, or
again where the computer was not there (`takes_at_most`).
"""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.lab.load import no_request_failed
from tests.lab.probes import Probes
from tests.lab.site import LabSite, lab_site
from tests.lab.timed import takes_at_most
from tests.lab.waiting import becomes

LABS = ("mst-balancers",)

BALANCERS = ("lb-01", "lb-02")
SERVERS = ("srv-01", "srv-02")
ADDRESS, SECOND_ADDRESS = "10.77.200.1", "10.77.200.2"
FILE_OF_NGINX = "/static/favicon.svg"
LOGGED = re.compile(rf"{FILE_OF_NGINX}\?\d+")
LOST, UNFORESEEN, IN_GOOD_ORDER = 1.0, 2.0, 0.2
"""Seconds without an answer."""


@pytest.fixture(scope="module")
def site() -> Iterator[LabSite]:
    with lab_site("mst-balancers", port=18180, blueprint="ha", is_plain=True) as site:
        site.change("  takeover: fast ", f"  addresses: [{ADDRESS}]\n  takeover: fast ")
        site.change("failover: automatic ", "failover: manual ")  # this file is on the edge alone
        site.up()
        yield site


@pytest.fixture(autouse=True)
def holder(site: LabSite) -> str:
    """The balancer that holds the address, once all is well."""
    site.is_healthy(within=30)
    return settled_holders(site)[0]


def other_than(balancer: str) -> str:
    return next(name for name in BALANCERS if name != balancer)


def holders(site: LabSite, address: str = ADDRESS) -> list[str]:
    shown = {name: site.tries_on(name, "ip", "-4", "-oneline", "address", "show").output for name in BALANCERS}
    return [name for name, addresses in shown.items() if f" {address}/32 " in addresses]


def settled_holders(site: LabSite, address: str = ADDRESS) -> list[str]:
    """Wait until exactly one balancer holds the address."""
    return becomes(f"One holder of {address}", lambda: holders(site, address), lambda seen: len(seen) == 1, within=15)


def probes(site: LabSite, address: str = ADDRESS) -> Probes:
    return Probes(f"mainstay-{site.name}", address, FILE_OF_NGINX, "shop.test")


def nothing_failed_but_in_flight(seen: Probes) -> None:
    """There is one moment at which all that failed was under way: that of the address's move."""
    failed = [probe for probe in seen.all if probe.status != 200]
    assert not failed or max(p.begun for p in failed) <= min(p.ended for p in failed), failed


def lasts(seconds: float) -> None:
    time.sleep(seconds)


def test_one_balancer_holds_the_address_and_both_are_ready(site: LabSite, holder: str) -> None:
    assert holder in BALANCERS
    told = site.status()
    assert told["endpoints"]["sites"] == ["http://127.0.0.1:18180"]
    for balancer in BALANCERS:
        parts = told["machines"][balancer]["components"]
        assert {name: part["state"] for name, part in parts.items()} == dict.fromkeys(
            ("base", "haproxy", "keepalived"), "healthy"
        )
    site.takes_turns(*SERVERS, within=5)
    assert site.does("up").startswith("Nothing to do")


def test_the_holders_machine_is_lost_and_its_return_takes_nothing_away(site: LabSite) -> None:
    def lost() -> tuple[Probes, ...]:
        (holder,) = settled_holders(site)
        try:
            with probes(site) as seen:
                site.power_off(holder)
                lasts(2)
            assert holders(site) == [other_than(holder)]
        finally:
            with probes(site) as on_return:
                site.power_on(holder)
                site.is_healthy(within=30)
        assert (on_return.failed, holders(site)) == (0, [other_than(holder)])
        return (seen,)

    takes_at_most(LOST, lost)


@pytest.mark.parametrize("unit", ["haproxy", "keepalived"])
def test_a_program_of_the_holder_is_killed(site: LabSite, unit: str) -> None:
    def killed() -> tuple[Probes, ...]:
        (holder,) = settled_holders(site)
        with probes(site) as seen:
            site.runs(holder, "systemctl", "kill", "--signal=SIGKILL", unit)
            lasts(3)
        return (seen,)

    takes_at_most(UNFORESEEN, killed)


def test_the_holders_haproxy_freezes(site: LabSite) -> None:
    """It is there, and accepts connections; it does not answer."""

    def frozen() -> tuple[Probes, ...]:
        (holder,) = settled_holders(site)
        with probes(site) as seen:
            site.runs(holder, "systemctl", "kill", "--signal=SIGSTOP", "haproxy")
            lasts(4)
        site.runs(holder, "systemctl", "kill", "--signal=SIGCONT", "haproxy")
        settled_holders(site)
        return (seen,)

    takes_at_most(UNFORESEEN, frozen)


@pytest.mark.parametrize("unit", ["haproxy", "keepalived"])
def test_a_program_of_the_holder_is_stopped_in_good_order(site: LabSite, unit: str) -> None:
    def stopped() -> tuple[Probes, ...]:
        (holder,) = settled_holders(site)
        with probes(site) as seen:
            site.runs(holder, "systemctl", "stop", unit)
            lasts(2)
        assert holders(site) == [other_than(holder)]
        site.runs(holder, "systemctl", "start", unit)
        nothing_failed_but_in_flight(seen)
        site.is_healthy(within=30)
        return (seen,)

    takes_at_most(IN_GOOD_ORDER, stopped)


def test_draining_the_holder_moves_the_address(site: LabSite) -> None:
    def drained() -> tuple[Probes, ...]:
        (holder,) = settled_holders(site)
        try:
            with probes(site) as seen:
                assert f"{holder} is out of rotation" in site.does("drain", holder)
                lasts(1)
            assert holders(site) == [other_than(holder)]
            nothing_failed_but_in_flight(seen)
        finally:
            site.does("undrain", holder)
        return (seen,)

    takes_at_most(IN_GOOD_ORDER, drained)


def test_a_drained_balancer_has_no_address_until_it_is_undrained(site: LabSite, holder: str) -> None:
    other = other_than(holder)
    try:
        site.does("drain", holder)
        assert site.status()["machines"][holder]["drained"] is True
        refused = site.tries("drain", other)
        assert (refused.status, "without it the site would be down" in refused.errors) == (1, True)
        site.runs(holder, "systemctl", "restart", "keepalived")
        lasts(2)
        assert holders(site) == [other]
    finally:
        site.does("undrain", holder)
    assert site.status()["machines"][holder]["drained"] is False
    assert holders(site) == [other]


def test_a_drained_server_stays_drained_over_reload_restart_and_takeover(site: LabSite, holder: str) -> None:
    try:
        with site.load("/whoami") as load:
            site.does("drain", "srv-02")
        no_request_failed(load, at_least=20)
        assert set(site.servers(20)) == {"srv-01"}
        for order in ("reload", "restart"):
            for balancer in BALANCERS:
                site.runs(balancer, "systemctl", order, "haproxy")
            site.shows("/whoami", within=10)
            assert set(site.servers(20)) == {"srv-01"}
    finally:
        site.does("undrain", "srv-02")
    site.takes_turns(*SERVERS, within=10)


def test_balancers_that_lost_sight_of_each_other_agree_again(site: LabSite, holder: str) -> None:
    """While they are cut from each other, both think that they are alone; visitors still get an answer."""
    peer = site.status()["machines"][other_than(holder)]["address"]
    rules = "add table ip cut; add chain ip cut in { type filter hook input priority 0; }; "
    rules += "add chain ip cut out { type filter hook output priority 0; }; "
    rules += f"add rule ip cut in ip saddr {peer} drop; add rule ip cut out ip daddr {peer} drop"

    def cut_apart() -> tuple[Probes, ...]:
        with probes(site) as seen:
            site.runs(holder, "nft", rules)
            try:
                becomes("Both holding", lambda: holders(site), lambda found: found == list(BALANCERS), within=10)
            finally:
                site.runs(holder, "nft", "delete table ip cut")
            settled_holders(site)
            lasts(1)
        return (seen,)

    takes_at_most(UNFORESEEN, cut_apart)
    with probes(site) as seen:
        lasts(2)
    assert (seen.failed, len(holders(site))) == (0, 1)
    site.takes_turns(*SERVERS, within=5)


def test_changes_go_to_one_balancer_after_the_other_and_no_request_fails(site: LabSite) -> None:
    site.change("  takeover: fast ", "  timeout: 20s\n  takeover: fast ")
    site.change("web:\n", "web:\n  headers: { X-Greeting: Hello }\n")
    with probes(site) as seen:
        site.does("up")
    assert seen.failed == 0
    assert site.get("/up").headers["x-greeting"] == "Hello"
    assert site.does("up").startswith("Nothing to do")


def test_each_request_of_many_at_once_is_in_the_log(site: LabSite) -> None:
    """HAProxy and Nginx throw away what they cannot write at once: here nobody takes it for a while, as on a busy disk.

    So whoever is asked for its log has a reader of its own, which does.
    """
    begun = time.time()
    paths = {f"{FILE_OF_NGINX}?{number}" for number in range(1500)}

    def to_journals(signal: str) -> None:
        for name in (*BALANCERS, *SERVERS):
            site.runs(name, "systemctl", "kill", f"--signal={signal}", "systemd-journald")

    with ThreadPoolExecutor(max_workers=48) as pool:
        to_journals("STOP")
        try:
            assert {answer.status for answer in pool.map(site.get, paths)} == {200}
        finally:
            to_journals("CONT")

    def unlogged(identifier: str, machines: tuple[str, ...]) -> set[str]:
        asked = ("journalctl", f"--identifier={identifier}", "--output=cat", f"--since=@{begun:.0f}")
        return paths.difference(*(LOGGED.findall(site.runs(name, *asked)) for name in machines))

    for identifier, machines in (("haproxy", BALANCERS), ("nginx", SERVERS)):
        asked = partial(unlogged, identifier, machines)
        becomes(f"No request without a line of {identifier}", asked, lambda found: found == set(), within=10)


def test_with_two_addresses_both_balancers_serve_and_each_stands_in_for_the_other(site: LabSite) -> None:
    """From here on the lab is active-active."""
    site.change("  mode: active-passive ", "  mode: active-active ")
    site.change(f"  addresses: [{ADDRESS}]", f"  addresses: [{ADDRESS}, {SECOND_ADDRESS}]")
    site.does("up")
    assert len(site.status()["endpoints"]["sites"]) == 2

    def both() -> tuple[list[str], list[str]]:
        return holders(site, ADDRESS), holders(site, SECOND_ADDRESS)

    becomes("One address each", both, lambda seen: seen == (["lb-01"], ["lb-02"]), within=15)

    def lost(balancer: str) -> tuple[Probes, ...]:
        other = other_than(balancer)
        with probes(site, ADDRESS) as first, probes(site, SECOND_ADDRESS) as second:
            site.power_off(balancer)
            lasts(2)
        assert both() == ([other], [other])
        site.power_on(balancer)
        site.is_healthy(within=30)
        becomes("One address each", both, lambda seen: seen == (["lb-01"], ["lb-02"]), within=15)
        return first, second

    for balancer in BALANCERS:
        takes_at_most(LOST, partial(lost, balancer))
