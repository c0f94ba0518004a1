"""The checker itself, against sites that are honest and sites that are not."""

import asyncio

import pytest

from mainstay.drills.ledger import Ledger
from mainstay.drills.readback import UnreadableError, of_this_load, read_back
from mainstay.drills.verdict import Writes, compare
from tests.fakes.entries import Doubling, Dropping, FakeEntries, OneLost

TAG = "drill-1"


def written(site: FakeEntries, number: int) -> Ledger:
    """Write so many messages, each acknowledged, as the load would."""
    messages = [f"{TAG} {count}" for count in range(number)]

    async def write_all() -> dict[str, int | None]:
        replies = [await site.ask("POST", "/entries", {"message": message}) for message in messages]
        return {message: reply.document["id"] for message, reply in zip(messages, replies, strict=True)}

    return Ledger(frozenset(messages), asyncio.run(write_all()))


def checked(site: FakeEntries, ledger: Ledger) -> Writes:
    entries = asyncio.run(read_back(site.ask, ledger, poll_seconds=0))
    return compare(ledger, of_this_load(entries, TAG))


def test_an_honest_site_has_all_that_it_acknowledged() -> None:
    site = FakeEntries()
    assert checked(site, written(site, 5)) == Writes(5, 5)


def test_a_site_that_loses_one_acknowledged_write_is_caught() -> None:
    site = OneLost()
    assert checked(site, written(site, 5)) == Writes(5, 5, lost=(f"{TAG} 2",))


@pytest.mark.parametrize("status", [200, 201])
def test_a_site_that_answers_well_and_drops_the_write_is_caught(status: int) -> None:
    site = Dropping(status_of_writes=status)
    assert checked(site, written(site, 2)) == Writes(2, 2, lost=(f"{TAG} 0", f"{TAG} 1"))


def test_a_site_that_writes_twice_is_caught() -> None:
    site = Doubling()
    assert checked(site, written(site, 2)) == Writes(2, 2, unexpected=(f"{TAG} 0", f"{TAG} 1"))


def test_a_write_whose_outcome_was_unknown_is_found_again() -> None:
    site = FakeEntries()
    ledger = written(site, 2)
    site.write(f"{TAG} unknown")
    ledger = Ledger(ledger.attempted | {f"{TAG} unknown", f"{TAG} never"}, ledger.acknowledged)
    assert checked(site, ledger) == Writes(4, 2, recovered=(f"{TAG} unknown",))


def test_an_entry_that_was_never_attempted_is_unexpected_and_other_visitors_are_not() -> None:
    site = FakeEntries()
    ledger = written(site, 1)
    site.write(f"{TAG} from nowhere")
    site.write("Hello from Ada")
    assert checked(site, ledger) == Writes(1, 1, unexpected=(f"{TAG} from nowhere",))


def test_a_replica_may_be_a_moment_behind() -> None:
    site = FakeEntries(answers={1: [404, 404], 2: [503]})
    assert checked(site, written(site, 2)) == Writes(2, 2)


def test_an_entry_that_cannot_be_read_is_neither_there_nor_lost() -> None:
    site = FakeEntries(answers={2: [503] * 1000})
    with pytest.raises(UnreadableError, match="/entries/2 could not be read back: 503"):
        checked(site, written(site, 3))


def test_nothing_acknowledged_is_nothing_to_read() -> None:
    assert asyncio.run(read_back(FakeEntries().ask, Ledger(frozenset({"x"})))) == []
