"""The machines with their keepers, guards and networks; a step is any one thing that happens to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, permutations

from mainstay_keeper import actions as do
from mainstay_keeper import lasting, view, warm
from mainstay_keeper.decide import decide
from mainstay_keeper.nouns import Beginning, Cluster, Member, Mysql, Observation, Sync
from mainstay_keeper.policy import Policy
from tests.unit.mainstay_keeper.model.mysql import Server, of
from tests.unit.mainstay_keeper.model.store import Store

STORE = "store"
NEVER = float("-inf")
POLICY = Policy(standstill=2.0)
"""A cycle here takes a second, twice as long as a real one; writes that stand still are to be seen twice, as there."""

Decide = Callable[[Observation], do.Decision]


class BrokenPromiseError(AssertionError):
    """The promise is broken."""


def as_it_is(seen: Observation) -> Observation:
    """No lie."""
    return seen


@dataclass(frozen=True)
class Rules:
    """What a mutant changes: the decision, and the habits around it."""

    see: Callable[[Observation], Observation] = as_it_is
    decide: Decide = decide
    has_guard: bool = True
    is_strict: bool = True
    believes_lost_writes: bool = False
    stops_gracefully: bool = False
    looks_at_the_clock: bool = True
    asks_who_is_gone: bool = True
    asks_before_opening: bool = True


@dataclass
class Node:
    """A machine: its MySQL, its keeper's memory, and how far the keeper is in its cycle."""

    name: str
    server: Server
    is_frozen: bool = False
    is_keeper_frozen: bool = False
    grace: int = 0
    is_slow_to_receive: bool = False
    is_slow_to_apply: bool = False
    session: int = 0
    deadline: float = NEVER
    asked_at: float = 0.0
    mysql: Mysql | None = None
    cluster: Cluster = field(default_factory=Cluster)
    is_heard: bool = False
    since: Mapping[str, Beginning] = field(default_factory=dict)
    queue: list[do.Action] = field(default_factory=list)
    stage: str = "observe"
    sentence: str = ""
    next_write: str = ""
    next_reading: str = ""
    heir: str = ""
    is_sure: bool = True

    @property
    def is_awake(self) -> bool:
        return not (self.is_frozen or self.is_keeper_frozen)

    def restart_keeper(self) -> None:
        """It remembers nothing; its guard still holds it to its deadline."""
        self.session, self.mysql, self.since, self.queue, self.stage = 0, None, {}, [], "observe"
        self.heir = ""
        self.cluster, self.is_heard = Cluster(), False


class World:
    """N machines and a store; `story` is what happened, for whoever reads a failure."""

    def __init__(self, size: int, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.now = 0.0
        self.acknowledged: list[tuple[str, int]] = []
        names = [f"n{number}" for number in range(1, size + 1)]
        self.nodes = {name: Node(name, Server(name, f"{name}-data", self.acknowledged)) for name in names}
        self.store = Store(
            Sync("n1", "n1-data", revision=1),
            is_strict=self.rules.is_strict,
            asks_who_is_gone=self.rules.asks_who_is_gone,
        )
        self.cuts: set[frozenset[str]] = set()
        self.uuids = count(1)
        self.story: list[str] = []
        self.is_lossy = False
        self.done = 0
        self.after: Mapping[int, Callable[[World, Node], None]] = {}

    # Time, and the guards that act on it.

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.store.advance(self.now)
        for node in self.nodes.values():
            node.grace = 0
            self.guard(node)
            if not node.is_frozen:
                node.server.end_unwaited(self.now - POLICY.settle)

    def guard(self, node: Node) -> None:
        """Kill a MySQL that could do harm after the deadline; a machine that has just woken gets a few steps first."""
        server = node.server
        is_late = self.now >= node.deadline and node.grace == 0 and not node.is_frozen
        if self.rules.has_guard and is_late and (server.is_writable or (server.is_acking and server.is_receiving)):
            server.kill()
            self.note(f"guard kills {node.name}")

    def note(self, words: str) -> None:
        self.story.append(f"{self.now:6.2f} {words}")

    def is_linked(self, one: str, other: str) -> bool:
        return frozenset((one, other)) not in self.cuts

    # The keeper's cycle, one stage at a time.

    def stage(self, node: Node) -> None:
        if not node.is_awake or (self.now >= node.deadline and node.grace):
            return
        if node.stage == "observe":
            node.mysql, node.asked_at, node.stage = node.server.seen(), self.now, "read"
        elif node.stage == "read":
            self._read(node)
            self._decide(node)
        else:
            self._act(node)
        self.check()

    def _read(self, node: Node) -> None:
        node.is_heard = False
        fate, node.next_reading = node.next_reading, ""
        if not self.is_linked(node.name, STORE) or fate == "dropped":
            return
        if self._is_handed(node):
            if not fate:
                node.cluster, node.is_heard = self.store.read(node.name), True
            return
        if not self.store.renew(node.session):
            node.session, node.deadline = self.store.open_session(), NEVER
        cluster = self.store.publish(self._member(node))
        node.is_sure = not fate
        if fate:
            return
        node.cluster, node.is_heard = cluster, True
        node.deadline = node.asked_at + POLICY.ttl - POLICY.margin

    def _is_handed(self, node: Node) -> bool:
        """Whether an heir finds the lead here: then it reads, and says nothing of itself."""
        assert node.mysql is not None
        seen = Observation(node.name, self.now, node.mysql, node.cluster, True, node.deadline, POLICY)
        leader = self.store.leader
        return node.is_sure and warm.is_heir(seen) and leader is not None and leader.session == node.session

    def _member(self, node: Node) -> Member:
        assert node.mysql is not None
        leader = node.cluster.leader
        frozen_for = view.frozen_for(node.mysql, leader.name, leader.epoch) if leader else 0
        return Member(node.name, "", node.session, node.mysql, frozen_for, view.can_lead(node.mysql), heir=node.heir)

    def _decide(self, node: Node) -> None:
        assert node.mysql is not None
        seen = Observation(
            node.name, self.now, node.mysql, node.cluster, node.is_heard, node.deadline, POLICY, node.since
        )
        seen = self.rules.see(seen)
        node.since = lasting.remembered(seen)
        seen = replace(seen, since=node.since)
        node.heir = warm.heir(seen)
        decision = self.rules.decide(seen)
        node.queue, node.stage = list(decision.actions), "act"
        if decision.sentence != node.sentence:
            node.sentence = decision.sentence
            self.note(f"{node.name}: {decision.sentence}")
        if not node.queue:
            node.stage = "observe"

    def _act(self, node: Node) -> None:
        action = node.queue.pop(0)
        if not self._is_done(node, action):
            node.queue = []
        self.done += 1
        if self.done in self.after:
            self.after[self.done](self, node)
        if not node.queue:
            node.stage = "observe"

    def _is_done(self, node: Node, action: do.Action) -> bool:
        harmless = isinstance(action, do.StartMysql | do.Fence | do.KillMysql | do.StopReceiving)
        if self.rules.looks_at_the_clock and not harmless and self.now >= node.deadline:
            return False
        if isinstance(action, do.Bid | do.Resign | do.WriteSync | do.HandOver | do.Answer):
            is_done = self._written(node, action)
        else:
            is_done = self._carried_out(node, action)
        self.note(f"{node.name} does {action}" + ("" if is_done else ": failed"))
        return is_done

    def _written(self, node: Node, action: do.Action) -> bool:
        fate, node.next_write = node.next_write, ""
        name, session, revision, store = node.name, node.session, node.cluster.revision, self.store

        def landed() -> bool:
            is_done = store.is_current(name, session, revision) and self._put(name, session, action)
            self.note(f"   (at the store: {name} {type(action).__name__} {'took effect' if is_done else 'did not'})")
            return is_done

        if fate == "late":
            store.late.append(landed)
        node.is_sure = not fate
        is_reached = self.is_linked(name, STORE) and fate not in ("dropped", "late")
        is_done = is_reached and landed()
        if is_reached and fate != "lost":
            return is_done
        return self.rules.believes_lost_writes

    def _put(self, name: str, session: int, action: do.Action) -> bool:
        if isinstance(action, do.Bid):
            return self.store.bid(name, session, action)
        if isinstance(action, do.Resign):
            return self.store.resign(name, action)
        if isinstance(action, do.WriteSync):
            return self.store.write_sync(name, action)
        if isinstance(action, do.HandOver):
            return self.store.hand_over(name, action)
        assert isinstance(action, do.Answer)
        return self.store.answer(action.revision)

    def land(self) -> None:
        """A write that was under way for long reaches the store."""
        if self.store.late:
            self.store.late.pop(0)()

    def _carried_out(self, node: Node, action: do.Action) -> bool:
        server = node.server
        if isinstance(action, do.Meet):
            return True
        if isinstance(action, do.Fence | do.KillMysql) and self.rules.stops_gracefully:
            server.stop_gracefully()
        elif isinstance(action, do.StartMysql):
            server.is_running = True
        elif isinstance(action, do.KillMysql):
            server.kill()
        elif not server.is_running:
            return False
        elif isinstance(action, do.AwaitApplied):
            return self._has_all(node, self.nodes[action.name])
        elif isinstance(action, do.Open):
            return self._opened(node, action)
        else:
            self._deed(node, action)
        return True

    def _deed(self, node: Node, action: do.Action) -> None:
        server = node.server
        match action:
            case do.Fence():
                server.read_only()
            case do.StopReceiving():
                server.stop_receiving()
            case do.StartApplying():
                server.is_applying = True
            case do.Follow(source, is_acking):
                server.follow(source, is_acking)
            case do.SetWaiting(is_on):
                server.set_waiting(is_on)
            case do.CutOff(name):
                server.cut_off(name)
            case do.Rebuild():
                self._rebuild(node, action)
            case _:
                _go_round(server, action)

    def _opened(self, node: Node, action: do.Open) -> bool:
        is_open = node.server.open(action, self.rules.asks_before_opening)
        if is_open:
            self.ensure_nothing_is_lost(node)
        return is_open

    def _rebuild(self, node: Node, action: do.Rebuild) -> None:
        donor = self.nodes[action.donor]
        is_possible = donor.server.is_running and not donor.is_frozen and self.is_linked(donor.name, node.name)
        node.server.become(self._new_uuid(node.name), donor.server if is_possible else None)

    def _has_all(self, node: Node, other: Node) -> bool:
        if not self.is_linked(node.name, other.name) or other.is_frozen or not other.server.is_running:
            return False
        for replica in self.nodes.values():
            self.flow(replica)
        return not node.server.under_way and node.server.executed <= other.server.executed

    def _new_uuid(self, name: str) -> str:
        return f"{name}-data{next(self.uuids)}"

    # What goes on without keepers.

    def flow(self, node: Node, most: int = 1_000) -> None:
        """A replica's share of replication: connect, receive, acknowledge, apply; the source hears it."""
        server = node.server
        if node.is_frozen or not server.is_running:
            return
        self.connect(node)
        self.receive(node, most)
        self.hear_from(node)
        if not node.is_slow_to_apply:
            server.apply(most)

    def connect(self, node: Node) -> None:
        server = node.server
        source = self.nodes.get(server.source)
        is_alive = server.upstream is not None and server.upstream.is_alive
        if source is None or not server.is_receiving or is_alive or node.grace or source.grace:
            return
        if source.server.is_running and not source.is_frozen and self.is_linked(node.name, source.name):
            server.connect(source.server)

    def receive(self, node: Node, most: int = 1_000) -> None:
        upstream = node.server.upstream
        if node.is_slow_to_receive or upstream is None:
            return
        if self._is_passable(node, self.nodes[upstream.source.name]):
            node.server.receive(most)

    def hear_from(self, node: Node) -> None:
        """The source takes what this replica has acknowledged."""
        upstream = node.server.upstream
        if upstream is not None and self._is_passable(node, self.nodes[upstream.source.name]):
            upstream.source.hear()

    def _is_passable(self, node: Node, source: Node) -> bool:
        is_alive = not (node.is_frozen or source.is_frozen) and node.server.is_running and source.server.is_running
        return is_alive and self.is_linked(node.name, source.name)

    def write(self, node: Node) -> None:
        if not node.is_frozen:
            node.server.write(self.now)

    def spend(self, node: Node) -> None:
        """One of the steps that a machine makes before its guard wakes, too."""
        if node.grace:
            node.grace -= 1
            self.guard(node)

    def wipe(self, node: Node) -> None:
        node.server.become(self._new_uuid(node.name), None)
        self.is_lossy = True

    # The promise.

    def ensure_nothing_is_lost(self, node: Node) -> None:
        lost = [gtid for gtid in self.acknowledged if not of(gtid) <= node.server.executed]
        if lost:
            raise BrokenPromiseError(f"{node.name} was opened without {lost}")

    def check(self) -> None:
        able = [name for name, node in self.nodes.items() if self._could_acknowledge(node)]
        if len(able) > 1:
            raise BrokenPromiseError(f"{able} could acknowledge a write at the same time")

    def _could_acknowledge(self, node: Node) -> bool:
        """Whether a client that writes there now could be told OK."""
        server = node.server
        if node.is_frozen or not server.is_running or not server.is_writable:
            return False
        if not server.is_waiting:
            return True
        live = (c.replica for c in server.downstream if c.is_alive and c.is_acking)
        return any(self._is_passable(self.nodes[replica.name], node) for replica in live)

    def pairs(self) -> list[frozenset[str]]:
        return [frozenset(pair) for pair in permutations((*self.nodes, STORE), 2)]


def _go_round(server: Server, action: do.Action) -> None:
    """A switchover is prepared, or no longer is."""
    if isinstance(action, do.Warm):
        server.warm()
    elif isinstance(action, do.Circle):
        server.circle(action.heir)
    else:
        assert isinstance(action, do.LeaveCircle)
        server.leave_circle()
