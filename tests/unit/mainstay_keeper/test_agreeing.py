"""The model with the failsafe: the store is away for some or all, and a primary that goes on is the only one."""

import os

import pytest

from tests.unit.mainstay_keeper.model.agreeing import Agreeing, run, written
from tests.unit.mainstay_keeper.model.programs import Step, take
from tests.unit.mainstay_keeper.model.schedules import N1, N2, WELL

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "40"))
OUTAGE: Step = ("outage", 0, 0)


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
