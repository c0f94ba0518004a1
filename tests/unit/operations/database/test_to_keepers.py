"""Keepers take over databases that were run by hand: all are stopped, or none."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mainstay.compiler.address import address
from mainstay.operations.database.to_keepers import ANSWERER, take_over_by_keepers
from mainstay.operations.errors import OperationError
from mainstay.operations.rollout import Rollout
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import Asked, FakeReach
from tests.unit.operations.database.test_observe import FACTS_OF_ONE, FOLLOWS


@dataclass
class Databases:
    """`answering`: where the answerer of `failover: manual` is active; `following`: what two says of its source."""

    answering: set[str] = field(default_factory=lambda: {"one", "two"})
    following: dict[str, Any] = field(default_factory=lambda: FOLLOWS)
    stopped: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> str:
        if asked.given:
            one, two = [[FACTS_OF_ONE], []], [[{**FACTS_OF_ONE, "read_only": 1}], [self.following]]
            return json.dumps(one if asked.machine == "one" else two)
        if asked.arguments[0] == "is-active":
            return "active\n" if asked.machine in self.answering else "inactive\n"
        self.stopped.append(f"{asked.machine} {asked.arguments[-1]}")
        return ""


class Rolling:
    """A rollout of which only this part is used."""

    def __init__(self, site: Site) -> None:
        self.prepared = SimpleNamespace(site=site)
        self.rolled: list[tuple[Sequence[str], tuple[str, ...]]] = []

    def report(self, machine: str, doing: str) -> None:
        pass

    def roll_on(self, names: Sequence[str], *components: str) -> None:
        self.rolled.append((names, components))


@pytest.fixture
def taken_over(tmp_path: Path) -> Callable[..., Rolling]:
    def carried_out(databases: Databases, failover: str = "automatic") -> Rolling:
        tiers = {"lb": "balancer", "one": "web app database", "two": "web app database"}
        spec = a_site(machines=machines_that_run(**tiers), database={"failover": failover})
        machines = address(spec)
        ground = FakeGround({machine.name: True for machine in machines}, FakeReach(databases.answer))
        rolling = Rolling(Site(spec, tmp_path, machines, (), ground, Vault(Store(tmp_path / "secrets.json")), tmp_path))
        take_over_by_keepers(cast(Rollout, rolling))
        return rolling

    return carried_out


def test_all_are_stopped_and_all_keepers_begin_at_once(taken_over: Callable[..., Rolling]) -> None:
    databases = Databases()
    assert taken_over(databases).rolled == [(["one", "two"], ("mysql", "keeper"))]
    assert databases.stopped == [f"{name} {unit}" for name in ("one", "two") for unit in ("mysql.service", ANSWERER)]


def test_one_that_does_not_follow_keeps_all_of_them_running(taken_over: Callable[..., Rolling]) -> None:
    databases = Databases(following={**FOLLOWS, "Replica_IO_Running": "No"})
    with pytest.raises(OperationError, match="two does not follow"):
        taken_over(databases)
    assert databases.stopped == []


def test_what_was_broken_off_is_finished(taken_over: Callable[..., Rolling]) -> None:
    databases = Databases(answering={"two"})
    assert taken_over(databases).rolled == [(["one", "two"], ("mysql", "keeper"))]
    assert databases.stopped == ["two mysql.service", f"two {ANSWERER}"]


@pytest.mark.parametrize(("answering", "failover"), [(set(), "automatic"), ({"one", "two"}, "manual")])
def test_nothing_is_done_where_keepers_are_already_or_are_not_wanted(
    taken_over: Callable[..., Rolling], answering: set[str], failover: str
) -> None:
    databases = Databases(answering=answering)
    assert taken_over(databases, failover).rolled == []
    assert databases.stopped == []
