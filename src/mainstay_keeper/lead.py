"""The leader's key and the last data are here: open, hand over when asked, and keep the sync set.

- *Open with the record's word*: waiting exactly if the set is not empty, as read in this cycle. A primary that
  restarts in place finds the set as it left it, and what it had not had acknowledged becomes visible then: its client
  was told nothing.
- *Opening asks once more.* What is still coming in when an opening is decided on is received and applied first: `Open`
  stops receiving, and refuses while anything received is not applied. After a hand-over nothing more can come in: the
  key says who gave it away, and that one took no writes any more before it did. Then `Open` refuses likewise, and
  that one is left a second later, when all that waited has been written.
- *A hand-over is prepared* (`warm`), so that the pause is short; nothing rests on whether it was.
- *A hand-over is one transaction*, and only from a primary that takes no writes to one that has applied all of it.
  The key and the record change together, so at no time are there two who could open. The old primary joins the set in
  that very write, since it has all; nobody leaves the set. Anything that goes wrong before leaves a leader that is
  not open: it opens again, and says so.
- *Giving way* (disk full, an operator's failover) is fence, then resign: never a key without an owner and a primary
  that still takes writes.
"""

from mainstay_keeper import view, warm
from mainstay_keeper.actions import (
    Answer,
    AwaitApplied,
    Decision,
    Fence,
    HandOver,
    Meet,
    Open,
    Resign,
    StartApplying,
    StopReceiving,
)
from mainstay_keeper.lasting import WAITING
from mainstay_keeper.nouns import FAILOVER, REINIT, SWITCHOVER, Observation, Request, Sync
from mainstay_keeper.sync_set import keep, let_go


def lead(seen: Observation) -> Decision:
    """Whoever holds the leader's key, and was opened last."""
    if seen.mysql.is_disk_full:
        return _full(seen)
    if not seen.mysql.is_writable:
        return _opening(seen)
    request = seen.cluster.request
    if request is not None and request.kind == SWITCHOVER:
        return _switching(seen, request)
    if seen.mysql.source and not _has_just_taken_over(seen):
        return warm.leaving()
    if request is None:
        return keep(seen)
    if request.kind == FAILOVER:
        return _failing_over(seen, request)
    return _reinit(seen, request)


def _epoch(seen: Observation) -> int:
    leader = seen.cluster.leader
    assert leader is not None
    return leader.epoch


def _full(seen: Observation) -> Decision:
    why = "its disk is full"
    if view.has_heir(seen):
        fence = (Fence(why),) if seen.mysql.is_writable else ()
        return Decision((*fence, Resign(_epoch(seen), why)), f"Gives the lead up: {why}, and another can take over.")
    return Decision((), f"Is primary, and {why}: nobody can take over.")


def _opening(seen: Observation) -> Decision:
    if not seen.mysql.has_applied:
        if seen.mysql.is_receiving:
            return Decision((StopReceiving(),), "Is to be primary: receives nothing more.")
        start = () if seen.mysql.is_applying else (StartApplying(),)
        return Decision(start, "Is to be primary: applies what it received.")
    replicas, request = view.sync_of(seen).replicas, seen.cluster.request
    is_open_for = f"waits for {view.listed(replicas)}" if replicas else "waits for nobody"
    opens = Open(bool(replicas), is_source_fenced=_is_source_fenced(seen))
    if request is None or request.kind == REINIT:
        return Decision((opens,), f"Becomes primary, and {is_open_for}.")
    sentence = f"The {request.kind} was called off: {seen.me} is primary again"
    return Decision((Answer(request.revision, sentence, is_refused=True), opens), f"{sentence}.")


def _is_source_fenced(seen: Observation) -> bool:
    """Whether the key was given away by the one that is followed here, before which it was fenced."""
    leader, source = seen.cluster.leader, seen.mysql.source
    return leader is not None and source != "" and leader.handed_by == source


def _has_just_taken_over(seen: Observation) -> bool:
    """To leave who is followed takes the disk some tenths of a second, and writes have waited long enough already."""
    return _is_source_fenced(seen) and seen.mysql.is_waiting and not view.lasts(seen, WAITING, seen.policy.settle)


def _answered(request: Request, sentence: str, *, is_refused: bool = True) -> Decision:
    return Decision((Answer(request.revision, sentence, is_refused),), f"{sentence}.")


def _switching(seen: Observation, request: Request) -> Decision:
    if request.to == seen.me:
        return _answered(request, f"{seen.me} is primary already", is_refused=False)
    fit = view.successors(seen, request.to)
    if not fit:
        who = request.to or "any other"
        return _answered(request, f"No switchover: {who} is not in the sync set, or not close behind")
    return warm.preparing(seen, request, fit[0]) or _handing_over(seen, request, fit[0])


def _handing_over(seen: Observation, request: Request, to: str) -> Decision:
    old = view.sync_of(seen)
    session, uuid = seen.cluster.members[to].session, old.replicas[to]
    rest = {name: data for name, data in old.replicas.items() if name != to}
    new = Sync(to, uuid, {**rest, seen.me: seen.mysql.uuid}, {}, old.revision)
    answer = Answer(request.revision, f"{to} is primary in place of {seen.me}")
    hand_over = HandOver(to, session, new, _epoch(seen), answer)
    fence = Fence(f"switchover to {to}", spares_clients=True)
    steps = (Meet(to), fence, AwaitApplied(to, seen.policy.handover), hand_over)
    return Decision(steps, f"Hands over to {to}, as was asked.")


def _failing_over(seen: Observation, request: Request) -> Decision:
    if request.to == seen.me:
        return _answered(request, f"{seen.me} is primary already", is_refused=False)
    if request.is_forced and not _is_able(seen, request.to):
        return _answered(request, f"No failover: {request.to or 'nobody'} cannot take writes")
    if not request.is_forced and not _has_able_heir(seen, request.to):
        who = request.to or "nobody else"
        return _answered(request, f"No failover: {who} is not in the sync set, or not all of it is heard")
    why = f"failover to {request.to or 'another'} was asked for"
    return Decision((Fence(why), Resign(_epoch(seen), why)), f"Gives the lead up: {why}.")


def _is_able(seen: Observation, name: str) -> bool:
    member = seen.cluster.members.get(name)
    return member is not None and member.can_lead


def _has_able_heir(seen: Observation, to: str) -> bool:
    return not view.unheard(seen) and any(to in ("", name) and _is_able(seen, name) for name in view.others(seen))


def _reinit(seen: Observation, request: Request) -> Decision:
    if request.to == seen.me or request.to not in seen.cluster.members:
        return _answered(request, f"Not made anew: {request.to or 'nobody'} is primary, or not heard")
    return let_go(seen, request.to) if view.is_relied_on_alone(seen, request.to) else keep(seen)
