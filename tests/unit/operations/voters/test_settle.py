"""Who has to be enrolled as a voter, who is struck off, and by which order a voter begins."""

import pytest

from mainstay.model.machine import Machine
from mainstay.operations.voters.cluster import Member
from mainstay.operations.voters.settle import order_to_begin, strangers, to_enrol
from tests.builders import a_machine

ONE, TWO, THREE = (a_machine(f"srv-0{n}", f"10.77.0.{n}", "database") for n in (1, 2, 3))
VOTERS = {machine.name: machine for machine in (ONE, TWO, THREE)}
ALL = dict.fromkeys(VOTERS, "data")


def known(*machines: Machine) -> tuple[Member, ...]:
    """The members as the majority knows them."""
    return tuple(Member(n, machine.name, f"https://{machine.address}:2380") for n, machine in enumerate(machines, 1))


@pytest.mark.parametrize("what", ["data", "order"])
def test_whoever_may_begin_by_itself_is_not_enrolled(what: str) -> None:
    assert to_enrol(VOTERS, {**ALL, "srv-03": what}, known(ONE, TWO, THREE)) == ()


def test_a_voter_that_lost_its_data_is_enrolled_anew() -> None:
    assert to_enrol(VOTERS, {**ALL, "srv-02": "nothing"}, known(ONE, TWO, THREE)) == ("srv-02",)


def test_a_voter_with_the_data_of_one_that_was_struck_off_is_enrolled_anew() -> None:
    assert to_enrol(VOTERS, ALL, known(ONE, TWO)) == ("srv-03",)


def test_a_voter_that_moved_is_enrolled_anew() -> None:
    moved = {**VOTERS, "srv-03": a_machine("srv-03", "10.77.0.9", "database")}
    members = known(ONE, TWO, THREE)
    assert to_enrol(moved, ALL, members) == ("srv-03",)
    assert strangers(moved.values(), members) == (members[2],)


def test_a_member_that_the_file_no_longer_lets_vote_is_struck_off() -> None:
    members = known(ONE, TWO, THREE)
    assert strangers((ONE, TWO), members) == (members[2],)
    assert strangers(VOTERS.values(), members) == ()


def test_all_begin_together() -> None:
    assert order_to_begin("new", {"srv-01": "https://10.77.0.1:2380", "lb-01": "https://10.77.0.5:2380"}) == (
        "ETCD_INITIAL_CLUSTER=srv-01=https://10.77.0.1:2380,lb-01=https://10.77.0.5:2380\n"
        "ETCD_INITIAL_CLUSTER_STATE=new\n"
    )


def test_one_that_is_added_joins_what_exists() -> None:
    assert order_to_begin("existing", {"srv-01": "https://10.77.0.1:2380"}) == (
        "ETCD_INITIAL_CLUSTER=srv-01=https://10.77.0.1:2380\nETCD_INITIAL_CLUSTER_STATE=existing\n"
    )
