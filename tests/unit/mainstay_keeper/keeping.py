"""Keepers whose world is fake: one store for all, and for each a MySQL that a test sets."""

from collections.abc import Mapping
from dataclasses import dataclass

from mainstay_keeper.act import Hands
from mainstay_keeper.cycle import Bell, Cycle, Self
from mainstay_keeper.failsafe import Failsafe
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.keys import Keys
from mainstay_keeper.nouns import RUNNING, Member, Mysql
from mainstay_keeper.policy import Policy
from mainstay_keeper.register import Register
from tests.fakes.hands import FakeMysql, FakeMysqld, FakePeers, FakeWatched
from tests.fakes.store import FakeStore

KEYS = Keys("shop")
NORMAL = Policy()


def a_mysql(uuid: str, executed: str = "a:1-5") -> Mysql:
    return Mysql(state=RUNNING, uuid=uuid, executed=GtidSet.parse(executed))


class FakeEyes:
    def __init__(self, mysql: Mysql) -> None:
        self.sees = mysql

    def mysql(self, members: Mapping[str, Member]) -> Mysql:
        return self.sees


@dataclass
class Keeper:
    """A keeper: what it did, said and sees."""

    cycle: Cycle
    eyes: FakeEyes
    mysql: FakeMysql
    done: list[str]
    said: list[str]
    failsafe: Failsafe
    hands: Hands

    def runs(self) -> list[str]:
        """One cycle; what it did, but for its word to the guard."""
        self.done.clear()
        self.cycle.run_once()
        return [what for what in self.done if what != "mind"]


def a_keeper(store: FakeStore, name: str, mysql: Mysql, is_rebuilding: bool = False, policy: Policy = NORMAL) -> Keeper:
    done: list[str] = []
    said: list[str] = []
    eyes, fake, peers = FakeEyes(mysql), FakeMysql(done), FakePeers(done)
    failsafe = Failsafe(Policy(hearing=0.0), peers)
    hands = Hands(
        FakeMysqld(done),
        fake,
        Register(store, KEYS),
        FakeWatched(done),
        peers,
        peers.rebuild,
        peers.close,
        failsafe,
        lambda primary: None,
    )
    me = Self(name, "10.0.0.1", policy)
    cycle = Cycle(me, eyes, hands, Bell(), said.append, lambda: is_rebuilding)
    return Keeper(cycle, eyes, fake, done, said, failsafe, hands)
