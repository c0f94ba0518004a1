"""New rules of the firewall stay where a new connection came through them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from mainstay.compiler.compile import compile_plan
from mainstay.grounds.errors import GroundError
from mainstay.model.state import MachineState
from mainstay.operations.errors import OperationError
from mainstay.operations.firewall import roll_firewall
from mainstay.operations.rollout import Rollout
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import Asked, FakeReach

SPEC = a_site(machines=machines_that_run(lb="balancer", one="web app", two="web app"), firewall="on")
PLAN = compile_plan(SPEC, "")


class Rolling:
    """A rollout of which only this part is used; `had` names those that had a firewall, `due` those to be changed."""

    def __init__(self, site: Site, had: Sequence[str], due: Sequence[str]) -> None:
        states = {name: MachineState(record=PLAN.manifests[name] if name in had else None) for name in PLAN.manifests}
        self.prepared = SimpleNamespace(site=site, plan=PLAN, states=states)
        self.due = due
        self.rolled: list[list[str]] = []

    def is_due(self, name: str, component: str) -> bool:
        return component == "nftables" and name in self.due

    def roll_on(self, names: Sequence[str], *components: str) -> None:
        assert components == ("nftables",)
        self.rolled.append(list(names))


Roll = Callable[..., tuple[list[list[str]], list[str], str]]


@pytest.fixture
def roll(tmp_path: Path) -> Roll:
    def carried_out(
        had: Sequence[str], due: Sequence[str], shut: Sequence[str] = ()
    ) -> tuple[list[list[str]], list[str], str]:
        """What was rolled, who was come to, and what was said."""
        came: list[str] = []

        def answer(asked: Asked) -> str:
            if asked.machine in shut:
                raise GroundError(f"{asked.machine} cannot be reached: timed out")
            assert (asked.program, asked.arguments) == ("/usr/local/lib/mainstay/firewall", ("confirm",))
            came.append(asked.machine)
            return ""

        ground = FakeGround(dict.fromkeys(PLAN.manifests, True), FakeReach(answer))
        rolling = Rolling(
            Site(SPEC, tmp_path, PLAN.machines, (), ground, Vault(Store(tmp_path / "s")), tmp_path), had, due
        )
        said = ""
        try:
            roll_firewall(cast(Rollout, rolling))
        except OperationError as error:
            said = error.what
        return rolling.rolled, sorted(came), said

    return carried_out


def test_machines_without_one_get_theirs_together(roll: Roll) -> None:
    assert roll(had=(), due=("lb", "one", "two")) == ([["lb", "one", "two"]], ["lb", "one", "two"], "")


def test_machines_that_have_one_are_changed_one_by_one(roll: Roll) -> None:
    assert roll(had=("lb", "two"), due=("lb", "one", "two")) == (
        [["one"], ["lb"], ["two"]], ["lb", "one", "two"], "",
    )  # fmt: skip


def test_only_those_that_are_due_are_touched(roll: Roll) -> None:
    assert roll(had=("lb", "one", "two"), due=("two",)) == ([["two"]], ["two"], "")
    assert roll(had=("lb", "one", "two"), due=()) == ([], [], "")


def test_one_that_lets_nobody_in_ends_it(roll: Roll) -> None:
    said = "one did not let us in through the new firewall: one cannot be reached: timed out"
    assert roll(had=("lb", "one", "two"), due=("lb", "one", "two"), shut=("one",)) == ([["lb"], ["one"]], ["lb"], said)
