"""Without the store a primary goes on while all others agree, and not a moment longer."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from mainstay_keeper.failsafe import Failsafe, Question, Right
from mainstay_keeper.nouns import Cluster, Leader, Observation
from mainstay_keeper.policy import LONGEST_TTL, Policy
from tests.unit.mainstay_keeper.builders import leads, member, primary, seen, sync

NEVER = float("-inf")
POLICY = Policy()
RIGHT = POLICY.ttl - POLICY.margin


@dataclass
class Clock:
    """One that a test sets."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Others:
    """Those who are asked, by way of their own failsafe; `cut` are not reached, `before_asking` happens in between."""

    sides: dict[str, Failsafe] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    before_asking: Callable[[], None] = lambda: None

    def time_at(self, name: str) -> float | None:
        return None if name in self.cut or name not in self.clocks else self.clocks[name]()

    def agrees(self, name: str, question: Question) -> bool:
        self.before_asking()
        return name not in self.cut and self.sides[name].agree(question)


@dataclass
class Site:
    """n1 leads, n2 and n3 are its replicas; nobody has promised anything, and each has its own clock."""

    clock: Clock = field(default_factory=Clock)
    others: Others = field(default_factory=Others)

    def __post_init__(self) -> None:
        self.seen = seen(primary(), member("n2"), member("n3"), leader=leads("n1"), sync=sync())
        self.leader = self.settled(self.clock)
        for name, ahead in (("n2", 900.0), ("n3", 50.0)):
            self.others.clocks[name] = Clock(ahead)
            self.others.sides[name] = self.settled(self.others.clocks[name])

    def settled(self, clock: Clock) -> Failsafe:
        """One that was started long ago, and has just read who leads."""
        clock.now -= 60
        side = Failsafe(POLICY, self.others, clock)
        clock.now += 60
        side.note(self.seen.cluster)
        return side

    def passes(self, seconds: float) -> None:
        for clock in (self.clock, *self.others.clocks.values()):
            clock.now += seconds

    def asks(self) -> bool:
        return self.leader.ask(self.seen)


@pytest.fixture
def site() -> Site:
    return Site()


def test_a_store_that_was_heard_a_moment_ago_is_reason_enough_to_ask_nobody(site: Site) -> None:
    site.passes(POLICY.silence - 0.01)
    assert not site.asks()
    assert site.leader.note(None).until == NEVER


def test_all_say_yes_and_it_goes_on_from_before_it_asked(site: Site) -> None:
    site.passes(2)
    asked_at = site.clock.now
    assert site.asks()
    assert site.leader.note(None) == Right(asked_at + RIGHT, asked_at + POLICY.ttl)


def test_who_says_yes_does_not_bid_before_the_leader_has_stopped(site: Site) -> None:
    site.passes(2)
    site.asks()
    for name, side in site.others.sides.items():
        now = site.others.clocks[name]()
        assert side.note(None) == Right(now + RIGHT, now + POLICY.ttl)


@pytest.mark.parametrize("missing", ["n2", "n3"])
def test_one_that_is_not_reached_is_enough_to_stop(site: Site, missing: str) -> None:
    site.passes(2)
    site.others.cut = {missing}
    assert not site.asks()
    assert site.leader.note(None).until == NEVER


def test_a_member_of_the_set_whose_key_is_gone_is_asked_too(site: Site) -> None:
    only_two = {name: one for name, one in site.seen.cluster.members.items() if name != "n3"}
    site.seen = replace(site.seen, cluster=replace(site.seen.cluster, members=only_two))
    site.others.cut = {"n3"}
    site.passes(2)
    assert not site.asks()


def test_a_database_that_is_alone_asks_nobody_and_goes_on(site: Site) -> None:
    alone = seen(primary(ackers=frozenset(), is_waiting=False), leader=leads("n1"), sync=sync(replicas=[]))
    site.seen = alone
    site.passes(2)
    assert site.asks()


@pytest.mark.parametrize(
    "observation",
    [
        seen(primary(), member("n2"), leader=leads("n2"), sync=sync("n2")),
        seen(primary(), member("n2"), leader=leads("n1"), sync=sync("n2")),
        seen(replace(primary(), is_writable=False), member("n2"), leader=leads("n1"), sync=sync()),
    ],
    ids=["another leads", "it has not taken over yet", "it takes no writes"],
)
def test_only_an_open_primary_asks(site: Site, observation: Observation) -> None:
    site.leader.note(observation.cluster)
    site.passes(2)
    assert not site.leader.ask(observation)


@pytest.mark.parametrize("read", [None, Leader("n2", 9, 2), Leader("n1", 8, 3)])
def test_who_has_read_otherwise_says_no_and_gives_up_its_right(site: Site, read: Leader | None) -> None:
    site.passes(2)
    side, now = site.others.sides["n2"], site.others.clocks["n2"].now
    assert side.agree(
        Question("n1", site.seen.cluster.leader.epoch if site.seen.cluster.leader else 0, now, POLICY.ttl)
    )
    assert side.note(Cluster(leader=read)) == Right(NEVER, now + 5)
    assert not side.agree(Question("n1", 7, now, POLICY.ttl))


def test_one_that_has_read_nothing_yet_says_no_and_does_not_bid_for_a_while(site: Site) -> None:
    side = Failsafe(POLICY, site.others, site.clock)
    assert not side.agree(Question("n1", 7, site.clock.now, POLICY.ttl))
    assert side.note(None) == Right(NEVER, site.clock.now + LONGEST_TTL)


def test_one_that_hears_the_store_says_no_so_that_another_takes_over_in_time(site: Site) -> None:
    site.passes(2)
    site.others.sides["n3"].note(site.seen.cluster)
    assert not site.asks()
    site.passes(1)
    assert site.asks()


def test_a_yes_that_comes_late_grants_what_is_over(site: Site) -> None:
    def freeze() -> None:
        site.others.clocks["n2"].now += 60

    site.passes(2)
    asked_at = site.others.clocks["n2"].now
    site.others.before_asking = freeze
    site.asks()
    assert site.others.sides["n2"].note(None) == Right(asked_at + RIGHT, asked_at + POLICY.ttl)
    assert site.others.clocks["n2"].now > asked_at + 5


def test_a_time_that_its_clock_has_not_shown_yet_is_of_a_machine_before_its_restart(site: Site) -> None:
    site.passes(2)
    leader = site.seen.cluster.leader
    assert leader
    assert not site.others.sides["n2"].agree(Question("n1", leader.epoch, site.others.clocks["n2"].now + 1, POLICY.ttl))


def test_the_asker_remembers_what_others_may_have_promised_though_their_answer_is_lost(site: Site) -> None:
    def cut() -> None:
        site.others.cut = {"n2"}

    site.passes(2)
    site.others.before_asking = cut
    assert not site.asks()
    assert site.leader.note(None).promised_until >= site.clock.now + POLICY.ttl


def test_an_answer_that_comes_after_another_leader_was_read_gives_nothing(site: Site) -> None:
    def read() -> None:
        site.leader.note(Cluster(leader=Leader("n2", 9, 2)))

    site.passes(2)
    site.others.before_asking = read
    site.asks()
    assert site.leader.note(None).until == NEVER
