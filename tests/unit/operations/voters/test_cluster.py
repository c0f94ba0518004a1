"""The voters' cluster, as etcdctl on a voter's machine tells of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mainstay.grounds.errors import GroundError
from mainstay.operations.voters.cluster import Cluster, Member
from tests.fakes.reach import Asked, FakeReach

LISTED = {
    "members": [
        {"ID": 8299838402164689740, "name": "srv-01", "peerURLs": ["https://10.77.0.1:2380"]},
        {"ID": 16303612489452916384, "peerURLs": ["https://10.77.0.5:2380"]},
    ]
}


@dataclass
class Voters:
    """Voters of whom those named answer."""

    answering: tuple[str, ...] = ("srv-01", "srv-02")
    told: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> str:
        if asked.machine not in self.answering:
            raise GroundError(f"{asked.machine} cannot be reached")
        self.told.append((asked.machine, *(word for word in asked.arguments if not word.startswith("--c"))))
        return json.dumps(LISTED)


def cluster_of(answer: Callable[[Asked], str]) -> Cluster:
    return Cluster(FakeReach(answer=answer), ("srv-01", "srv-02"))


def test_its_members_are_told_even_those_that_have_not_begun() -> None:
    assert cluster_of(Voters()).members() == (
        Member(8299838402164689740, "srv-01", "https://10.77.0.1:2380"),
        Member(16303612489452916384, "", "https://10.77.0.5:2380"),
    )


def test_the_next_is_asked_where_one_does_not_answer() -> None:
    voters = Voters(answering=("srv-02",))
    assert cluster_of(voters).has_majority()
    assert [machine for machine, *_ in voters.told] == ["srv-02"]


def test_a_voter_is_struck_off_by_its_number_in_hexadecimal() -> None:
    voters = Voters()
    cluster_of(voters).strike_off(Member(0xE244E19E11294EA0, "", ""))
    assert voters.told[-1][-3:] == ("member", "remove", "e244e19e11294ea0")


def test_a_voter_is_added_by_name_and_where_it_is_heard() -> None:
    voters = Voters()
    cluster_of(voters).add("lb-01", "https://10.77.0.5:2380")
    assert voters.told[-1][-4:] == ("member", "add", "lb-01", "--peer-urls=https://10.77.0.5:2380")


@pytest.mark.parametrize(("answering", "has"), [((), False), (("srv-01",), True)])
def test_whether_a_majority_answers(answering: tuple[str, ...], has: bool) -> None:
    assert cluster_of(Voters(answering)).has_majority() is has
