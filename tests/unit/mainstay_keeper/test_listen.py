"""What in the store ends a keeper's wait, and what does not."""

from dataclasses import replace

from mainstay_keeper import published
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.listen import Ear
from mainstay_keeper.look import ackers
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
