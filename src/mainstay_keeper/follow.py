"""Another leads: receive nothing while it asks, then follow it, or be made anew.

- *Frozen while the record names another than the leader.* The leader has the key and is not opened yet: it compares.
  Receiving from anybody else stops, and is not begun again until the record says whom to follow; that is what
  `frozen_for` promises to the leader of that epoch. Nor does a primary that followed its heir go on acknowledging to
  it, when that takes over in another way than by the hand-over, which would have named it.
- *No COMMIT left waiting.* What a former primary wrote and nobody acknowledged is in its binlog, and in no set that it
  shows, until it is started anew. It would join the new set and turn out later to have what nobody else has. (Its
  applier does not run: it is started after this. Where one runs, it is the one that waits, as an heir's may.)
- *A full disk that has room again.* MySQL looks for it once a minute; only a new one looks at once.
- *Apply, then follow another.* To follow another source throws away what is received and not applied. A member of the
  set has acknowledged it, and is counted on for it. So it applies all first.
- *Acknowledge only as the record says*, in this cycle's reading. The record grows first, then the member
  acknowledges.
- *Receive nothing from a leader that has fallen silent.* It costs nothing: soon it speaks again, or has lost its right.
  To stop receiving from a machine that has vanished takes MySQL two seconds, in which nobody could take over.
- *Errant only against an open leader.* A leader that has not opened may have received what it has not applied. And
  what differs must stay so for a while before anything is thrown away for it.
- *Made anew only while the data is not needed*: never while this is the only member of the set that is heard.
"""

from mainstay_keeper import view, warm
from mainstay_keeper.actions import (
    Action,
    Answer,
    Decision,
    Follow,
    KillMysql,
    Rebuild,
    SetWaiting,
    StartApplying,
    StopReceiving,
    Warm,
)
from mainstay_keeper.lasting import ERRANT
from mainstay_keeper.nouns import REINIT, Leader, Observation

PURGED = "1236"
"""MySQL's number for a source that no longer has what is missing; it stops receiving then."""


def follow(seen: Observation) -> Decision:
    """The leader's key is another's."""
    leader = seen.cluster.leader
    assert leader is not None
    if seen.mysql.waiters and not seen.mysql.is_applying:
        why = f"{seen.mysql.waiters} COMMITs of its time as primary still wait"
        return Decision((KillMysql(why),), f"Is started anew before it follows {leader.name}: {why}.")
    if seen.mysql.is_short_of_room and not seen.mysql.is_disk_full:
        why = "it waits for room on the disk, which there is again"
        return Decision((KillMysql(why),), f"Is started anew: {why}.")
    if view.sync_of(seen).leader != leader.name:
        return _freeze(seen, leader)
    if view.is_asked(seen, REINIT) and seen.cluster.request and seen.cluster.request.to == seen.me:
        return _made_anew_as_asked(seen, leader)
    if view.errant(seen):
        return _errant(seen, leader)
    if view.is_source_silent(seen):
        return _expecting(seen, leader)
    return _following(seen, leader)


def _freeze(seen: Observation, leader: Leader) -> Decision:
    mysql = seen.mysql
    if mysql.is_receiving and (mysql.source != leader.name or mysql.is_acking):
        return Decision((StopReceiving(),), f"{leader.name} takes over: receives nothing more from {mysql.source}.")
    return Decision(_applying(seen), f"{leader.name} takes over: waits to see whom to follow.")


def _applying(seen: Observation) -> tuple[Action, ...]:
    return () if seen.mysql.is_applying or seen.mysql.has_applied or seen.mysql.sql_error else (StartApplying(),)


def _following(seen: Observation, leader: Leader) -> Decision:
    mysql, is_acking = seen.mysql, view.may_acknowledge(seen)
    order = Decision(
        (Follow(leader.name, is_acking),), f"Follows {leader.name}{', acknowledging' if is_acking else ''}."
    )
    if mysql.source != leader.name:
        return _turning(seen, leader, order)
    if mysql.sql_error:
        return Decision((), f"Follows {leader.name}, but cannot apply what it receives: {mysql.sql_error}.")
    if PURGED in mysql.io_error:
        return _anew(seen, leader, f"{leader.name} no longer has what is missing here")
    if mysql.is_receiving and mysql.is_acking == is_acking and not mysql.is_applying:
        return _closing_the_circle(seen, leader)
    if not mysql.is_receiving or not mysql.is_applying or mysql.is_acking != is_acking:
        return order if mysql.is_receiving or _is_comparable(seen, leader) else _incomparable(leader)
    if warm.is_heir(seen) and not mysql.is_source_on:
        return Decision((Warm(),), f"Prepares to take over from {leader.name}.")
    if mysql.io_error:
        return Decision((), f"Follows {leader.name}, but receives nothing: {mysql.io_error}.")
    lag = "an unknown time" if mysql.lag is None else f"{mysql.lag:.0f} s"
    return Decision((), f"Follows {leader.name}{', acknowledging' if is_acking else ''}, {lag} behind.")


def _expecting(seen: Observation, leader: Leader) -> Decision:
    stop = (StopReceiving(),) if seen.mysql.is_receiving else ()
    return Decision(stop, f"{leader.name} has said nothing for a while: receives nothing from it until it does.")


def _turning(seen: Observation, leader: Leader, order: Decision) -> Decision:
    """From one source, or none, to the leader."""
    mysql = seen.mysql
    if mysql.is_receiving:
        return Decision((StopReceiving(),), f"Receives nothing more from {mysql.source}: {leader.name} leads.")
    if view.is_in_sync(seen) and not mysql.has_applied:
        return Decision(_applying(seen), f"Applies what it received before it follows {leader.name}.")
    return order if _is_comparable(seen, leader) else _incomparable(leader)


def _is_comparable(seen: Observation, leader: Leader) -> bool:
    """Whether the leader is open, or has all that is here: else what is here may turn out to be errant."""
    member = seen.cluster.members.get(leader.name)
    return member is not None and (member.mysql.is_writable or seen.mysql.executed <= member.mysql.received)


def _incomparable(leader: Leader) -> Decision:
    return Decision((), f"Waits until {leader.name} is open, to compare what both have.")


def _closing_the_circle(seen: Observation, leader: Leader) -> Decision:
    """It followed its heir while it was primary: the connection stays, since a new one would be slow to be heard."""
    off = (SetWaiting(is_on=False),) if seen.mysql.is_source_on else ()
    return Decision((*off, StartApplying()), f"Follows {leader.name}, which it has followed for a while already.")


def _errant(seen: Observation, leader: Leader) -> Decision:
    surplus = view.errant(seen)
    why = f"{len(surplus)} transactions here were never acknowledged ({surplus})"
    if seen.mysql.is_receiving:
        return Decision((StopReceiving(),), f"Follows nobody: {why}.")
    if not view.lasts(seen, ERRANT, seen.policy.patience):
        return Decision((), f"Looks again before it is made anew: {why}.")
    return _anew(seen, leader, why)


def _anew(seen: Observation, leader: Leader, why: str) -> Decision:
    if seen.cluster.is_paused:
        return Decision((), f"Is not made anew while automation is paused: {why}.")
    if not _is_spare(seen):
        return Decision((), f"Is not made anew while {leader.name} relies on it alone: {why}.")
    return Decision((Rebuild(leader.name, why),), f"Is made anew from {leader.name}: {why}.")


def _is_spare(seen: Observation) -> bool:
    """Whether the leader is open and the data here is not the only second copy."""
    return _is_open(seen) and not (view.is_in_sync(seen) and view.is_relied_on_alone(seen, seen.me))


def _is_open(seen: Observation) -> bool:
    leader = seen.cluster.members.get(view.sync_of(seen).leader)
    return leader is not None and leader.mysql.is_writable


def _made_anew_as_asked(seen: Observation, leader: Leader) -> Decision:
    request = seen.cluster.request
    assert request is not None
    if not _is_open(seen):
        sentence = f"Not made anew: {leader.name} does not take writes"
        return Decision((Answer(request.revision, sentence, is_refused=True),), f"{sentence}.")
    if not _is_spare(seen):
        return Decision((), f"Is to be made anew, once {leader.name} no longer relies on it.")
    sentence = f"{seen.me} is made anew from {leader.name}"
    return Decision((Answer(request.revision, sentence), Rebuild(leader.name, "it was asked for")), f"{sentence}.")
