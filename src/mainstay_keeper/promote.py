"""From a lost leader to a new one: who may bid, and what the winner does before it opens.

Winning the leader's key gives no right to open. It gives the right to ask, undisturbed: one epoch, one asker. Then,
in this order:

1. *Receive nothing more, and have all other members of the set receive nothing more* (`frozen_for` the epoch). The
   old leader may still live, frozen or cut off from the store. From here on nobody acknowledges to it, so no COMMIT
   of it can be answered that is not on a frozen member already. Comparing before freezing would compare what still
   grows. Nor may anybody acknowledge *here* before the record names it: an old leader that was about to hand over
   does (`warm`), until it has seen who takes over.
2. *Hear all of them, and compare.* A COMMIT is acknowledged by any one member of the set. One that is not heard may
   be the only one that has it. So with one unheard there is no promotion, and the key goes back for the old leader.
3. *Whoever has most leads.* What members received are beginnings of the same binlog, so one of them has all. If that
   is not this one it gives the key up, and the other bids.
4. *Apply all.* What is received and not applied would be thrown away by opening.
5. *Write the record, then open.* The record makes this one the last leader, and from then on the old one's data is
   the past. Opened first, two would be last leaders. The new set is the old one without the new leader: nobody leaves
   it here, since all in it may yet acknowledge. Whoever is connected already is cut off: that is an old leader that
   was about to hand over, and is in no new set. It counts as armed only if one of them has all that is executed here.

Interrupted after the bid: the key lapses, the record still names the old leader, who may return, or another bids; all
members are frozen only for that epoch. Interrupted after 5's record: this one is the last leader, alone may be
opened, and opens as any last leader does. Those who froze stay so until they see whom to follow.
"""

from mainstay_keeper import view
from mainstay_keeper.actions import (
    Action,
    Answer,
    Bid,
    CutOff,
    Decision,
    Open,
    Resign,
    StartApplying,
    StopReceiving,
    WriteSync,
)
from mainstay_keeper.lasting import ASKED, LEADERLESS, PROMOTING, STUCK
from mainstay_keeper.nouns import FAILOVER, REINIT, Leader, Member, Observation, Sync


def stand(seen: Observation) -> Decision:
    """Nobody leads: bid, or say why not."""
    obstacle = _why_not_again(seen) if view.is_last_leader(seen) else _why_not_first(seen)
    if obstacle:
        return Decision(_applying(seen), f"Nobody leads: {obstacle}.")
    bid = Bid(view.sync_of(seen).revision)
    if view.is_last_leader(seen):
        return Decision((bid,), "Bids for the lead that it had last.")
    return Decision((bid, StopReceiving()), "Bids for the lead: it has all that the others have.")


def _applying(seen: Observation) -> tuple[Action, ...]:
    """A candidate goes on applying, so that little is left to do once it leads."""
    mysql = seen.mysql
    is_idle = not mysql.has_applied and not mysql.is_applying and not mysql.sql_error
    return (StartApplying(),) if is_idle else ()


def _why_not_again(seen: Observation) -> str:
    """Why the last leader does not take its place again: only if it cannot, or if an operator wants another."""
    request = seen.cluster.request
    if not view.can_lead(seen.mysql):
        return "the last primary cannot take writes"
    is_for_another = request is not None and request.kind == FAILOVER and request.to != seen.me
    if request and is_for_another and not view.lasts(seen, f"{ASKED}:{request.revision}", seen.policy.asking):
        return "the last primary lets another be first, as was asked"
    return ""


def _why_not_first(seen: Observation) -> str:
    if seen.now < seen.promised_until:
        return "this one may have promised the last primary to wait"
    if view.is_forced(seen):
        return "" if seen.mysql.is_running else "MySQL does not run"
    return _why_not_fit(seen) or _why_not_allowed(seen) or _why_not_ahead(seen)


def _why_not_fit(seen: Observation) -> str:
    if not view.is_in_sync(seen):
        return "this one is not in the sync set"
    if not view.can_lead(seen.mysql):
        return "this one could not take writes"
    return ""


def _why_not_allowed(seen: Observation) -> str:
    cluster, request = seen.cluster, seen.cluster.request
    if request is not None and request.kind == FAILOVER and request.to in ("", seen.me):
        return ""
    if cluster.is_paused:
        return "automation is paused"
    if enough := view.why_enough(seen):
        return enough
    last = cluster.members.get(view.sync_of(seen).leader)
    if last and last.can_lead and not view.lasts(seen, LEADERLESS, seen.policy.head_start):
        return "the last primary may come first"
    return ""


def _why_not_ahead(seen: Observation) -> str:
    silent = view.unheard(seen)
    if silent:
        return f"{view.listed(silent)} of the sync set not heard, and may have what nobody else has"
    ahead = [member.name for member in _peers(seen) if _is_before(member, seen)]
    return f"{view.listed(ahead)} goes first" if ahead else ""


def _peers(seen: Observation) -> tuple[Member, ...]:
    return tuple(member for name in view.others(seen) if (member := view.heard(seen, name)) is not None)


def _is_before(member: Member, seen: Observation) -> bool:
    """Whether a peer has more, or as much and the earlier name."""
    theirs, mine = member.mysql.received, seen.mysql.received
    if theirs <= mine <= theirs:
        return member.can_lead and _rank(member.name, seen) < _rank(seen.me, seen)
    return not theirs <= mine


def _rank(name: str, seen: Observation) -> tuple[bool, str]:
    request = seen.cluster.request
    return request is None or request.to != name, name


def promote(seen: Observation) -> Decision:
    """The leader's key is mine, and another was opened last: the five steps of this module's docstring."""
    leader = seen.cluster.leader
    assert leader is not None
    if seen.mysql.is_receiving:
        return Decision((StopReceiving(),), "Takes over: receives nothing more.")
    obstacle = "" if view.is_forced(seen) else _why_not_mine(seen)
    if obstacle:
        return Decision((Resign(leader.epoch, obstacle),), f"Gives the lead up: {obstacle}.")
    waits_for = () if view.is_forced(seen) else _not_frozen(seen, leader)
    if waits_for:
        return Decision(_applying(seen), f"Takes over: waits until {view.listed(waits_for)} receives nothing more.")
    if not seen.mysql.has_applied:
        return Decision(_applying(seen), "Takes over: applies what it received.")
    return _taking_over(seen, leader)


def _why_not_mine(seen: Observation) -> str:
    if not view.is_in_sync(seen):
        return "this one is not in the sync set"
    if not view.can_lead(seen.mysql):
        return "this one cannot take writes"
    if view.lasts(seen, STUCK, seen.policy.patience):
        return f"{view.listed(view.unheard(seen))} not heard, and may have what nobody else has"
    leader = seen.cluster.leader
    ahead = [m.name for m in _peers(seen) if leader and m.frozen_for == leader.epoch and _has_more(m, seen)]
    return f"{view.listed(ahead)} has more" if ahead else ""


def _has_more(member: Member, seen: Observation) -> bool:
    return not member.mysql.received <= seen.mysql.received


def _not_frozen(seen: Observation, leader: Leader) -> tuple[str, ...]:
    frozen = {member.name for member in _peers(seen) if member.frozen_for == leader.epoch}
    circle = (m.name for m in seen.cluster.members.values() if m.mysql.source == seen.me and m.mysql.is_acking)
    return tuple(sorted({*circle, *(name for name in view.others(seen) if name not in frozen)}))


def _taking_over(seen: Observation, leader: Leader) -> Decision:
    old, executed = view.sync_of(seen), seen.mysql.executed
    rest = {name: uuid for name, uuid in old.may_acknowledge.items() if name != seen.me}
    is_armed = any(executed <= member.mysql.received for member in _peers(seen)) and not view.is_forced(seen)
    replicas, joining = (rest, {}) if is_armed else ({}, rest)
    new = Sync(seen.me, seen.mysql.uuid, replicas, joining, old.revision)
    waited = f", {seen.now - seen.since[PROMOTING].at:.1f} s after it won the lead" if PROMOTING in seen.since else ""
    write = WriteSync(new, leader.epoch, is_takeover=True, answer=_answer(seen))
    cut = map(CutOff, sorted(seen.mysql.ackers))
    return Decision((*cut, write, Open(is_waiting=is_armed)), f"Becomes primary in place of {old.leader}{waited}.")


def _answer(seen: Observation) -> Answer | None:
    """Whatever change was asked for has happened, or is overtaken: what stays would ask for another."""
    request = seen.cluster.request
    return Answer(request.revision, f"{seen.me} is primary now") if request and request.kind != REINIT else None
