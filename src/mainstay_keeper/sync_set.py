"""How the primary keeps the record of who may acknowledge: the steps by which it grows and shrinks.

MySQL waits for an acknowledgement by *anybody* who is connected as semi-synchronous. It cannot be told whose count.
So the record is kept true from outside: whoever may acknowledge stands in it before it does, and leaves it only when
it can no longer. Three sets have to be held in order:

    those who do acknowledge  ⊆  replicas ∪ joining           (at all times)
    while `replicas` is not empty: `joining` is empty, the primary waits, whatever was answered is on one of `replicas`

*Growing.* The name is written first, and the replica acknowledges when it reads it there. Written later, a COMMIT
could rest on somebody whom no promotion asks. While `replicas` is empty the names go to `joining`, which promises
nothing.

*Arming* (`joining` becomes `replicas`) must make the second line true at once. So the primary waits first. What is
executed once nothing begun before can still be running (`settled`) holds all that was answered without a wait; when
one member has received that, whatever was ever answered is on it, or on one that acknowledged it since.

*Shrinking.* A member leaves when it can acknowledge no more: its key is gone, so its right has ended by its own
clock, and its connection is gone, so that not even a machine that wakes from a freeze can slip one through. What it
alone acknowledged must be on one that stays: some member has received all that was executed after its last
acknowledgement.

*Disarming* is for writes that stand still because nobody acknowledges. First the store says that nobody may be
promoted, then the primary stops waiting: in the other order a COMMIT could be answered that is nowhere else, while
somebody may still be promoted. The names stay in `joining`, since they may acknowledge yet, and leave it as any name
leaves.

Each step is one write, conditional on the record as it was read; a primary that is interrupted between two steps
finds on its return one of the states below, and each of them names its next step.
"""

from collections.abc import Mapping

from mainstay_keeper import view
from mainstay_keeper.actions import CutOff, Decision, SetWaiting, WriteSync
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.lasting import ALONE, NEARING, SETTLED, STALLED, left
from mainstay_keeper.nouns import Member, Observation, Sync


def keep(seen: Observation) -> Decision:
    """The primary is open and nothing else is to be done: bring the record one step on."""
    return _cut(seen) or (_armed(seen) if view.sync_of(seen).replicas else _unarmed(seen))


def let_go(seen: Observation, name: str) -> Decision:
    """Rely on nobody: the only one that could take over is to be made anew. It is disarming, on purpose."""
    sync, sentence = view.sync_of(seen), f"Is primary alone: {name} is to be made anew, so writes wait for nobody."
    write = (_write(seen, {}, sync.may_acknowledge),) if sync.replicas else ()
    return Decision((*write, *_going_on(seen)) if write or seen.mysql.is_waiting else (), sentence)


def _cut(seen: Observation) -> Decision | None:
    """Nobody without the right to acknowledge stays connected as if it had it."""
    strangers = sorted(name for name in seen.mysql.ackers if view.heard(seen, name) is None)
    if not strangers:
        return None
    return Decision(tuple(map(CutOff, strangers)), f"Cuts off {view.listed(strangers)}: not heard, or not in the set.")


def _armed(seen: Observation) -> Decision:
    sync = view.sync_of(seen)
    if not seen.mysql.is_waiting:
        return Decision(
            (SetWaiting(is_on=True),), f"Is primary, and waits for {view.listed(sync.replicas)} from now on."
        )
    if _is_stuck(seen, seen.policy.standstill):
        write = _write(seen, {}, sync.may_acknowledge)
        sentence = f"Is primary alone: {view.listed(sync.replicas)} no longer acknowledges, so writes wait for nobody."
        return Decision((write, *_going_on(seen)), sentence)
    gone, new = _removable(seen), _newcomers(seen)
    if gone:
        rest = {name: uuid for name, uuid in sync.replicas.items() if name not in gone}
        return Decision((_write(seen, rest, {}),), f"Is primary, and no longer waits for {view.listed(gone)}.")
    if new:
        return Decision((_write(seen, {**sync.replicas, **new}, {}),), f"Is primary: {view.listed(new)} joins the set.")
    waits = "" if seen.mysql.ackers & sync.replicas.keys() else "; writes stand still, nobody acknowledges"
    enough = f", but not by itself: {why}" if (why := view.why_enough(seen)) else ""
    return Decision((), f"Is primary; {_heirs(seen)} could take over{enough}{waits}.")


def _heirs(seen: Observation) -> str:
    """Who could take over now: for that all of the set have to be heard."""
    silent = view.unheard(seen)
    able = [name for name in view.others(seen) if not silent and seen.cluster.members[name].can_lead]
    return view.listed(able) + (f", while {view.listed(silent)} is not heard," if silent else "")


def _unarmed(seen: Observation) -> Decision:
    joining, new = view.sync_of(seen).joining, _newcomers(seen)
    gone = [name for name in joining if left(name) in seen.since]
    if gone or new:
        rest = {name: uuid for name, uuid in joining.items() if name not in gone}
        what = f"{view.listed(new)} may acknowledge" if new else f"{view.listed(gone)} has left"
        return Decision((_write(seen, {}, {**rest, **new}),), f"Is primary alone: {what}.")
    return _arming(seen, joining)


def _arming(seen: Observation, joining: Mapping[str, str]) -> Decision:
    ackers = seen.mysql.ackers & joining.keys()
    if seen.mysql.is_waiting and (not ackers or _is_stuck(seen, seen.policy.patience)):
        return Decision(_going_on(seen), "Is primary alone: nobody acknowledges, so writes wait for nobody.")
    if not ackers:
        return Decision((), "Is primary alone: nobody could take over.")
    if not seen.mysql.is_waiting:
        if NEARING not in seen.since or not _has_one(seen, ackers, seen.since[NEARING].executed):
            return Decision((), f"Is primary alone: {view.listed(ackers)} is not close enough to be waited for.")
        return Decision((SetWaiting(is_on=True),), f"Is primary, and begins to wait for {view.listed(ackers)}.")
    if SETTLED in seen.since and _has_one(seen, ackers, seen.since[SETTLED].executed):
        return Decision((_write(seen, joining, {}),), f"Is primary; {view.listed(joining)} can take over from now on.")
    return Decision((), f"Is primary, and waits until {view.listed(ackers)} has all.")


def _is_stuck(seen: Observation, seconds: float) -> bool:
    """Whether writes have stood still for so long: nobody is connected, or whoever is does not answer.

    A replica that was just connected takes a second to acknowledge for the first time, so arming has more patience.
    """
    return any(view.lasts(seen, state, seconds) for state in (ALONE, STALLED))


def _going_on(seen: Observation) -> tuple[SetWaiting | CutOff, ...]:
    """Wait no more; whoever is connected and was of no use has to connect anew before it is waited for again."""
    return (SetWaiting(is_on=False), *map(CutOff, sorted(seen.mysql.ackers)))


def _write(seen: Observation, replicas: Mapping[str, str], joining: Mapping[str, str]) -> WriteSync:
    """The record of this leader with other sets; the keys of those who leave must still be absent then."""
    old, leader = view.sync_of(seen), seen.cluster.leader
    assert leader is not None
    leaving = old.may_acknowledge.keys() - replicas.keys() - joining.keys()
    new = Sync(old.leader, old.leader_uuid, replicas, joining, old.revision)
    return WriteSync(new, leader.epoch, gone=frozenset(leaving - seen.cluster.members.keys()))


def _removable(seen: Observation) -> frozenset[str]:
    """Who has left the set, if one that stays has what they alone may have acknowledged."""
    replicas = view.sync_of(seen).replicas
    gone = frozenset(name for name in replicas if left(name) in seen.since)
    needed = GtidSet()
    for name in gone:
        needed |= seen.since[left(name)].executed
    return gone if _has_one(seen, replicas.keys() - gone, needed) else frozenset()


def _has_one(seen: Observation, names: frozenset[str] | set[str], needed: GtidSet) -> bool:
    found = (view.heard(seen, name) for name in names)
    return any(member is not None and needed <= member.mysql.received for member in found)


def _newcomers(seen: Observation) -> Mapping[str, str]:
    known, members = view.sync_of(seen).may_acknowledge, seen.cluster.members
    fit = (m for name, m in sorted(members.items()) if name not in known and name != seen.me and _is_fit(m, seen))
    return {member.name: member.mysql.uuid for member in fit}


def _is_fit(member: Member, seen: Observation) -> bool:
    """Whether a replica follows closely enough that writes may wait for it."""
    mysql = member.mysql
    is_close = mysql.lag is not None and mysql.lag <= seen.policy.max_lag
    is_fed = mysql.is_receiving and mysql.is_connected and mysql.is_applying
    return mysql.is_running and mysql.source == seen.me and is_fed and is_close
