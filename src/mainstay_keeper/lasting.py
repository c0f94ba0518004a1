"""The states whose beginning must be remembered from cycle to cycle; the only memory that a decision has.

A memory that is lost (the keeper was started anew) only makes the keeper more patient: each state begins again later,
and what MySQL had executed at a later beginning holds all of what it had at the earlier one.

Two of the states are steps of a proof, and follow another by a cycle at least:

- `settled` after `waiting`. A COMMIT that passed the place where MySQL would wait, before waiting was turned on, is
  answered without a wait. It has ended when `settle` has passed. So what is executed at the beginning of `settled`
  holds every COMMIT that was answered without an acknowledgement.
- `left:x` after `gone:x`. MySQL is observed before the store is read. In the cycle that first sees x's key gone, the
  executed set is older than that reading, and x may have acknowledged something in between. The next cycle's set is
  younger than x's last acknowledgement, so it holds all that x alone made acknowledged.

`nearing` is a mark that is moved on every `max_lag` seconds while the primary waits for nobody: whoever has what was
executed at its beginning is at most that far behind, whatever it says of its own lag.

`word:x:r` is that the leader x, who is followed here, has published nothing since the revision r.

A member whose right was prolonged without the store (`promised_until`) is not gone when its key is.
"""

from collections.abc import Iterator, Mapping

from mainstay_keeper import view
from mainstay_keeper.nouns import HANGING, Beginning, Observation

LEADERLESS, PROMOTING, STUCK, ASKED, ERRANT = "leaderless", "promoting", "stuck", "asked", "errant"
CIRCLE = "circle"
"""A leader and its heir follow each other, and the heir sees that it acknowledges."""

NEARING, WAITING, SETTLED, ALONE, STALLED, HUNG = "nearing", "waiting", "settled", "alone", "stalled", "hung"


def gone(name: str) -> str:
    """The state: a member's key is gone and it is not connected."""
    return f"gone:{name}"


def left(name: str) -> str:
    """The state: it was gone before this cycle's MySQL was observed."""
    return f"left:{name}"


def now(seen: Observation) -> Beginning:
    """A state that begins with this observation."""
    return Beginning(seen.now, seen.mysql.executed)


def remembered(seen: Observation) -> Mapping[str, Beginning]:
    """The beginnings to decide on and to keep, from an observation that carries those of the cycle before."""
    return {state: seen.since.get(state, now(seen)) for state in lasting(seen)}


def lasting(seen: Observation) -> frozenset[str]:
    """The names of the states that this observation shows; without the store, those that MySQL shows by itself."""
    if seen.is_store_heard:
        return frozenset((*_of_everybody(seen), *_of_a_leader(seen)))
    led = view.is_mine(seen) and view.is_last_leader(seen)
    return frozenset((*_hung(seen), *(_of_standing_still(seen) if led else ())))


def writes_go_on_in(seen: Observation, at: float) -> float:
    """Seconds from `at` until writes that stand still now have done so for as long as they may; endless if none do."""
    begun = (seen.since[state].at for state in (ALONE, STALLED) if state in seen.since)
    return min(begun, default=float("inf")) + seen.policy.standstill - at


def _hung(seen: Observation) -> Iterator[str]:
    if seen.mysql.state == HANGING:
        yield HUNG


def _of_everybody(seen: Observation) -> Iterator[str]:
    yield from _hung(seen)
    if seen.cluster.leader is None:
        yield LEADERLESS
    if seen.cluster.request is not None:
        yield f"{ASKED}:{seen.cluster.request.revision}"
    if view.errant(seen):
        yield ERRANT
    if word := view.word_of_source(seen):
        yield word


def _of_a_leader(seen: Observation) -> Iterator[str]:
    if not view.is_mine(seen):
        return
    if not view.is_last_leader(seen):
        yield PROMOTING
        if view.unheard(seen):
            yield STUCK
        return
    yield from _of_waiting(seen)
    if _is_circle(seen):
        yield CIRCLE
    for name in view.sync_of(seen).may_acknowledge:
        yield from _of_leaving(seen, name)


def _of_waiting(seen: Observation) -> Iterator[str]:
    if not seen.mysql.is_waiting:
        if not view.lasts(seen, NEARING, seen.policy.max_lag):
            yield NEARING
        return
    yield WAITING
    if view.lasts(seen, WAITING, seen.policy.settle):
        yield SETTLED
    yield from _of_standing_still(seen)


def _of_standing_still(seen: Observation) -> Iterator[str]:
    """Writes wait, and nobody lets them go on."""
    if not seen.mysql.is_waiting:
        return
    if not seen.mysql.ackers & view.sync_of(seen).replicas.keys():
        yield ALONE
    if seen.mysql.waiters and seen.since.get(STALLED, now(seen)).executed == seen.mysql.executed:
        yield STALLED


def _is_circle(seen: Observation) -> bool:
    mysql, heir = seen.mysql, view.heard(seen, seen.mysql.source)
    if heir is None or not (mysql.is_connected and mysql.is_acking):
        return False
    return heir.mysql.is_waiting and seen.me in heir.mysql.ackers


def _of_leaving(seen: Observation, name: str) -> Iterator[str]:
    if not view.is_gone(seen, name) or name in seen.mysql.ackers or seen.now < seen.promised_until:
        return
    yield gone(name)
    if gone(name) in seen.since and seen.since[gone(name)].at < seen.now:
        yield left(name)
