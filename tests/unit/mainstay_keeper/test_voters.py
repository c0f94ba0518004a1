"""The voters are better not led from a machine with a database, least of all the primary's."""

from typing import Any

from mainstay_keeper.store import StoreUnreachableError
from mainstay_keeper.voters import Json, move_lead

MEMBERS: list[dict[str, Any]] = [
    {"ID": "1", "name": "srv-01", "clientURLs": ["https://10.0.0.1:2379"]},
    {"ID": "2", "name": "srv-02", "clientURLs": ["https://10.0.0.2:2379"]},
    {"ID": "3", "name": "lb-01", "clientURLs": ["https://10.0.0.3:2379"]},
    {"ID": "4", "name": ""},
]


class FakeVoter:
    """The voter `1`, or with `is_away` one that does not answer."""

    def __init__(self, leader: str, members: list[dict[str, Any]], *, is_away: bool = False) -> None:
        self.leader = leader
        self.members = members
        self.is_away = is_away
        self.moved: list[Json] = []

    def maintain(self, question: str, order: Json) -> Json:
        if self.is_away:
            raise StoreUnreachableError("it is away")
        if question == "maintenance/transfer-leadership":
            self.moved.append(order)
        return {"header": {"member_id": "1"}, "leader": self.leader, "members": self.members}


def moved(
    leader: str, members: list[dict[str, Any]], *, is_primary: bool = True, away: str = "", follows: str = "1"
) -> tuple[str, list[Json]]:
    voter = FakeVoter(leader, members)

    def at(url: str) -> FakeVoter:
        return FakeVoter(follows, members, is_away=away in url if away else False)

    return move_lead(voter, at, {"10.0.0.1", "10.0.0.2"}, is_primary=is_primary), voter.moved


def test_the_lead_goes_to_a_machine_without_a_database() -> None:
    sentence = "The voters are led from lb-01 from now on, since the primary is here."
    assert moved("1", MEMBERS) == (sentence, [{"targetID": "3"}])


def test_a_replica_gives_it_to_such_a_machine_only() -> None:
    sentence = "The voters are led from lb-01 from now on, since a replica is here."
    assert moved("1", MEMBERS, is_primary=False) == (sentence, [{"targetID": "3"}])
    assert moved("1", MEMBERS[:2], is_primary=False) == ("", [])


def test_the_primary_gives_it_to_a_replica_where_there_is_no_other() -> None:
    sentence = "The voters are led from srv-02 from now on, since the primary is here."
    assert moved("1", MEMBERS[:2]) == (sentence, [{"targetID": "2"}])


def test_the_lead_is_not_offered_to_one_that_is_away_or_follows_nobody() -> None:
    assert moved("1", MEMBERS, is_primary=False, away="10.0.0.3") == ("", [])
    assert moved("1", MEMBERS, is_primary=True, away="10.0.0.3")[1] == [{"targetID": "2"}]
    assert moved("1", MEMBERS, follows="0") == ("", [])


def test_the_lead_stays_where_it_is_elsewhere_or_cannot_go() -> None:
    assert moved("2", MEMBERS) == ("", [])
    assert moved("1", [MEMBERS[0], MEMBERS[3]]) == ("", [])
