"""The model with the failsafe: the store is away for some or all, and a primary that goes on is the only one."""

import os
import re
from dataclasses import replace

import pytest

from mainstay_keeper.failsafe import NEVER, Failsafe, Right
from mainstay_keeper.nouns import Cluster, Leader
from tests.unit.mainstay_keeper.model.agreeing import Agreeing, Others, run, written
from tests.unit.mainstay_keeper.model.programs import Step, take
from tests.unit.mainstay_keeper.model.schedules import N1, N2, N3, WELL
from tests.unit.mainstay_keeper.model.world import POLICY, BrokenPromiseError


class WithoutPromise(Failsafe):
    """It says yes, and bids when it likes."""

    def note(self, cluster: Cluster | None) -> Right:
        return replace(super().note(cluster), promised_until=NEVER)


class WithoutHearing(Failsafe):
    """It goes on whatever the others say."""

    def _is_agreed(self, name: str, leader: Leader) -> bool:
        return super()._is_agreed(name, leader) or True


class WithoutMemory(Failsafe):
    """It asks, and counts out of the set who may still acknowledge for that."""

    def _is_agreed(self, name: str, leader: Leader) -> bool:
        before = self._promised_until
        is_agreed = super()._is_agreed(name, leader)
        self._promised_until = before
        return is_agreed


EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "40"))
OUTAGE: Step = ("outage", 0, 0)
MOMENT: Step = ("moment", 0, 0)


def cycles(*names: int) -> list[Step]:
    return [("cycle", name, 0) for name in names]


BROKEN: dict[type[Failsafe], tuple[str, list[Step]]] = {
    WithoutPromise: (
        "['n1', 'n2'] are primary at the same time",
        [*WELL, OUTAGE, ("calm", 0, 5), ("calm", 0, 1), ("join", N2, 0), ("join", N3, 0), *cycles(N2, N3) * 6],
    ),
    WithoutHearing: (
        "['n1', 'n2'] are primary at the same time",
        [*WELL, ("isolate", N1, 0), ("calm", 0, 5), ("calm", 0, 2)],
    ),
    WithoutMemory: (
        "n3 was opened without",
        [
            *WELL, OUTAGE, ("calm", 0, 5), ("calm", 0, 0), ("join", N1, 0), ("join", N3, 0), *cycles(N3, N1, N1),
            MOMENT, *cycles(N3, N1, N1), MOMENT, *cycles(N1), MOMENT, *cycles(N3, N1),
            ("slow", N3, 0), *cycles(N2), ("flow", N2, 0), ("write", N1, 0), ("flow", N2, 0), ("topple", N1, 0),
        ],
    ),
}  # fmt: skip


def writable(world: Agreeing) -> list[str]:
    return [name for name, node in world.nodes.items() if node.server.is_writable]


@pytest.mark.parametrize("size", [2, 3])
def test_all_voters_away_for_long_costs_nothing(size: int) -> None:
    world = run([*WELL, OUTAGE, ("calm", 0, 5), ("calm", 0, 5), ("calm", 0, 5)], size, must_recover=False)
    assert writable(world) == ["n1"]
    world.advance(0.25)
    before = len(world.acknowledged)
    take(world, ("calm", 0, 2))
    assert len(world.acknowledged) > before


@pytest.mark.parametrize("size", [2, 3])
def test_one_that_is_cut_off_besides_ends_it(size: int) -> None:
    program = [*WELL, OUTAGE, ("calm", 0, 5), ("isolate", N2, 0), ("calm", 0, 4)]
    assert writable(run(program, size, must_recover=False)) == []
    run(program, size)


def test_a_primary_cut_off_alone_gives_way_as_ever() -> None:
    world = run([*WELL, ("isolate", N1, 0), ("calm", 0, 5), ("calm", 0, 5)], 3, must_recover=False)
    assert len(writable(world)) == 1
    assert writable(world) != ["n1"]


@pytest.mark.timeout(0)
@pytest.mark.parametrize("size", [2, 3])
def test_no_program_by_chance_breaks_the_promise(size: int) -> None:
    for seed in range(EXAMPLES):
        run(written(seed, 60), size)


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_is_needed(rule: type[Failsafe]) -> None:
    """Without the rule the schedule breaks the promise; with it the same schedule comes to a good end."""
    what, program = BROKEN[rule]
    with pytest.raises(BrokenPromiseError, match=re.escape(what)):
        run(program, 3, lambda world, name: rule(POLICY, Others(world, name), lambda: world.now))
    run(program, 3)
