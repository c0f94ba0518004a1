"""The ordering rules, each broken on purpose.

By a lie to the real decision, by doing something else than it says, or by a bad habit of whoever carries it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from mainstay_keeper.actions import Action, Decision, Open, SetWaiting, StopReceiving, WriteSync
from mainstay_keeper.decide import decide
from mainstay_keeper.nouns import Beginning, Member, Observation, Sync
from tests.unit.mainstay_keeper.model.world import Rules

Told = Callable[[Observation], Observation]
Turned = Callable[[Observation, tuple[Action, ...]], tuple[Action, ...]]


def told(lie: Told) -> Rules:
    """The decision rests on what the lie makes of the observation."""
    return Rules(decide=lambda seen: decide(lie(seen)))


def turned(turn: Turned) -> Rules:
    """What was decided is done otherwise."""

    def mutant(seen: Observation) -> Decision:
        decision = decide(seen)
        return Decision(turn(seen, decision.actions), decision.sentence)

    return Rules(decide=mutant)


def with_members(seen: Observation, change: Callable[[Member], Member | None]) -> Observation:
    changed = {name: change(member) for name, member in seen.cluster.members.items()}
    members = {name: member for name, member in changed.items() if member is not None}
    return replace(seen, cluster=replace(seen.cluster, members=members))


def with_sync(seen: Observation, replicas: Mapping[str, str]) -> Observation:
    sync = seen.cluster.sync
    assert sync is not None
    return replace(seen, cluster=replace(seen.cluster, sync=replace(sync, replicas=replicas)))


def leads(seen: Observation) -> bool:
    return seen.cluster.leader is not None and seen.cluster.leader.name == seen.me


def takes_over(seen: Observation) -> bool:
    return leads(seen) and seen.cluster.sync is not None and seen.cluster.sync.leader != seen.me


def _arm_before_caught_up(seen: Observation) -> Observation:
    """Everybody is near, and has all that is needed."""
    if seen.cluster.sync and seen.cluster.sync.replicas:
        return seen
    return replace(seen, since={**seen.since, "settled": Beginning(seen.now), "nearing": Beginning(seen.now)})


def _arm_unsettled(seen: Observation) -> Observation:
    """What began before waiting was on is taken for ended."""
    if not seen.mysql.is_waiting:
        return seen
    return replace(seen, since={**seen.since, "settled": Beginning(seen.now, seen.mysql.executed)})


def _stop_waiting_first(seen: Observation, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The primary stops waiting, then the store says that nobody may be promoted."""
    return tuple(sorted(actions, key=lambda action: not isinstance(action, SetWaiting)))


def _remove_while_heard(seen: Observation, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Whoever is not connected leaves the set, though its session lives."""
    sync, leader = seen.cluster.sync, seen.cluster.leader
    if actions or not sync or not leader or not seen.mysql.is_writable or len(sync.replicas) < 2:
        return actions
    rest = {name: uuid for name, uuid in sync.replicas.items() if name in seen.mysql.ackers}
    return (WriteSync(replace(sync, replicas=rest), leader.epoch),) if rest and rest != sync.replicas else actions


def _remove_uncovered(seen: Observation) -> Observation:
    """Whoever leaves the set is taken to have acknowledged nothing that others lack."""
    since = {
        name: Beginning(beginning.at) if name.startswith("left:") else beginning
        for name, beginning in seen.since.items()
    }
    return replace(seen, since=since)


def _bid_without_hearing_all(seen: Observation) -> Observation:
    """Who is not heard is not counted."""
    sync = seen.cluster.sync
    if sync is None or sync.leader == seen.me:
        return seen
    return with_sync(seen, {name: uuid for name, uuid in sync.replicas.items() if name in seen.cluster.members})


def _open_before_applied(seen: Observation) -> Observation:
    if not takes_over(seen):
        return seen
    return replace(seen, mysql=replace(seen.mysql, retrieved=type(seen.mysql.executed)()))


def _open_without_waiting(seen: Observation, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    return tuple(Open(is_waiting=False) if isinstance(action, Open) else action for action in actions)


def _acknowledge_past_the_end(seen: Observation, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    is_late = seen.now >= seen.deadline - seen.policy.fence
    return tuple(action for action in actions if not (is_late and isinstance(action, StopReceiving)))


def _ignore_the_data(seen: Observation) -> Observation:
    """Names count, whatever data is under them."""
    sync = seen.cluster.sync
    if sync is None:
        return seen
    names = {**sync.may_acknowledge, sync.leader: sync.leader_uuid}
    mine = replace(seen.mysql, uuid=names.get(seen.me, seen.mysql.uuid)) if seen.mysql.is_running else seen.mysql

    def renamed(member: Member) -> Member:
        uuid = names.get(member.name, member.mysql.uuid) if member.mysql.uuid else ""
        return replace(member, mysql=replace(member.mysql, uuid=uuid))

    return with_members(replace(seen, mysql=mine), renamed)


def _compare_unfrozen(seen: Observation) -> Observation:
    leader = seen.cluster.leader
    if leader is None:
        return seen
    return with_members(seen, lambda member: replace(member, frozen_for=leader.epoch))


def _open_the_lesser(seen: Observation) -> Observation:
    """Whatever others have, this one has it, too."""
    if not takes_over(seen) and seen.cluster.leader is not None:
        return seen
    return with_members(
        seen, lambda m: replace(m, mysql=replace(m.mysql, executed=seen.mysql.received, retrieved=seen.mysql.executed))
    )


def _remove_connected(seen: Observation) -> Observation:
    """A connection that lingers does not keep anybody in the set."""
    return replace(seen, mysql=replace(seen.mysql, ackers=seen.mysql.ackers & seen.cluster.members.keys()))


def _acknowledge_before_named(seen: Observation) -> Observation:
    """A replica acknowledges whether or not the record names it."""
    sync, leader = seen.cluster.sync, seen.cluster.leader
    if sync is None or leader is None or seen.me in (leader.name, sync.leader):
        return seen
    if not seen.mysql.uuid or not sync.replicas or sync.replicas.get(seen.me):
        return seen
    joined = Sync(
        sync.leader, sync.leader_uuid, sync.replicas, {**sync.joining, seen.me: seen.mysql.uuid}, sync.revision
    )
    return replace(seen, cluster=replace(seen.cluster, sync=joined))


def _follow_before_applied(seen: Observation) -> Observation:
    """What is received and not applied is thrown away for a new source."""
    leader = seen.cluster.leader
    if leader is None or leader.name in (seen.me, seen.mysql.source):
        return seen
    return replace(seen, mysql=replace(seen.mysql, retrieved=type(seen.mysql.executed)()))


MUTANTS: Mapping[str, Rules] = {
    "arm before a replica has all": told(_arm_before_caught_up),
    "arm while a COMMIT from before may be running": told(_arm_unsettled),
    "stop waiting before the store says that nobody may be promoted": turned(_stop_waiting_first),
    "remove a member whose session lives": turned(_remove_while_heard),
    "remove a member that alone has an acknowledged write": told(_remove_uncovered),
    "remove a member that is still connected": Rules(see=_remove_connected),
    "bid without hearing all of the set": told(_bid_without_hearing_all),
    "open before all is applied": replace(told(_open_before_applied), asks_before_opening=False),
    "open without waiting though the set is not empty": turned(_open_without_waiting),
    "acknowledge past the end of the session": replace(turned(_acknowledge_past_the_end), has_guard=False),
    "no guard": Rules(has_guard=False),
    "take a store write of unknown outcome for done": Rules(believes_lost_writes=True),
    "let a store write take effect whenever it arrives": Rules(is_strict=False),
    "ignore which data is under a name": told(_ignore_the_data),
    "compare before the others are frozen": told(_compare_unfrozen),
    "open one that has less than another": told(_open_the_lesser),
    "acknowledge before the record names it": told(_acknowledge_before_named),
    "follow another before all is applied": told(_follow_before_applied),
    "remove a member that came back a moment ago": Rules(asks_who_is_gone=False),
    "stop MySQL gracefully": Rules(stops_gracefully=True),
    "act without looking at the clock": Rules(looks_at_the_clock=False),
}
