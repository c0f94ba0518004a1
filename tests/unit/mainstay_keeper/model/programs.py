"""What can happen, as data: a program is a list of steps, run on a fresh world; steps that cannot be are skipped."""

import random
from collections.abc import Callable, Sequence

from mainstay_keeper.nouns import FAILOVER, REINIT, SWITCHOVER
from tests.unit.mainstay_keeper.model.world import STORE, BrokenPromiseError, Node, Rules, World

Step = tuple[str, int, int]
"""What happens, to which machine, and a number that it may need."""

KINDS = {
    "stage": 12, "cycle": 8, "write": 8, "connect": 2, "receive": 4, "hear": 3, "apply": 2, "flow": 3, "end": 2,
    "second": 5, "moment": 3, "calm": 10, "busy": 4, "slow": 6, "slow_applier": 3, "fast": 5, "topple": 5, "fell": 3,
    "cut": 4, "isolate": 4, "join": 4, "heal": 3,
    "freeze": 3, "thaw": 6, "freeze_keeper": 2, "thaw_keeper": 2, "crash_keeper": 3,
    "crash": 4, "power_cut": 1, "wipe": 1,
    "lose": 2, "drop": 1, "delay": 3, "land": 4, "deafen": 2, "deafen_late": 1,
    "switchover": 2, "failover": 1, "reinit": 1, "pause": 1, "resume": 4, "prepare": 2,
}  # fmt: skip


def written(seed: int, length: int, kinds: Sequence[str] = tuple(KINDS)) -> list[Step]:
    """A program by chance, the same for the same seed; it begins in a site that is well."""
    chance = random.Random(seed)
    weights = [KINDS[kind] for kind in kinds]
    steps = [(kind, chance.randrange(6), chance.randrange(6)) for kind in chance.choices(kinds, weights, k=length)]
    return [("calm", 0, 4), ("calm", 0, 4), *steps]


def run(program: Sequence[Step], size: int, rules: Rules | None = None, must_recover: bool = True) -> World:
    """Run a program; raises a BrokenPromiseError that tells the story if the promise is broken."""
    world = World(size, rules)
    try:
        for step in program:
            take(world, step)
        if must_recover:
            recover(world)
    except BrokenPromiseError as broken:
        story = "\n".join(world.story[-80:])
        raise BrokenPromiseError(f"{broken}\n{story}") from None
    return world


def take(world: World, step: Step) -> None:
    kind, which, number = step
    node = list(world.nodes.values())[which % len(world.nodes)]
    if kind not in ("stage", "cycle", "write", "receive", "hear", "apply", "flow", "connect", "end"):
        world.note(f"-- {kind} {node.name} {number}")
    STEPS[kind](world, node, number)
    world.check()


def _stage(world: World, node: Node, number: int) -> None:
    world.stage(node)


def _cycle(world: World, node: Node, number: int) -> None:
    """To the end of the cycle that is under way, or a whole one."""
    world.stage(node)
    while node.is_awake and node.stage != "observe" and not node.grace:
        world.stage(node)


def _write(world: World, node: Node, number: int) -> None:
    world.write(node)
    world.spend(node)


def _connect(world: World, node: Node, number: int) -> None:
    world.connect(node)


def _receive(world: World, node: Node, number: int) -> None:
    world.receive(node, 1 + number)
    world.spend(node)


def _hear(world: World, node: Node, number: int) -> None:
    world.hear_from(node)
    world.spend(node)


def _apply(world: World, node: Node, number: int) -> None:
    if not node.is_frozen:
        node.server.apply(1 + number % 2)


def _flow(world: World, node: Node, number: int) -> None:
    world.flow(node)
    world.spend(node)


def _end(world: World, node: Node, number: int) -> None:
    if not node.is_frozen:
        node.server.end_unwaited(world.now)


def _second(world: World, node: Node, number: int) -> None:
    world.advance(1.0)


def _moment(world: World, node: Node, number: int) -> None:
    world.advance(0.25)


def _calm(world: World, node: Node, number: int) -> None:
    """Seconds in which everybody does what they can."""
    for _ in range(number + 1):
        world.advance(1.0)
        for other in world.nodes.values():
            world.write(other)
            world.flow(other)
            _end(world, other, 0)
            _cycle(world, other, 0)
        world.check()


def _busy(world: World, node: Node, number: int) -> None:
    """Everybody's keeper goes once around, and one replica gets nothing."""
    world.advance(1.0)
    for other in world.nodes.values():
        world.write(other)
        if other is not node:
            world.flow(other)
        _cycle(world, other, 0)


def _slow(world: World, node: Node, number: int) -> None:
    """It is connected, and nothing comes through."""
    node.is_slow_to_receive = True


def _slow_applier(world: World, node: Node, number: int) -> None:
    node.is_slow_to_apply = True


def _fast(world: World, node: Node, number: int) -> None:
    node.is_slow_to_apply = node.is_slow_to_receive = False


def _topple(world: World, node: Node, number: int) -> None:
    """The primary's machine freezes, for long enough that another can take over."""
    world.nodes[world.store.sync.leader].is_frozen = True
    _calm(world, node, 8)


def _fell(world: World, node: Node, number: int) -> None:
    """The primary's machine is cut off, its MySQL dead, for long enough that another can take over."""
    last = world.nodes[world.store.sync.leader]
    last.server.kill()
    _isolate(world, last, 0)
    _calm(world, node, 8)


def _cut(world: World, node: Node, number: int) -> None:
    others = [name for name in (*world.nodes, STORE) if name != node.name]
    world.cuts.add(frozenset((node.name, others[number % len(others)])))


def _isolate(world: World, node: Node, number: int) -> None:
    world.cuts |= {pair for pair in world.pairs() if node.name in pair}


def _join(world: World, node: Node, number: int) -> None:
    world.cuts = {pair for pair in world.cuts if node.name not in pair}


def _heal(world: World, node: Node, number: int) -> None:
    world.cuts.clear()


def _freeze(world: World, node: Node, number: int) -> None:
    node.is_frozen = True


def _thaw(world: World, node: Node, number: int) -> None:
    """It wakes: if its time is over its guard kills, at once or a few steps later."""
    if node.is_frozen:
        node.is_frozen = False
        node.grace = number if world.now >= node.deadline else 0
        world.guard(node)


def _freeze_keeper(world: World, node: Node, number: int) -> None:
    node.is_keeper_frozen = True


def _thaw_keeper(world: World, node: Node, number: int) -> None:
    node.is_keeper_frozen = False


def _crash_keeper(world: World, node: Node, number: int) -> None:
    if not node.is_frozen:
        node.restart_keeper()


def _crash(world: World, node: Node, number: int) -> None:
    node.server.kill()


def _power_cut(world: World, node: Node, number: int) -> None:
    for other in world.nodes.values():
        other.server.kill()
        other.restart_keeper()
        other.deadline, other.is_frozen, other.is_keeper_frozen, other.grace = float("-inf"), False, False, 0


def _wipe(world: World, node: Node, number: int) -> None:
    world.wipe(node)


def _lose(world: World, node: Node, number: int) -> None:
    """The next write takes effect, and its writer does not learn it."""
    node.next_write = "lost"


def _drop(world: World, node: Node, number: int) -> None:
    node.next_write = "dropped"


def _delay(world: World, node: Node, number: int) -> None:
    """The next write is on its way for long, and its writer hears nothing."""
    node.next_write = "late"


def _deafen(world: World, node: Node, number: int) -> None:
    node.next_reading = "dropped"


def _deafen_late(world: World, node: Node, number: int) -> None:
    """The session is renewed, and its keeper does not learn it."""
    node.next_reading = "lost"


def _land(world: World, node: Node, number: int) -> None:
    world.land()


def _asked(kind: str) -> Callable[[World, Node, int], None]:
    def ask(world: World, node: Node, number: int) -> None:
        world.store.ask(kind, "" if kind != REINIT and number == 0 else node.name)

    return ask


def _prepare(world: World, node: Node, number: int) -> None:
    """A switchover is asked for and under way: the primary and its heir follow each other, or nearly so."""
    world.store.ask(SWITCHOVER, "")
    _calm(world, node, number % 5)


def _pause(world: World, node: Node, number: int) -> None:
    world.store.is_paused = True


def _resume(world: World, node: Node, number: int) -> None:
    world.store.is_paused, world.store.recent = False, 0


STEPS = {
    "stage": _stage, "cycle": _cycle, "write": _write, "connect": _connect, "receive": _receive, "hear": _hear,
    "apply": _apply, "flow": _flow, "end": _end, "second": _second, "moment": _moment, "calm": _calm, "busy": _busy,
    "slow": _slow, "slow_applier": _slow_applier, "fast": _fast, "topple": _topple, "fell": _fell,
    "cut": _cut, "isolate": _isolate, "join": _join, "heal": _heal, "freeze": _freeze, "thaw": _thaw,
    "freeze_keeper": _freeze_keeper, "thaw_keeper": _thaw_keeper, "crash_keeper": _crash_keeper, "crash": _crash,
    "power_cut": _power_cut, "wipe": _wipe, "lose": _lose, "drop": _drop, "delay": _delay,
    "deafen": _deafen, "deafen_late": _deafen_late, "land": _land,
    "switchover": _asked(SWITCHOVER), "prepare": _prepare, "failover": _asked(FAILOVER), "reinit": _asked(REINIT),
    "pause": _pause, "resume": _resume,
}  # fmt: skip


def recover(world: World) -> None:
    """Everything is healed; with time there is a primary again, and somebody who could take over."""
    world.note("-- healed")
    world.cuts.clear()
    for node in world.nodes.values():
        _thaw(world, node, 0)
        _fast(world, node, 0)
        node.is_keeper_frozen, node.next_write, node.next_reading = False, "", ""
    for _ in range(12):
        _resume(world, node, 0)
        _calm(world, node, 4)
        if _is_well(world):
            break
    if not _is_well(world) and not _is_excused(world):
        raise BrokenPromiseError("it never became well again")
    for node in world.nodes.values():
        if node.server.is_writable:
            world.ensure_nothing_is_lost(node)


def _is_well(world: World) -> bool:
    open_ones = [node.name for node in world.nodes.values() if node.server.is_writable]
    sync = world.store.sync
    return open_ones == [sync.leader] and len(sync.replicas) == len(world.nodes) - 1


def _is_excused(world: World) -> bool:
    """The promise's exception: the last leader's data is gone, and that of one of the set, or nobody was in it."""
    sync, data = world.store.sync, {name: node.server.uuid for name, node in world.nodes.items()}
    has_leader = data[sync.leader] == sync.leader_uuid
    has_set = bool(sync.replicas) and all(data[name] == uuid for name, uuid in sync.replicas.items())
    return world.is_lossy and not has_leader and not has_set


def shrunk(program: Sequence[Step], size: int, rules: Rules | None = None, must_recover: bool = False) -> list[Step]:
    """The same violation with fewer steps."""
    best = list(program)
    width = len(best) // 2
    while width:
        at = 0
        while at < len(best):
            shorter = best[:at] + best[at + width :]
            if breaks(shorter, size, rules, must_recover):
                best = shorter
            else:
                at += width
        width //= 2
    return best


def breaks(program: Sequence[Step], size: int, rules: Rules | None = None, must_recover: bool = False) -> str:
    """The violation's story, "" if there is none."""
    try:
        run(program, size, rules, must_recover)
    except BrokenPromiseError as broken:
        return str(broken)
    return ""
