"""The real decisions in a world where everything goes wrong: no acknowledged write is lost, all becomes well again."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.mainstay_keeper.model.mutants import MUTANTS
from tests.unit.mainstay_keeper.model.programs import KINDS, Step, breaks, recover, run, take, written
from tests.unit.mainstay_keeper.model.schedules import N1, N2, N3, SCHEDULES, WELL
from tests.unit.mainstay_keeper.model.world import BrokenPromiseError, Node, World

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "150"))
"""How many programs of either kind: a longer run sets it (see benchmarks/model)."""

steps = st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 5), st.integers(0, 5))


@pytest.mark.timeout(0)
@settings(max_examples=2 * EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(2, 3), st.lists(steps, max_size=60))
def test_no_program_breaks_the_promise(size: int, program: list[Step]) -> None:
    run([*WELL, *program], size)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("size", [2, 3])
def test_no_program_by_chance_breaks_the_promise(size: int) -> None:
    for seed in range(EXAMPLES):
        run(written(seed, 60), size)


@pytest.mark.parametrize("rule", MUTANTS)
def test_each_rule_is_needed(rule: str) -> None:
    """Without the rule the schedule loses a write; with it the same schedule comes to a good end."""
    size, program = SCHEDULES[rule]
    assert "was opened without" in breaks(program, size, MUTANTS[rule])
    assert breaks(program, size, must_recover=True) == ""


def test_every_mutant_has_its_schedule() -> None:
    assert sorted(MUTANTS) == sorted(SCHEDULES)


def test_mutants_are_found_by_chance_too() -> None:
    """The programs that chance writes are good enough to find broken rules without being told where to look."""
    kinds = tuple(kind for kind in KINDS if kind != "prepare")
    programs = [(written(seed, 60, kinds), size) for seed in range(60) for size in (2, 3)]
    found = [rule for rule in CHANCE if any(breaks(program, size, MUTANTS[rule]) for program, size in programs)]
    assert found == list(CHANCE)


def test_a_former_primary_does_not_bring_a_hidden_tail_into_the_set() -> None:
    """Found by chance in 17,000 programs: two members each had what the other lacked, and neither could lead."""
    tail = [("isolate", N1, 2), ("busy", N1, 2), ("calm", N1, 4), ("heal", 0, 4), ("calm", 0, 3)]
    run([*WELL, *tail, ("freeze", N1, 4), ("wipe", N2, 1), ("calm", N1, 4)], 3)


CHANCE = (
    "arm before a replica has all",
    "stop waiting before the store says that nobody may be promoted",
    "bid without hearing all of the set",
    "open before all is applied",
    "open without waiting though the set is not empty",
    "take a store write of unknown outcome for done",
    "ignore which data is under a name",
    "open one that has less than another",
    "stop MySQL gracefully",
)

CHANGES: dict[str, tuple[int, list[Step]]] = {
    "arming": (3, [("calm", 0, 5), ("calm", 0, 5)]),
    "promotion": (3, [*WELL, ("fell", 0, 0), ("calm", 0, 5)]),
    "promotion of the one that has most": (
        3,
        [*WELL, ("slow", N2, 0), ("calm", 0, 1), ("topple", 0, 0), ("calm", 0, 5)],
    ),
    "disarming": (2, [*WELL, ("isolate", N2, 0), ("calm", 0, 5), ("heal", 0, 0), ("calm", 0, 5)]),
    "adding and removing": (
        3,
        [*WELL, ("isolate", N3, 0), ("calm", 0, 5), ("calm", 0, 5), ("heal", 0, 0), ("calm", 0, 5)],
    ),
    "hand-over": (3, [*WELL, ("switchover", N2, 0), ("calm", 0, 5), ("calm", 0, 5)]),
    "hand-over of two": (2, [*WELL, ("switchover", N2, 1), ("calm", 0, 5), ("calm", 0, 5)]),
    "hand-over to one who cannot be followed": (
        3,
        [*WELL, ("slow", N1, 0), ("cut", N1, 0), ("switchover", N2, 1), ("calm", 0, 5), ("calm", 0, 5)],
    ),
    "failover that was asked for": (3, [*WELL, ("failover", N2, 1), ("calm", 0, 5), ("calm", 0, 5)]),
    "return in place": (2, [*WELL, ("crash", N1, 0), ("calm", 0, 5)]),
    "made anew": (3, [*WELL, ("reinit", N3, 0), ("calm", 0, 5), ("calm", 0, 5)]),
    "cold start": (3, [*WELL, ("power_cut", 0, 0), ("calm", 0, 5), ("calm", 0, 5)]),
}


def keeper_dies(world: World, node: Node) -> None:
    node.restart_keeper()


def machine_dies(world: World, node: Node) -> None:
    node.server.kill()
    node.restart_keeper()


def machine_freezes(world: World, node: Node) -> None:
    node.is_frozen = True


def reply_is_lost(world: World, node: Node) -> None:
    """The next write of this keeper takes effect, and it does not learn it."""
    node.next_write = "lost"


@pytest.mark.parametrize("fate", [keeper_dies, machine_dies, machine_freezes, reply_is_lost])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_interrupted_after_any_action_comes_to_a_good_end(
    change: str, fate: Callable[[World, Node], None]
) -> None:
    size, program = CHANGES[change]
    whole = World(size)
    for step in program:
        take(whole, step)
    assert whole.done > 0
    for number in range(1, whole.done + 1):
        world = World(size)
        world.after = {number: fate}
        try:
            for step in program:
                take(world, step)
            recover(world)
        except BrokenPromiseError as broken:
            pytest.fail(f"{fate.__name__} after action {number}: {broken}\n" + "\n".join(world.story[-60:]))
