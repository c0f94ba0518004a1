"""What an operator's machine makes of the keepers' answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mainstay.compiler.address import address
from mainstay.grounds.errors import GroundError
from mainstay.operations.database import keepers
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.spec import Spec
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from mainstay_keeper.gtid import GtidSet
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import Asked, FakeReach

BOTH = ("one", "two")
Words = Mapping[str, Any]


@dataclass
class Agents:
    """Two keepers. `cluster`: what they read; `deaf`: who does not hear the store; `away`: who is not there."""

    cluster: dict[str, Any]
    deaf: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    refuses: str = ""
    executed: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(BOTH, ""))
    ordered: list[tuple[str, ...]] = field(default_factory=list)

    def answer(self, asked: Asked) -> str:
        if asked.machine in self.away:
            raise GroundError(f"{asked.machine} cannot be reached.", "Is it on?")
        if asked.given:
            return json.dumps([[{"found": self._executed(asked.machine, *json.loads(asked.given)[0])}]])
        assert asked.program == "/usr/local/lib/mainstay/mainstay-keeper"
        self.ordered.append((asked.machine, *asked.arguments[1:]))
        return f"a warning\n{json.dumps(self._answer(asked.machine, asked.arguments[1]))}\n"

    def _executed(self, machine: str, statement: str, parameters: list[str]) -> str | bool:
        held = self.executed[machine]
        return GtidSet.parse(parameters[0]) <= GtidSet.parse(held) if "GTID_SUBSET" in statement else held

    def _answer(self, machine: str, order: str) -> Words:
        if order == "status":
            heard = {**self.cluster, "is_store_heard": machine not in self.deaf}
            return {"ok": True, "sentence": f"{machine} is well.", "cluster": heard}
        if order == "found":
            self.cluster.update(a_cluster(machine))
        return {"ok": not self.refuses, "sentence": self.refuses or f"{order} is done."}


def a_cluster(leader: str | None, sync: tuple[str, ...] = (), is_writable: bool = True) -> dict[str, Any]:
    members = [{"name": name, "is_writable": name == leader and is_writable} for name in BOTH]
    return {"leader": leader, "last_leader": leader, "sync": list(sync), "is_paused": False, "members": members}


def a_database(failover: str = "automatic") -> Spec:
    tiers = {"lb": "balancer", "one": "web app database", "two": "web app database"}
    return a_site(machines=machines_that_run(**tiers), database={"failover": failover})


Make = Callable[..., Site]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(agents: Agents, failover: str = "automatic") -> Site:
        spec = a_database(failover)
        machines = address(spec)
        ground = FakeGround({machine.name: True for machine in machines}, FakeReach(agents.answer))
        return Site(spec, tmp_path, machines, (), ground, Vault(Store(tmp_path / "secrets.json")), tmp_path)

    return made


def silent(machine: str, doing: str) -> None:
    """No report."""


def test_an_order_goes_to_the_first_keeper_that_can_be_asked(make: Make) -> None:
    agents = Agents(a_cluster("one"), away={"one"})
    assert keepers.command(make(agents), "switchover", "to=two")["sentence"] == "switchover is done."
    assert agents.ordered == [("two", "switchover", "to=two")]


def test_a_keeper_that_refuses_is_not_asked_around(make: Make) -> None:
    agents = Agents(a_cluster("one"), refuses="Another request is being dealt with.")
    with pytest.raises(OperationError, match="Another request"):
        keepers.command(make(agents), "switchover")
    assert len(agents.ordered) == 1


def test_no_keeper_at_all(make: Make) -> None:
    with pytest.raises(OperationError, match="No keeper answers"):
        keepers.command(make(Agents({}, away=set(BOTH))), "pause")
    with pytest.raises(OperationError, match="There is no keeper to order"):
        keepers.command(make(Agents({}), "manual"), "pause")


def test_what_is_no_answer_is_told_as_such(make: Make) -> None:
    broken = replace(make(Agents({})), ground=FakeGround({}, FakeReach(lambda _: "Traceback")))
    with pytest.raises(GroundError, match="does not answer"):
        keepers.order(broken, "one", "status")


def test_the_state_is_told_by_one_that_hears_the_store(make: Make) -> None:
    agents = Agents(a_cluster("one", sync=("two",)), deaf={"one"})
    found = keepers.ask(make(agents), BOTH)
    assert found is not None
    assert (found.primary, found.sync) == ("one", ("two",))
    assert found.sentence == "one: one is well. two: two is well."
    agents.deaf = set(BOTH)
    assert keepers.ask(make(agents), BOTH) is None


def test_a_leader_that_is_not_open_is_no_primary(make: Make) -> None:
    found = keepers.ask(make(Agents(a_cluster("one", is_writable=False))), BOTH)
    assert found is not None
    assert (found.leader, found.primary) == ("one", None)


def test_a_pause_comes_before_all_else(make: Make) -> None:
    found = keepers.ask(make(Agents({**a_cluster("one"), "is_paused": True})), ["two"])
    assert found is not None
    assert found.sentence == "Automation is paused. two: two is well."


def test_the_first_of_the_file_is_founded_once(make: Make) -> None:
    agents = Agents(a_cluster(None))
    site = make(agents)
    assert keepers.ensure_founded(site, silent)
    assert ("one", "found") in agents.ordered
    assert not keepers.ensure_founded(site, silent)
    assert keepers.wait_for_primary(site, silent) == "one"


def test_the_one_that_has_all_is_founded(make: Make) -> None:
    agents = Agents(a_cluster(None), executed={"one": "a:1-5", "two": "a:1-7"})
    assert keepers.ensure_founded(make(agents), silent)
    assert ("two", "found") in agents.ordered
    assert ("one", "found") not in agents.ordered


def test_of_two_that_have_parted_none_is_founded(make: Make) -> None:
    agents = Agents(a_cluster(None), executed={"one": "a:1-5,b:1", "two": "a:1-7"})
    with pytest.raises(OperationError, match="None of one, two has all that the others have"):
        keepers.ensure_founded(make(agents), silent)
    assert [order for _, order, *_ in agents.ordered if order == "found"] == []


def test_armed_is_when_every_other_may_be_promoted(make: Make) -> None:
    agents = Agents(a_cluster("one", sync=("two",)))
    keepers.wait_until_armed(make(agents), silent)
    assert ("one", "status") in agents.ordered
