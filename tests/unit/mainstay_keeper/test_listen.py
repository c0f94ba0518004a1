"""What in the store ends a keeper's wait, and what does not."""

from dataclasses import replace

import pytest

from mainstay_keeper import published
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.listen import Ear
from mainstay_keeper.look import ackers, waits
from mainstay_keeper.nouns import Member, Mysql
from mainstay_keeper.store import Event

KEY = "/mainstay/shop/members/one"
ONE = Member("one", "10.0.0.1", 1, Mysql(state="running", executed=GtidSet.parse("a:1-5")))


def test_only_news_rings() -> None:
    rung: list[int] = []
    ear = Ear(lambda: rung.append(1))

    def rings(key: str, value: str | None) -> bool:
        before = len(rung)
        ear.hear(Event(key, value))
        return len(rung) > before

    assert rings(KEY, published.text_of_member(ONE))
    longer = replace(ONE, mysql=replace(ONE.mysql, executed=GtidSet.parse("a:1-6"), lag=1.0))
    assert not rings(KEY, published.text_of_member(longer))
    assert rings(KEY, published.text_of_member(replace(longer, frozen_for=7)))
    assert rings(KEY, None)
    assert rings("/mainstay/shop/leader", "x")
    assert rings("/mainstay/shop/leader", "x")


def test_whose_acknowledgements_count() -> None:
    acking, silent = (replace(ONE, mysql=replace(ONE.mysql, is_acking=is_acking)) for is_acking in (True, False))
    connected = frozenset({"one", "two", "gone"})
    assert ackers(connected, 2, {"one": acking, "two": silent}) == {"one", "gone"}
    assert ackers(connected, 0, {"one": acking}) == frozenset()


@pytest.mark.parametrize(
    ("changed", "status", "is_waiting"),
    [
        ({}, "ON", True),
        ({}, "OFF", False),
        ({"waits": 0}, "ON", False),
        ({"waits_ms": 1000}, "ON", False),
        ({"waits_for_nobody": 0}, "ON", False),
        ({"waits_ms": 1000, "waits_for_nobody": 0, "super_read_only": 1}, "ON", True),
        ({"super_read_only": 1}, "OFF", False),
    ],
)
def test_a_wait_that_ends_by_itself_is_none_for_one_that_takes_writes(
    changed: dict[str, int], status: str, is_waiting: bool
) -> None:
    facts = {"waits": 1, "waits_ms": 31_536_000_000, "waits_for_nobody": 1, "super_read_only": 0}
    assert waits({**facts, **changed}, status) is is_waiting
