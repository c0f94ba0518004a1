"""The numbers of a policy fit each other, and those of the presets do."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.components.keeper.component import PATIENCE
from mainstay.spec.sections.database import TAKEOVERS
from mainstay_keeper.actions import Action, WriteSync
from mainstay_keeper.decide import decide
from mainstay_keeper.lasting import remembered
from mainstay_keeper.policy import Policy, broken_rules
from mainstay_keeper.settings import read
from tests.unit.mainstay_keeper.builders import NOW, leads, member, primary, seen, sync

NORMAL = Policy()


@pytest.mark.parametrize("takeover", TAKEOVERS)
def test_every_preset_keeps_the_rules(takeover: str) -> None:
    assert broken_rules(Policy(**PATIENCE[takeover])) == ()  # type: ignore[arg-type]  # no preset names a whole number


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"ttl": 12.0}, "ttl lies between 2 and 10 s"),
        ({"ttl": 4.5}, "ttl is a whole number of seconds: etcd counts in them"),
        ({"margin": 0.1}, "margin leaves the guard 0.2 s to end mysqld"),
        ({"ttl": 4.0}, "a renewal can fail and be tried again (3.4 s) before fencing begins"),
        ({"silence": 3.0}, "the peers can be asked (4.05 s) before fencing begins"),
        ({"endpoint": 0.7}, "a call finds time for a second voter after one that is silent"),
        ({"hearing": 0.5}, "a peer that hears the store has heard it within `hearing`"),
        ({"standstill": 0.9}, "writes that stand still are seen to twice before anything follows from it"),
        ({"patience": 1.9}, "a replica is not given up before it can be relied on (settle)"),
        ({"silence": 0.5}, "who hears the store does not ask its peers"),
    ],
)
def test_each_rule_can_be_broken(change: dict[str, float], rule: str) -> None:
    assert rule in broken_rules(replace(NORMAL, **change))  # type: ignore[arg-type]  # all of them are seconds


@pytest.mark.parametrize("takeover", TAKEOVERS)
def test_with_every_preset_a_replica_that_has_all_soon_could_take_over(takeover: str) -> None:
    """Cycle by cycle, while nothing goes wrong: what the primary does first is to put it into the set."""
    policy = Policy(**PATIENCE[takeover])  # type: ignore[arg-type]  # no preset names a whole number
    joining = sync(replicas=[], joining=["n2"])
    looks = seen(primary(ackers=frozenset({"n2"})), member("n2"), leader=leads("n1"), sync=joining, policy=policy)
    done: tuple[Action, ...] = ()
    for cycle in range(20):
        at = NOW + cycle * policy.every
        looks = replace(looks, now=at, deadline=at + policy.room)
        looks = replace(looks, since=remembered(looks))
        done = done or decide(looks).actions
    assert [action.sync.replicas.keys() for action in done if isinstance(action, WriteSync)] == [{"n2"}]


def test_a_keeper_does_not_start_with_numbers_that_break_one(tmp_path: Path) -> None:
    told = {"policy": {"ttl": 4.5, "margin": 0.1}, "endpoints": []}
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(told))
    with pytest.raises(ValueError, match=r"it must be that ttl is a whole number .*; that margin leaves the guard"):
        read(file)
