"""What one keeper does next: pure, level-triggered, without a memory but the beginnings of lasting states.

The promise is kept by two facts, and every rule of this package is there to keep one of them.

1. *Only those named in the sync record can acknowledge a COMMIT of its leader* (`replicas` and `joining`), and while
   `replicas` is not empty the leader answers no COMMIT unless one of them has. So whoever hears all of `replicas`,
   after they have stopped receiving, hears of every COMMIT that was answered.
2. *Nobody is opened but the leader of the record*, and nobody becomes that but the leader itself, or a member of
   `replicas` that heard all the others and has all that any of them has.

The order in which a decision is found, and why it is this one:

- *Fencing first.* Whoever may write here without the right to must stop before anything else is thought about: it
  needs no store, no peer, and no MySQL that answers. The right ends by this machine's own clock before it ends for
  the others.
- *Then the store.* Without this cycle's reading nothing is begun. What was begun goes on until the right ends: a
  store that is away for a second costs nothing.
- *Then MySQL's own life.* A server that does not run can neither lead nor follow. It starts read-only and follows
  nobody, so starting it is always safe.
- *Then the role*, by the leader's key: mine, nobody's, another's (`lead`, `promote`, `follow`).

No decision refers to an earlier one. A keeper that dies between two actions leaves a state that is itself one of
those decided on here; that is why there is no journal to be replayed, and why the tests can start from each.
"""

from mainstay_keeper import view, warm
from mainstay_keeper.actions import Decision, Fence, HandOver, KillMysql, Resign, SetWaiting, StartMysql, StopReceiving
from mainstay_keeper.follow import follow
from mainstay_keeper.lasting import HUNG
from mainstay_keeper.lead import lead
from mainstay_keeper.nouns import HANGING, OFF, STARTING, Observation
from mainstay_keeper.promote import promote, stand


def decide(seen: Observation) -> Decision:
    """What is to be done now; `seen.since` is that of `lasting.remembered`."""
    return _fenced(seen) or _away(seen) or _started(seen) or _in_role(seen)


def _fenced(seen: Observation) -> Decision | None:
    """A right that ends, or is not there: stop what it allowed.

    A leader stops writing. A replica stops acknowledging: the leader may count it out once its key has lapsed.
    """
    mysql, has_right = seen.mysql, view.has_right(seen)
    if mysql.is_writable and not has_right:
        return _fence("the session ends before it could be renewed")
    if mysql.is_writable and not (view.is_mine(seen) and view.is_last_leader(seen)):
        return _fence("it takes writes without the right to")
    if mysql.is_acking and mysql.is_receiving and not has_right:
        return Decision((StopReceiving(),), "The session ends: this replica acknowledges nothing more.")
    return None


def _fence(why: str) -> Decision:
    return Decision((Fence(why),), f"MySQL is fenced: {why}.")


def _away(seen: Observation) -> Decision | None:
    if seen.is_store_heard and view.has_right(seen):
        return None
    start = (StartMysql(),) if seen.mysql.state == OFF else ()
    agreed = " All others agree that this one goes on." if view.goes_on_by_agreement(seen) else ""
    return Decision(start, f"The store does not answer: nothing is begun until it does.{agreed}")


def _started(seen: Observation) -> Decision | None:
    """See that MySQL runs; a leader whose MySQL does not gives way if somebody can take over.

    Resigning comes after the kill: with the key gone another may be opened, so nothing may be left that could wake up.
    """
    state, is_hung = seen.mysql.state, view.lasts(seen, HUNG, seen.policy.patience)
    if state == STARTING or (state == HANGING and not is_hung):
        return Decision((), f"MySQL is {state}.")
    if state not in (OFF, HANGING):
        return None
    leader = seen.cluster.leader
    kill = (KillMysql("it no longer answers"),) if state == HANGING else ()
    if leader is not None and view.is_mine(seen) and view.has_heir(seen):
        why = f"its MySQL is {state}"
        return Decision((*kill, Resign(leader.epoch, why)), f"Gives the lead up: {why}, and another can take over.")
    return Decision((*kill, StartMysql()), f"MySQL is {state} and is started.")


def _in_role(seen: Observation) -> Decision:
    leader, sync = seen.cluster.leader, seen.cluster.sync
    if sync is None:
        return Decision((), "No primary was ever named here: one has to be founded.")
    if warm.is_left_over(seen):
        return Decision((SetWaiting(is_on=False),), "Prepares no more to take over.")
    if leader is None:
        return stand(seen)
    if leader.name != seen.me:
        return follow(seen)
    if not view.is_mine(seen):
        session = seen.cluster.members[seen.me].session
        rebind = HandOver(seen.me, session, sync, leader.epoch)
        return Decision(
            (rebind,), "Binds the leader's key, which an earlier session of this keeper holds, to this one."
        )
    return lead(seen) if view.is_last_leader(seen) else promote(seen)
