"""The same world, in which a primary asks all others when the store is away: the real `Failsafe` on every machine."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from mainstay_keeper.failsafe import Failsafe, Question
from mainstay_keeper.nouns import Observation
from tests.unit.mainstay_keeper.model.programs import KINDS, Step, recover, take
from tests.unit.mainstay_keeper.model.world import POLICY, STORE, BrokenPromiseError, Node, Rules, World

MORE_KINDS = {**KINDS, "outage": 8, "end_of_outage": 5, "mute": 2, "hold": 3, "deliver": 5, "calm": 14, "moment": 5}
Side = Callable[["Agreeing", str], Failsafe]


def rightly(world: "Agreeing", name: str) -> Failsafe:
    """As it is."""
    return Failsafe(POLICY, Others(world, name), lambda: world.now)


@dataclass
class Keeping(Node):
    """A machine whose keeper makes promises; one that is started anew has forgotten them."""

    begin: Callable[[], Failsafe] = field(kw_only=True)
    failsafe: Failsafe = field(init=False)
    is_mute: bool = False
    is_held: bool = False

    def __post_init__(self) -> None:
        self.failsafe = self.begin()

    def restart_keeper(self) -> None:
        super().restart_keeper()
        self.failsafe = self.begin()


class Agreeing(World):
    """`held`: questions that are under way for long."""

    def __init__(self, size: int, rules: Rules | None = None, side: Side = rightly) -> None:
        super().__init__(size, rules)
        self.held: list[tuple[str, Question]] = []
        self.keepers = {
            name: Keeping(name, node.server, begin=partial(side, self, name)) for name, node in self.nodes.items()
        }
        self.nodes = dict(self.keepers)
        self.rules = replace(self.rules, see=_promising(self, self.rules.see))

    def advance(self, seconds: float) -> None:
        """Beside the cycles, whoever leads asks; a machine that has just woken does so, too."""
        super().advance(seconds)
        for node in self.keepers.values():
            if node.is_awake and node.mysql is not None:
                node.failsafe.ask(self._last_seen(node))

    def check(self) -> None:
        """More than the promise: nor are there two that tell routers that they take writes."""
        super().check()
        named = [node.name for node in self.nodes.values() if node.server.is_writable and self._is_right(node)]
        if len(named) > 1:
            raise BrokenPromiseError(f"{named} are primary at the same time")

    def _is_right(self, node: Node) -> bool:
        return node.is_awake and not node.grace and self.now < node.deadline

    def _last_seen(self, node: Node) -> Observation:
        assert node.mysql is not None
        return Observation(
            node.name, self.now, node.mysql, node.cluster, node.is_heard, node.deadline, POLICY, node.since
        )

    def _read(self, node: Node) -> None:
        super()._read(node)
        right = self.keepers[node.name].failsafe.note(node.cluster if node.is_heard else None)
        if node.session:
            node.deadline = max(node.deadline, right.until)

    def deliver(self) -> None:
        """A question arrives late."""
        if self.held:
            name, question = self.held.pop(0)
            if not self.keepers[name].is_frozen:
                self.keepers[name].failsafe.agree(question)


@dataclass(frozen=True)
class Others:
    """How one machine reaches the others' keepers."""

    world: Agreeing
    me: str

    def time_at(self, name: str) -> float | None:
        return self.world.now if self._is_reached(name) else None

    def agrees(self, name: str, question: Question) -> bool:
        node = self.world.keepers[name]
        if node.is_held:
            node.is_held = False
            self.world.held.append((name, question))
            return False
        is_agreed = self._is_reached(name) and node.failsafe.agree(question)
        is_mute, node.is_mute = node.is_mute, False
        return is_agreed and not is_mute

    def _is_reached(self, name: str) -> bool:
        return self.world.keepers[name].is_awake and self.world.is_linked(self.me, name)


def _promising(world: Agreeing, see: Callable[[Observation], Observation]) -> Callable[[Observation], Observation]:
    def seen(observation: Observation) -> Observation:
        right = world.keepers[observation.me].failsafe.note(None)
        return see(replace(observation, promised_until=right.promised_until, agreed_until=right.until))

    return seen


def written(seed: int, length: int) -> list[Step]:
    """A program by chance, in which the store is often away for everyone."""
    chance = random.Random(seed)
    kinds = chance.choices(list(MORE_KINDS), list(MORE_KINDS.values()), k=length)
    return [("calm", 0, 4), ("calm", 0, 4), *((kind, chance.randrange(6), chance.randrange(6)) for kind in kinds)]


def run(
    program: Sequence[Step], size: int, side: Side = rightly, rules: Rules | None = None, must_recover: bool = True
) -> Agreeing:
    """Run a program; raises a BrokenPromiseError that tells the story if the promise is broken."""
    world = Agreeing(size, rules, side)
    try:
        for step in program:
            _take(world, step)
        if must_recover:
            recover(world)
    except BrokenPromiseError as broken:
        story = "\n".join(world.story[-80:])
        raise BrokenPromiseError(f"{broken}\n{story}") from None
    return world


def _take(world: Agreeing, step: Step) -> None:
    kind, which, _ = step
    if kind not in MORE_STEPS:
        take(world, step)
        return
    node = list(world.keepers.values())[which % len(world.keepers)]
    world.note(f"-- {kind} {node.name}")
    MORE_STEPS[kind](world, node)
    world.check()


def _outage(world: Agreeing, node: Keeping) -> None:
    world.cuts |= {frozenset((name, STORE)) for name in world.nodes}


def _end_of_outage(world: Agreeing, node: Keeping) -> None:
    world.cuts = {pair for pair in world.cuts if STORE not in pair}


def _mute(world: Agreeing, node: Keeping) -> None:
    """Its next answer is lost; it has said yes all the same."""
    node.is_mute = True


def _hold(world: Agreeing, node: Keeping) -> None:
    """The next question to it is on its way for long."""
    node.is_held = True


def _deliver(world: Agreeing, node: Keeping) -> None:
    world.deliver()


MORE_STEPS: Mapping[str, Callable[[Agreeing, Keeping], None]] = {
    "outage": _outage,
    "end_of_outage": _end_of_outage,
    "mute": _mute,
    "hold": _hold,
    "deliver": _deliver,
}
