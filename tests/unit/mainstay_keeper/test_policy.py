"""The numbers of a policy fit each other, and those of the presets do."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.components.keeper.component import PATIENCE
from mainstay.spec.sections.database import TAKEOVERS
from mainstay_keeper.policy import Policy, broken_rules
from mainstay_keeper.settings import read

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
        ({"silence": 0.5}, "who hears the store does not ask its peers"),
    ],
)
def test_each_rule_can_be_broken(change: dict[str, float], rule: str) -> None:
    assert rule in broken_rules(replace(NORMAL, **change))  # type: ignore[arg-type]  # all of them are seconds


def test_a_keeper_does_not_start_with_numbers_that_break_one(tmp_path: Path) -> None:
    told = {"policy": {"ttl": 4.5, "margin": 0.1}, "endpoints": []}
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(told))
    with pytest.raises(ValueError, match=r"it must be that ttl is a whole number .*; that margin leaves the guard"):
        read(file)
